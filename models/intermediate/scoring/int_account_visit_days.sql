{%- set window = snapshot_window() %}

with visitor_days as (

    select * from {{ ref('int_company_visitor_days') }}
    -- like is compared with like: only visits that were known on their day
    where counted_on = event_date
        and counted_on <= {{ sql_date(window.to) }}
        and event_date >= {{ sql_date(day_plus(window['from'], -(var('surge_baseline_days') | int) - 6)) }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

final as (

    select
        coalesce(aliases.account_key, visitor_days.company_domain) as account_key,
        visitor_days.event_date as day,
        count(*) as visit_count
    from visitor_days
    left join aliases on visitor_days.company_domain = aliases.alias_domain
    group by 1, 2

)

select * from final
