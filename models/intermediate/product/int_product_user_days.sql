{{
    config(
        materialized='incremental',
        incremental_strategy='overwrite_days',
        unique_key='known_on',
    )
}}

{%- set window = read_window('known_on') %}

with events as (

    select
        *,
        cast(greatest(occurred_at, known_at) as date) as known_on,
        cast(occurred_at as date) as event_date
    from {{ ref('int_product_events_collected') }}
    where user_id is not null
        {%- if is_incremental() %}
        and {{ happened_and_known_since(window['from']) }}
        {%- endif %}

),

in_order as (

    select
        *,
        row_number() over (
            partition by user_id, event_name, event_date, known_on order by occurred_at, event_id
        ) as event_number
    from events

),

final as (

    select
        user_id,
        event_name,
        event_date,
        known_on,
        count(*) as event_count,
        max(case when event_number = 1 then event_id end) as first_event_id,
        min(occurred_at) as first_occurred_at,
        max(occurred_at) as last_occurred_at,
        max(loaded_at) as loaded_at
    from in_order
    where known_on <= {{ sql_date(window.to) }}
    group by 1, 2, 3, 4

)

select * from final
