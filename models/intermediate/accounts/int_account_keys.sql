with company_domains as (

    select * from {{ ref('int_company_domains') }}
    where company_domain is not null

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

final as (

    select
        company_domains.domain_reference,
        company_domains.company_domain,
        coalesce(aliases.account_key, company_domains.company_domain) as account_key
    from company_domains
    left join aliases on company_domains.company_domain = aliases.alias_domain

)

select * from final
