with queue as (

    select * from {{ ref('activation_queue') }}
    qualify row_number() over (partition by email order by queue_rank) = 1

),

signals as (

    select * from {{ ref('stg_registry__signals') }}

),

prospects as (

    {{ external_ids('outreach', 'prospect', ref('int_outreach_prospects_landed')) }}

),

-- whoever has said no since the queue's day
opt_outs as (

    select * from {{ ref('int_email_opt_outs_landed') }}

),

final as (

    select
        queue.email || '|' || coalesce(queue.outreach_sequence_id, queue.sequence_key) as record_key,
        cast(null as varchar) as key_field,
        cast(null as varchar) as key_value,
        '{"prospect":' || {{ link_to('prospect', 'queue.email', 'prospects.external_id') }}
            || ',"sequence":{"external_id":' || coalesce({{ json_text_literal('queue.outreach_sequence_id') }}, 'null')
            || '},"mailbox":{"external_id":' || coalesce({{ json_text_literal('queue.mailbox_id') }}, 'null') || '}}' as links,
        {{ source_row('marts.activation_queue', "queue.person_id || ' ' || cast(queue.queue_date as varchar)") }} as source_rows,

        signals.label || ', strength ' || cast(queue.strength as varchar) as make_reason,
        case
            when queue.outreach_sequence_id is null
                then 'sequence ' || queue.sequence_key || ' is not in Outreach: gtm sync sequences --create makes it'
            when opt_outs.email is not null then 'the CRM says that she wants no e-mail'
            when queue.mailbox_id is null then 'no mailbox may send for her owner'
            when prospects.record_count > 1 then 'several prospects have her address: merge them in Outreach'
            when prospects.record_count = 0 then 'her prospect was deleted in Outreach'
        end as make_obstacle
    from queue
    inner join signals on queue.signal_name = signals.signal_name
    left join prospects on queue.email = prospects.record_key
    left join opt_outs on queue.email = opt_outs.email

)

select * from final
