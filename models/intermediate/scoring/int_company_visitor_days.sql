{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='counted_on',
    )
}}

{%- set window = read_window('counted_on') %}

with events as (
{{ events_to_count(window) }}
),

final as (

    select
        company_domain,
        cast(occurred_at as date) as event_date,
        counted_on,
        distinct_id,
        email,
        max(occurred_at) as last_occurred_at
    from events
    where coalesce(email, distinct_id) is not null
    group by 1, 2, 3, 4, 5

)

select * from final
