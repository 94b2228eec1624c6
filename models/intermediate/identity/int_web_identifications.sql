{{
    config(
        materialized='incremental',
        incremental_strategy='overwrite_days',
        unique_key='known_on',
        on_schema_change='sync_all_columns',
    )
}}

{%- set window = read_window('known_on') %}

with events as (

    select
        distinct_id,
        anon_distinct_id,
        {{ address_of_event('email', 'distinct_id') }} as email,
        known_on,
        occurred_at
    from {{ ref('int_web_events_collected') }}
    where (email is not null or distinct_id like '%@%.%')
        and {{ known_within(window) }}

),

-- the address is that of the id she had before, too
visitors as (

    select
        distinct_id,
        email,
        known_on,
        occurred_at
    from events
    union all
    select
        anon_distinct_id,
        email,
        known_on,
        occurred_at
    from events
    where anon_distinct_id is not null

),

final as (

    select
        distinct_id,
        email,
        known_on,
        max(occurred_at) as last_occurred_at
    from visitors
    group by 1, 2, 3
    having count(email) > 0

)

select * from final
