{{
    config(
        materialized='incremental',
        incremental_strategy='overwrite_days',
        unique_key='counted_on',
        on_schema_change='append_new_columns',
    )
}}

{%- set window = read_window('counted_on') %}
{%- set first_day = sql_date(window['from']) %}
{#- what is older when it becomes known, or its company does, counts never #}
{%- set max_age = 30 %}

with countable_events as (

    select * from {{ ref('int_countable_events') }}

),

visitor_domains as (

    select * from {{ ref('int_visitor_domains') }}

),

email_domains as (

    select * from {{ ref('int_email_domains') }}

),

event_classes as (

    select * from {{ ref('int_event_classes') }}

),

-- What came in since, and the earlier events of visitors and addresses whose company was learnt since. They are
-- picked before anybody asks for their company: that takes longest.
candidates as (

    select * from countable_events
    {%- if is_incremental() %}
    where occurred_at >= cast('{{ day_plus(window['from'], -max_age) }}' as timestamp)
        and (
            known_on >= {{ first_day }}
            or distinct_id in (select distinct_id from visitor_domains where linked_from >= {{ first_day }})
            or email in (select email from email_domains where linked_from >= {{ first_day }})
        )
    {%- endif %}

),

events as (
{{ attributed('candidates') }}
),

final as (

    select
        events.company_domain,
        cast(events.occurred_at as date) as event_date,
        events.counted_on,
        event_classes.event_class_id,
        events.distinct_id,
        events.email,
        count(*) as event_count,
        max(events.occurred_at) as last_occurred_at
    from events
    inner join event_classes on {{ same_event_class('events', 'event_classes') }}
    where events.counted_on <= {{ sql_date(window.to) }}
        {%- if is_incremental() %}
        and events.counted_on >= {{ first_day }}
        {%- endif %}
        and events.counted_on < {{ add_days('cast(events.occurred_at as date)', max_age) }}
    group by 1, 2, 3, 4, 5, 6

)

select * from final
