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
        -- what becomes known after it has left every window never counts
        and counted_on < {{ add_days('cast(occurred_at as date)', 30) }}
        {%- if is_incremental() %}
        and {{ happened_and_known_since(day_plus(window['from'], -30)) }}
        {%- endif %}

),

event_classes as (

    select * from {{ ref('int_event_classes') }}

),

final as (

    select
        events.company_domain,
        cast(events.occurred_at as date) as event_date,
        events.counted_on,
        event_classes.event_class_id,
        count(*) as event_count
    from events
    inner join event_classes on {{ same_event_class('events', 'event_classes') }}
    group by 1, 2, 3, 4

)

select * from final
