{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='email',
        pre_hook='{{ forget_later_links() }}',
    )
}}

with company_domains as (

    select * from {{ ref('int_company_domains') }}
    where company_domain is not null

),

crm_account_domains as (

    select * from {{ ref('int_crm_account_domains') }}

),

web_identifications as (

    select * from {{ ref('int_web_identifications') }}

),

lead_requests as (

    select * from {{ ref('int_lead_requests_collected') }}

),

contacts as (

    select * from {{ ref('int_contacts_collected') }}

),

product_users as (

    select * from {{ ref('int_product_users_collected') }}

),

prospects as (

    select * from {{ ref('stg_outreach__prospects') }}

),

call_guests as (

    select
        email,
        known_at,
        version_at
    from {{ ref('stg_gong__call_parties') }}
    where not is_internal
    union all
    select
        email,
        min(known_at),
        min(known_at)
    from {{ ref('stg_files__transcripts') }}
    where not coalesce(is_internal, false)
    group by 1

),

{{ version_periods('contacts', key='contact_id') }},

-- every record with an e-mail, and the company it names beside it, if any
mentions as (

    select
        email,
        cast(null as varchar) as company_domain,
        known_on,
        last_occurred_at as stated_at
    from web_identifications
    union all
    select
        {{ clean_email('lead_requests.email') }},
        company_domains.company_domain,
        cast(lead_requests.known_at as date),
        lead_requests.occurred_at
    from lead_requests
    left join company_domains on lead_requests.website = company_domains.domain_reference
    union all
    select
        {{ clean_email('contacts.email') }},
        crm_account_domains.company_domain,
        greatest(contacts.known_from, coalesce(crm_account_domains.linked_from, contacts.known_from)),
        contacts.version_at
    from version_periods as contacts
    left join crm_account_domains
        on contacts.account_id = crm_account_domains.account_id
        and contacts.known_from < crm_account_domains.linked_until
        and crm_account_domains.linked_from < contacts.known_until
    union all
    select
        {{ clean_email('product_users.email') }},
        company_domains.company_domain,
        cast(product_users.known_at as date),
        product_users.version_at
    from product_users
    left join company_domains on product_users.account_domain = company_domains.domain_reference
    union all
    select
        email,
        null,
        cast(known_at as date),
        version_at
    from prospects
    union all
    select
        email,
        null,
        cast(known_at as date),
        version_at
    from call_guests

),

news as (

    select distinct email as new_email
    from mentions
    where email is not null
        and {{ is_news('known_on') }}

),

-- the web site of a record decides, else the domain of the e-mail, which was known from ever
statements as (

    select
        mentions.email,
        mentions.company_domain,
        mentions.known_on,
        mentions.stated_at
    from mentions
    inner join news on mentions.email = news.new_email
    where mentions.company_domain is not null
    union all
    select
        news.new_email,
        company_domains.company_domain,
        {{ sql_date('0001-01-01') }},
        cast('0001-01-01' as timestamp)
    from news
    inner join company_domains on {{ email_domain('news.new_email') }} = company_domains.domain_reference

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
    linked_until,
    applies_from,
    linked_until as applies_until,
    {{ sql_date(last_day_of_run()) }} as searched_until
from link_periods
