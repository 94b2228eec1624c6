{{
    config(
        materialized='incremental',
        incremental_strategy='overwrite_days',
        unique_key='counted_on',
    )
}}

{%- set window = read_window('counted_on') %}

with event_days as (

    select * from {{ ref('int_company_event_days') }}
    where counted_on <= {{ sql_date(window.to) }}
        {%- if is_incremental() %}
        and counted_on >= {{ sql_date(window['from']) }}
        {%- endif %}
        and coalesce(email, distinct_id) is not null

),

final as (

    select
        company_domain,
        event_date,
        counted_on,
        distinct_id,
        email,
        max(last_occurred_at) as last_occurred_at
    from event_days
    group by 1, 2, 3, 4, 5

)

select * from final
