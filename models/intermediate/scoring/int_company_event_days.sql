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
