{%- set window = snapshot_window() %}

with visitor_days as (

    select * from {{ ref('int_company_visitor_days') }}
    where counted_on <= {{ sql_date(window.to) }}
        and event_date > {{ sql_date(day_plus(window['from'], -7)) }}

),

company_accounts as (

    select * from {{ ref('int_company_accounts') }}

),

visitor_persons as (

    select
        distinct_id,
        {{ person_id('email', 'email') }} as person_id,
        linked_from,
        applies_from,
        applies_until
    from {{ ref('int_visitor_emails') }}

),

sightings as (

    select
        company_accounts.account_number,
        visitor_days.distinct_id,
        case
            when visitor_days.email is not null then {{ person_id('email', 'visitor_days.email') }}
        end as own_person_id,
        visitor_persons.person_id,
        visitor_days.counted_on as seen_from,
        {{ add_days('visitor_days.event_date', 7) }} as seen_until,
        case
            when visitor_persons.person_id is not null then greatest(visitor_persons.linked_from, visitor_days.counted_on)
        end as known_from
    from visitor_days
    inner join company_accounts on visitor_days.company_domain = company_accounts.company_domain
    left join visitor_persons
        on visitor_days.email is null
        and visitor_days.distinct_id = visitor_persons.distinct_id
        and visitor_days.counted_on >= visitor_persons.applies_from
        and visitor_days.counted_on < visitor_persons.applies_until

),

-- who is seen: the person, from the day she was known; before that, the visitor
presences as (

    select
        account_number,
        coalesce(own_person_id, distinct_id) as visitor_key,
        seen_from as present_from,
        least(seen_until, coalesce(known_from, seen_until)) as present_until
    from sightings
    union all
    select
        account_number,
        person_id,
        known_from,
        seen_until
    from sightings
    where person_id is not null

),

-- overlapping presences of one person count once
presences_apart as (

    select
        account_number,
        greatest(
            present_from,
            coalesce(
                max(present_until) over (
                    partition by account_number, visitor_key
                    order by present_from, present_until
                    rows between unbounded preceding and 1 preceding
                ),
                present_from
            )
        ) as present_from,
        present_until
    from presences
    where present_from < present_until
        and present_until > {{ sql_date(window['from']) }}

),

final as (

    select
        account_number,
        greatest(present_from, {{ sql_date(window['from']) }}) as present_from,
        present_until
    from presences_apart
    where present_from < present_until

)

select * from final
