with people as (

    select * from {{ ref('int_people_stated') }}

),

records as (

    select * from {{ ref('int_person_records_stated') }}

),

email_accounts as (

    select * from {{ ref('int_email_accounts') }}

),

identities as (

    select * from {{ ref('int_identities_stated') }}

),

visitor_days as (

    select distinct
        distinct_id,
        email,
        company_domain
    from {{ ref('int_visitor_days') }}
    where known_on <= {{ as_of_date() }} and company_domain is not null

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

accounts as (

    select
        person_id,
        address_account_key as account_key
    from people
    union
    select
        person_id,
        account_key
    from records
    union
    select
        people.person_id,
        email_accounts.account_key
    from people
    inner join email_accounts on people.email = email_accounts.email
    union
    select
        coalesce(emails.person_id, visitors.person_id),
        coalesce(aliases.account_key, visitor_days.company_domain)
    from visitor_days
    left join identities as emails
        on emails.identity_type = 'email' and visitor_days.email = emails.identity_value
    left join identities as visitors
        on visitors.identity_type = 'posthog_distinct_id' and visitor_days.distinct_id = visitors.identity_value
    left join aliases on visitor_days.company_domain = aliases.alias_domain

),

final as (

    select
        person_id,
        account_key
    from accounts
    where person_id is not null and account_key is not null

)

select * from final
