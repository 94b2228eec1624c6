with lead_requests as (

    select
        *,
        {{ clean_email('email') }} as email_given,
        cast(greatest(occurred_at, known_at) as date) as known_on
    from {{ ref('int_lead_requests_collected') }}
    where is_current
        and {{ is_known_by_as_of('occurred_at') }}

),

company_domains as (

    select * from {{ ref('int_company_domains') }}

),

email_domains as (

    select * from {{ ref('int_email_domains') }}
    where linked_from <= {{ as_of_date() }}

),

visitor_domains as (

    select * from {{ ref('int_visitor_domains') }}
    where linked_from <= {{ as_of_date() }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

-- the web site it names, else the e-mail's company, else the visitor's, as for web events
keyed as (

    select
        lead_requests.*,
        coalesce(
            websites.company_domain,
            case when {{ email_counts_first('lead_requests.known_on') }} then email_domains.company_domain end,
            visitor_domains.company_domain
        ) as company_domain
    from lead_requests
    left join company_domains as websites on lead_requests.website = websites.domain_reference
    left join email_domains
        on lead_requests.email_given = email_domains.email
        and lead_requests.known_on >= email_domains.applies_from
        and lead_requests.known_on < email_domains.applies_until
    left join visitor_domains
        on lead_requests.distinct_id = visitor_domains.distinct_id
        and lead_requests.known_on >= visitor_domains.applies_from
        and lead_requests.known_on < visitor_domains.applies_until

),

final as (

    select
        keyed.*,
        coalesce(aliases.account_key, keyed.company_domain) as account_key
    from keyed
    left join aliases on keyed.company_domain = aliases.alias_domain

)

select * from final
