with event_days as (

    select * from {{ ref('int_company_event_days') }}
    where counted_on <= {{ as_of_date() }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

company_sightings as (

    select
        company_domain,
        min(event_date) as first_seen_date,
        -- days counted before the time was kept have none
        max(coalesce(last_occurred_at, cast(event_date as {{ dbt.type_timestamp() }}))) as last_seen_at
    from event_days
    group by 1

),

final as (

    select
        coalesce(aliases.account_key, company_sightings.company_domain) as account_key,
        min(company_sightings.first_seen_date) as first_seen_date,
        max(company_sightings.last_seen_at) as last_seen_at
    from company_sightings
    left join aliases on company_sightings.company_domain = aliases.alias_domain
    group by 1

)

select * from final
