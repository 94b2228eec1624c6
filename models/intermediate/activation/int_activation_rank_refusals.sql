with places as (

    select * from {{ ref('int_activation_places') }}
    where not fits

),

registry as (

    select * from {{ ref('stg_registry__eligibility_rules') }}
    where enabled

),

refusals as (

    select
        places.candidate_id,
        places.valid_until,
        registry.rule,
        registry.rule_order,
        registry.retry_days,
        replace(registry.sentence, '{limit}', cast(places.weekly_cap as varchar)) as sentence,
        cast(places.recent_count as varchar) || ' taken before today' as detail,
        {{ json_to_text(json_build({
            'weekly_cap': 'places.weekly_cap',
            'recent_count': 'places.recent_count',
        })) }} as evidence,
        {{ add_days(
            'case when places.recent_count > 0 then places.oldest_on else ' ~ add_days(as_of_date(), 1) ~ ' end', 6
        ) }} as retry_day
    from places
    cross join registry
    where registry.rule = 'weekly_cap'
        and places.full_kind = 'account'
    union all
    select
        places.candidate_id,
        places.valid_until,
        registry.rule,
        registry.rule_order,
        registry.retry_days,
        registry.sentence,
        case places.full_kind
            when 'sequence'
                then 'sequence ' || places.outreach_sequence_name || ' takes '
                    || cast(places.sequence_capacity as varchar) || ' people a day'
            when 'mailbox' then 'the mailbox sends ' || cast(places.mailbox_capacity as varchar) || ' e-mails a day'
            else 'others go first'
        end,
        {{ json_to_text(json_build({
            'full': 'places.full_kind',
            'sequence_id': 'places.sequence_id',
            'sequence_room': 'places.sequence_room',
            'mailbox_id': 'places.mailbox_id',
            'mailbox_room': 'places.mailbox_room',
        })) }},
        cast(null as date)
    from places
    cross join registry
    where registry.rule = 'capacity'
        and places.full_kind <> 'account'

),

final as (

    {{ refusal_rows('refusals') }}

)

select * from final
