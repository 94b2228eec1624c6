{{
    config(
        materialized='incremental',
        incremental_strategy='append',
    )
}}

{%- set window = read_window('first_known_on') %}

with events as (

    select * from {{ ref('int_countable_events') }}
    where known_on <= cast('{{ window.to }}' as date)
        {%- if is_incremental() %}
        and {{ happened_and_known_since(window['from']) }}
        {%- endif %}

),

classes as (

    select
        event_name,
        path,
        content_type,
        lane,
        cta_id,
        min(known_on) as first_known_on
    from events
    group by 1, 2, 3, 4, 5

),

{%- if is_incremental() %}

known_classes as (

    select * from {{ this }}

),
{%- endif %}

new_classes as (

    select classes.* from classes
    {%- if is_incremental() %}
    left join known_classes on {{ same_event_class('classes', 'known_classes') }}
    where known_classes.event_class_id is null
    {%- endif %}

),

final as (

    select
        row_number() over (order by event_name, path, content_type, lane, cta_id)
        {%- if is_incremental() %}
        + (select coalesce(max(event_class_id), 0) from known_classes)
        {%- endif %} as event_class_id,
        event_name,
        path,
        content_type,
        lane,
        cta_id,
        -- as rules and people read it: lower case, without query, fragment and closing slash
        {{ clean_path('path') }} as page_path,
        first_known_on
    from new_classes

)

select * from final
