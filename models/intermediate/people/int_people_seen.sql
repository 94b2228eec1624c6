with visitor_days as (

    select * from {{ ref('int_visitor_days') }}
    where known_on <= {{ as_of_date() }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

emails as (

    select * from {{ ref('int_person_identities') }}
    where identity_type = 'email'

),

visitors as (

    select * from {{ ref('int_person_identities') }}
    where identity_type = 'posthog_distinct_id'

),

person_days as (

    select
        coalesce(emails.person_id, visitors.person_id) as person_id,
        coalesce(aliases.account_key, visitor_days.company_domain) as account_key,
        visitor_days.first_occurred_at,
        visitor_days.last_occurred_at
    from visitor_days
    left join emails on visitor_days.email = emails.identity_value
    left join visitors on visitor_days.distinct_id = visitors.identity_value
    left join aliases on visitor_days.company_domain = aliases.alias_domain

),

-- the company that the person's latest events named themselves
latest_accounts as (

    select
        person_id,
        account_key
    from person_days
    where account_key is not null
    qualify row_number() over (partition by person_id order by last_occurred_at desc, account_key) = 1

),

spans as (

    select
        person_id,
        min(first_occurred_at) as first_seen_at,
        max(last_occurred_at) as last_seen_at
    from person_days
    group by 1

),

final as (

    select
        spans.person_id,
        latest_accounts.account_key,
        spans.first_seen_at,
        spans.last_seen_at
    from spans
    left join latest_accounts on spans.person_id = latest_accounts.person_id

)

select * from final
