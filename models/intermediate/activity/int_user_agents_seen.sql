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

),

final as (

    select distinct
        user_agent,
        -- events up to this day have been searched
        cast('{{ window.to }}' as date) as searched_until
    from web_events
    where user_agent is not null
        {%- if is_incremental() %}
        and user_agent not in (select user_agent from {{ this }})
        {%- endif %}

)

select * from final
