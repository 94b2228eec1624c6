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
        cast(greatest(occurred_at, known_at) as date) as known_on
    from {{ ref('int_product_events_collected') }}
    where user_id is not null
        {%- if is_incremental() %}
        and {{ happened_and_known_since(window['from']) }}
        {%- endif %}

),

final as (

    select
        user_id,
        event_name,
        cast(occurred_at as date) as event_date,
        known_on,
        count(*) as event_count,
        min_by(event_id, occurred_at) as first_event_id,
        min(occurred_at) as first_occurred_at,
        max(occurred_at) as last_occurred_at,
        max(loaded_at) as loaded_at
    from events
    where known_on <= {{ sql_date(window.to) }}
    group by 1, 2, 3, 4

)

select * from final
