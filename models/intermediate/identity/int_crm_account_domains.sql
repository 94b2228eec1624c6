with accounts as (

    select * from {{ ref('int_accounts_collected') }}

),

company_domains as (

    select * from {{ ref('int_company_domains') }}

),

statements as (

    select
        accounts.account_id,
        coalesce(websites.company_domain, domains.company_domain) as company_domain,
        cast(accounts.known_at as date) as known_on,
        accounts.version_at as stated_at
    from accounts
    left join company_domains as websites on accounts.website = websites.domain_reference
    left join company_domains as domains on accounts.domain = domains.domain_reference

),

{{ link_periods(
    'statements',
    identity='account_id',
    linked_to='company_domain',
) }}

select
    account_id,
    company_domain,
    linked_from,
    linked_until
from link_periods
