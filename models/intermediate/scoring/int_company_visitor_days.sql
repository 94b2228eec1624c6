{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='counted_on',
    )
}}

{%- set window = read_window('counted_on') %}

with events as (

    select * from {{ ref('int_attributed_events') }}
    where counted_on between cast('{{ window["from"] if is_incremental() else "0001-01-01" }}' as date)
        and cast('{{ window.to }}' as date)
        and counted_on < {{ add_days('cast(occurred_at as date)', 7) }}
        {%- if is_incremental() %}
        and {{ happened_and_known_since(day_plus(window['from'], -7)) }}
        {%- endif %}

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
