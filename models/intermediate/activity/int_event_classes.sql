{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook='{{ mark_searched() }}',
    )
}}

{%- set window = read_window('searched_until') %}

with web_events as (

    select * from {{ ref('int_web_events_collected') }}
    where {{ known_within(window) }}
        {%- if is_incremental() %}
        -- what is older when it becomes known counts never, see int_company_event_days
        and occurred_at >= cast('{{ day_plus(window['from'], -30) }}' as timestamp)
        {%- endif %}

),

classes as (

    select distinct
        event_name,
        path,
        content_type,
        lane,
        cta_id
    from web_events
    union
    -- what a lead request counts as
    select 'form_submitted', null, null, null, null

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
        -- events up to this day have been searched
        cast('{{ window.to }}' as date) as searched_until
    from new_classes

)

select * from final
