{{
    config(
        materialized='incremental',
        incremental_strategy='overwrite_days',
        unique_key='known_on',
    )
}}

{%- set window = read_window('known_on') %}

with events as (

    select * from {{ ref('int_human_web_events') }}
    where known_on <= cast('{{ window.to }}' as date)
        and coalesce(email, distinct_id) is not null
        {%- if is_incremental() %}
        and {{ happened_and_known_since(window['from']) }}
        {%- endif %}

),

company_domains as (

    select * from {{ ref('int_company_domains') }}

),

final as (

    select
        events.distinct_id,
        events.email,
        company_domains.company_domain,
        events.known_on,
        min(events.occurred_at) as first_occurred_at,
        max(events.occurred_at) as last_occurred_at
    from events
    left join company_domains on events.domain_reference = company_domains.domain_reference
    group by 1, 2, 3, 4

)

select * from final
