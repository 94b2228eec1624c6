with places as (

    select * from {{ ref('int_activation_places') }}
    where not fits_mailbox

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
        cast(places.recent_count as varchar) || ' taken, hers would be the '
            || cast(places.account_place as varchar) || '. of today' as detail,
        {{ json_to_text(json_build({
            'weekly_cap': 'places.weekly_cap',
            'recent_count': 'places.recent_count',
            'account_place': 'places.account_place',
        })) }} as evidence,
        {{ add_days(
            'case when places.recent_count > 0 then places.oldest_on else ' ~ add_days(as_of_date(), 1) ~ ' end', 6
        ) }} as retry_day
    from places
    cross join registry
    where registry.rule = 'weekly_cap'
        and not places.fits_account
    union all
    select
        places.candidate_id,
        places.valid_until,
        registry.rule,
        registry.rule_order,
        registry.retry_days,
        registry.sentence,
        'sequence ' || places.outreach_sequence_name || ' takes ' || cast(places.sequence_capacity as varchar)
            || ' a day',
        {{ json_to_text(json_build({
            'outreach_sequence_name': 'places.outreach_sequence_name',
            'daily_capacity': 'places.sequence_capacity',
            'entered_count': 'places.entered_count',
            'sequence_place': 'places.sequence_place',
        })) }},
        cast(null as date)
    from places
    cross join registry
    where registry.rule = 'capacity'
        and places.fits_account
        and not places.fits_sequence
    union all
    select
        places.candidate_id,
        places.valid_until,
        registry.rule,
        registry.rule_order,
        registry.retry_days,
        registry.sentence,
        'the mailbox sends ' || cast(places.mailbox_capacity as varchar) || ' a day',
        {{ json_to_text(json_build({
            'mailbox_id': 'places.mailbox_id',
            'daily_capacity': 'places.mailbox_capacity',
            'planned_count': 'places.planned_count',
            'mailbox_place': 'places.mailbox_place',
        })) }},
        cast(null as date)
    from places
    cross join registry
    where registry.rule = 'capacity'
        and places.fits_sequence

),

final as (

    {{ refusal_rows('refusals') }}

)

select * from final
