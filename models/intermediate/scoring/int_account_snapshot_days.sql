{%- set window = snapshot_window() %}

with company_event_days as (

    select * from {{ ref('int_company_event_days') }}
    where counted_on <= {{ sql_date(window.to) }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

first_days as (

    select
        coalesce(aliases.account_key, company_event_days.company_domain) as account_key,
        min(company_event_days.counted_on) as first_counted_on
    from company_event_days
    left join aliases on company_event_days.company_domain = aliases.alias_domain
    group by 1

),

snapshot_days as (

    select snapshot_date from {{ day_list(window['from'], window.to) }} as days

),

final as (

    select
        first_days.account_key,
        snapshot_days.snapshot_date,
        first_days.first_counted_on
    from first_days
    inner join snapshot_days on first_days.first_counted_on <= snapshot_days.snapshot_date

)

select * from final
