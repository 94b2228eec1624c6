{{ config(materialized='table') }}

{%- set seen_days = 30 %}

with event_days as (

    select * from {{ ref('int_company_event_days') }}
    where event_date >= {{ sql_date(day_plus(as_of_day(), 1 - seen_days)) }}
        and counted_on <= {{ as_of_date() }}
        and coalesce(email, distinct_id) is not null

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

emails as (

    select * from {{ ref('int_person_identities') }}
    where identity_type = 'email'

),

visitors as (

    select * from {{ ref('int_person_identities') }}
    where identity_type = 'posthog_distinct_id'

),

class_scores as (

    select * from {{ ref('int_picked_class_scores') }}

),

person_days as (

    select
        coalesce(aliases.account_key, event_days.company_domain) as account_key,
        coalesce(emails.person_id, visitors.person_id) as person_id,
        class_scores.content_type,
        event_days.event_count,
        case when event_days.event_date >= {{ sql_date(day_plus(as_of_day(), -6)) }} then event_days.event_count else 0 end
            as recent_count,
        -- days counted before the time was kept have none
        coalesce(event_days.last_occurred_at, cast(event_days.event_date as {{ dbt.type_timestamp() }})) as last_occurred_at
    from event_days
    left join class_scores on event_days.event_class_id = class_scores.event_class_id
    left join aliases on event_days.company_domain = aliases.alias_domain
    left join emails on event_days.email = emails.identity_value
    left join visitors on event_days.distinct_id = visitors.identity_value

),

category_counts as (

    select
        account_key,
        person_id,
        content_type,
        max(last_occurred_at) as last_seen_at,
        sum(event_count) as event_count_30d,
        sum(recent_count) as event_count_7d,
        row_number() over (
            partition by account_key, person_id order by sum(recent_count) desc, content_type
        ) as category_rank
    from person_days
    where person_id is not null
    group by 1, 2, 3

),

final as (

    select
        account_key,
        person_id,
        max(case when category_rank = 1 and event_count_7d > 0 then content_type end) as top_category_7d,
        max(case when category_rank = 2 and event_count_7d > 0 then content_type end) as second_category_7d,
        sum(event_count_7d) as event_count_7d,
        sum(event_count_30d) as event_count_30d,
        max(last_seen_at) as last_seen_at
    from category_counts
    group by 1, 2

)

select * from final
