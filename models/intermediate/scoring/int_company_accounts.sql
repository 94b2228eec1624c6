with company_event_days as (

    select * from {{ ref('int_company_event_days') }}
    where counted_on <= {{ sql_date(last_day_of_run()) }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

companies as (

    select
        company_domain,
        min(counted_on) as first_counted_on
    from company_event_days
    group by 1

),

company_accounts as (

    select
        companies.company_domain,
        coalesce(aliases.account_key, companies.company_domain) as account_key,
        companies.first_counted_on
    from companies
    left join aliases on companies.company_domain = aliases.alias_domain

),

final as (

    select
        company_domain,
        account_key,
        -- a small number to join and sort by; it means nothing outside this run
        cast(dense_rank() over (order by account_key) as integer) as account_number,
        min(first_counted_on) over (partition by account_key) as first_counted_on
    from company_accounts

)

select * from final
