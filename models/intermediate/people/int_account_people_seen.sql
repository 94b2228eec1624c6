{{ config(materialized='table') }}

{%- set seen_days = 30 %}

with events as (

    select * from {{ ref('int_attributed_events') }}
    where occurred_at >= cast('{{ day_plus(as_of_day(), 1 - seen_days) }}' as timestamp)
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

event_classes as (

    select * from {{ ref('int_event_classes') }}

),

class_scores as (

    select * from {{ ref('int_picked_class_scores') }}

),

content_types as (

    select
        event_classes.*,
        class_scores.content_type as content_type_found
    from event_classes
    inner join class_scores on event_classes.event_class_id = class_scores.event_class_id

),

person_events as (

    select
        coalesce(aliases.account_key, events.company_domain) as account_key,
        coalesce(emails.person_id, visitors.person_id) as person_id,
        content_types.content_type_found as content_type,
        events.occurred_at,
        case when events.occurred_at >= cast('{{ day_plus(as_of_day(), -6) }}' as timestamp) then 1 else 0 end
            as recent_count
    from events
    left join aliases on events.company_domain = aliases.alias_domain
    left join emails on events.email = emails.identity_value
    left join visitors on events.distinct_id = visitors.identity_value
    left join content_types on {{ same_event_class('events', 'content_types') }}

),

category_counts as (

    select
        account_key,
        person_id,
        content_type,
        max(occurred_at) as last_seen_at,
        count(*) as event_count_30d,
        sum(recent_count) as event_count_7d,
        row_number() over (
            partition by account_key, person_id order by sum(recent_count) desc, content_type
        ) as category_rank
    from person_events
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
