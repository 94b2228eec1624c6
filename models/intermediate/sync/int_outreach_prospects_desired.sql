with queue as (

    select * from {{ ref('activation_queue') }}
    qualify row_number() over (partition by email order by queue_rank) = 1

),

signals as (

    select * from {{ ref('stg_registry__signals') }}

),

settings as (

    select * from {{ ref('stg_registry__sync_settings') }}
    where destination = 'outreach'

),

-- texts where language work has none: one per signal, else the one for all
texts as (

    select
        signals.signal_name,
        {%- for text in ['opening', 'call_to_action'] %}
        coalesce(
            max(case when settings.setting = '{{ text }}_' || signals.signal_name then settings.value end),
            max(case when settings.setting = '{{ text }}' then settings.value end)
        ) as {{ text }}{{ ',' if not loop.last }}
        {%- endfor %}
    from signals
    cross join settings
    group by 1

),

-- how one greets her, and the company as one says it
named as (

    select
        *,
        {{ greeting_name('first_name') }} as greeting,
        coalesce({{ conversational_company('account_name') }}, {{ conversational_company('account_key') }}) as conversational_company
    from queue

),

-- whoever has said no since the queue's day
opt_outs as (

    select * from {{ ref('int_email_opt_outs_landed') }}

),

-- what language work has written for this signal of hers, where it passed the gate
written as (

    select * from {{ ref('first_touches') }}
    where is_passed

),

final as (

    select
        named.email as record_key,
        'emails' as key_field,
        named.email as key_value,
        '{}' as links,
        {{ source_row('marts.activation_queue', "named.person_id || ' ' || cast(named.queue_date as varchar)") }} as source_rows,

        'new person of the queue: ' || signals.label as make_reason,
        case when opt_outs.email is not null then 'the CRM says that she wants no e-mail' end as make_obstacle,

        named.first_name,
        named.last_name,
        named.title,
        named.linkedin_url,
        named.account_name,
        signals.label as signal_source,
        named.intent_stage,
        named.intent_score,
        coalesce(named.greeting, 'there') as greeting_name,
        named.conversational_company,
        coalesce(written.opening, replace(texts.opening, '{company}', named.conversational_company)) as opening,
        coalesce(written.call_to_action, replace(texts.call_to_action, '{company}', named.conversational_company))
            as call_to_action,
        coalesce(written.engine || case when written.is_fallback then ' fallback' else '' end, 'template')
            as message_source
    from named
    inner join signals on named.signal_name = signals.signal_name
    inner join texts on named.signal_name = texts.signal_name
    left join opt_outs on named.email = opt_outs.email
    left join written
        on named.person_id = written.person_id
        and named.signal_id = written.signal_id

)

select * from final
