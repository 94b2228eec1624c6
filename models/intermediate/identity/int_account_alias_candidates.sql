with crm_account_domains as (

    select * from {{ ref('int_crm_account_domains') }}
    where linked_from <= {{ as_of_date() }}

),

links as (

    select * from {{ ref('int_identity_links_judged') }}
    where objection is null and rule <> 'decided'

),

people as (

    select * from {{ ref('int_people_stated') }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

company_domains as (

    -- a CRM account moved from one domain to the other
    select
        domains.company_domain as domain,
        others.company_domain as other_domain,
        'crm_id:' || domains.account_id as evidence
    from crm_account_domains as domains
    inner join crm_account_domains as others
        on domains.account_id = others.account_id
        and domains.company_domain < others.company_domain
    union all
    -- the same person has an address at both, under one name
    select
        least(people.company_domain, others.company_domain),
        greatest(people.company_domain, others.company_domain),
        'person_id:' || links.person_id
    from links
    inner join people on links.person_id = people.person_id
    inner join people as others on links.other_person_id = others.person_id
    where people.mailbox_name = others.mailbox_name and people.company_domain <> others.company_domain

),

final as (

    select
        company_domains.domain,
        company_domains.other_domain,
        min(company_domains.evidence) as evidence
    from company_domains
    left join aliases on company_domains.domain = aliases.alias_domain
    left join aliases as other_aliases on company_domains.other_domain = other_aliases.alias_domain
    where coalesce(aliases.account_key, company_domains.domain)
        <> coalesce(other_aliases.account_key, company_domains.other_domain)
    group by 1, 2

)

select * from final
