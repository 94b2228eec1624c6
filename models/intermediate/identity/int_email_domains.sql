with company_domains as (

    select * from {{ ref('int_company_domains') }}

),

crm_account_domains as (

    select * from {{ ref('int_crm_account_domains') }}

),

web_identifications as (

    select * from {{ ref('int_web_identifications') }}

),

lead_requests as (

    select * from {{ ref('stg_files__lead_requests') }}

),

contacts as (

    select * from {{ ref('stg_files__contacts') }}

),

product_users as (

    select * from {{ ref('stg_files__product_users') }}

),

-- every record that names a company beside an e-mail: its web site decides, else the mail domain
statements as (

    select
        {{ clean_email('lead_requests.email') }} as email,
        company_domains.company_domain,
        cast(lead_requests.known_at as date) as known_on,
        lead_requests.occurred_at as stated_at
    from lead_requests
    inner join company_domains on lead_requests.website = company_domains.domain_reference
    union all
    select
        {{ clean_email('contacts.email') }},
        crm_account_domains.company_domain,
        greatest(cast(contacts.known_at as date), crm_account_domains.linked_from),
        contacts.version_at
    from contacts
    inner join crm_account_domains
        on contacts.account_id = crm_account_domains.account_id
        and cast(contacts.known_at as date) < crm_account_domains.linked_until
    union all
    select
        {{ clean_email('product_users.email') }},
        company_domains.company_domain,
        cast(product_users.known_at as date),
        product_users.version_at
    from product_users
    inner join company_domains on product_users.account_domain = company_domains.domain_reference
    union all
    -- the mail domain itself, known from ever
    select
        emails.email,
        company_domains.company_domain,
        cast('0001-01-01' as date),
        cast('0001-01-01' as timestamp)
    from (
        select email from web_identifications
        union
        select {{ clean_email('email') }} from lead_requests
        union
        select {{ clean_email('email') }} from contacts
        union
        select {{ clean_email('email') }} from product_users
    ) as emails
    inner join company_domains on {{ email_domain('emails.email') }} = company_domains.domain_reference

),

{{ link_periods(
    'statements',
    identity='email',
    linked_to='company_domain',
) }}

select
    email,
    company_domain,
    linked_from,
    linked_until
from link_periods
