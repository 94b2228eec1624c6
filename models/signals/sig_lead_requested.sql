{%- set modifiers = ['high_lead_score'] %}

with signal as (

    {{ signal_terms('lead_requested', settings={'max_age_days': 'integer'}, modifiers=modifiers) }}

),

run_days as (

    select * from {{ ref('int_run_days') }}

),

lead_requests as (

    select
        *,
        {{ clean_email('email') }} as email_given
    from {{ ref('int_lead_requests_first_known') }}

),

company_domains as (

    select * from {{ ref('int_account_keys') }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

email_domains as (

    select * from {{ ref('int_email_domains') }}

),

visitor_domains as (

    select * from {{ ref('int_visitor_domains') }}

),

visitor_emails as (

    select * from {{ ref('int_visitor_emails') }}

),

firings as (

    select
        coalesce(
            company_domains.account_key,
            aliases.account_key,
            email_domains.company_domain,
            visitor_domains.company_domain
        ) as account_key,
        -- by e-mail, else the record's id, else the visitor's, as people are named
        case
            when coalesce(lead_requests.email_given, visitor_emails.email) is not null
                then {{ person_id('email', 'coalesce(lead_requests.email_given, visitor_emails.email)') }}
            when lead_requests.crm_lead_id is not null then {{ person_id('crm_id', 'lead_requests.crm_lead_id') }}
            else {{ person_id('posthog_distinct_id', 'lead_requests.distinct_id') }}
        end as person_id,
        lead_requests.occurred_at,
        lead_requests.known_on as detected_at,
        'lead_request' as source_name,
        lead_requests.lead_request_id as source_record_id,
        lead_requests.loaded_at,
        {{ json_build({
            'lead_request_id': 'lead_requests.lead_request_id',
            'request_type': 'lead_requests.request_type',
            'lead_score': 'lead_requests.lead_score',
            'event_id': 'lead_requests.event_id',
            'requested_on': 'cast(cast(lead_requests.occurred_at as date) as varchar)',
        }) }} as facts,
        {{ once_if('lead_requests.lead_score >= signal.high_lead_score_threshold') }} as high_lead_score
    from lead_requests
    inner join run_days on lead_requests.known_on = run_days.run_date
    cross join signal
    left join company_domains on lead_requests.website = company_domains.domain_reference
    left join email_domains
        on lead_requests.email_given = email_domains.email
        and lead_requests.known_on >= email_domains.linked_from
        and lead_requests.known_on < email_domains.linked_until
    left join visitor_domains
        on lead_requests.distinct_id = visitor_domains.distinct_id
        and lead_requests.known_on >= visitor_domains.linked_from
        and lead_requests.known_on < visitor_domains.applies_until
    left join aliases
        on coalesce(email_domains.company_domain, visitor_domains.company_domain) = aliases.alias_domain
    left join visitor_emails
        on lead_requests.email_given is null
        and lead_requests.distinct_id = visitor_emails.distinct_id
        and lead_requests.known_on >= visitor_emails.linked_from
        and lead_requests.known_on < visitor_emails.linked_until
    where {{ days_between('cast(lead_requests.occurred_at as date)', 'lead_requests.known_on') }} <= signal.max_age_days

),

final as (
    {{ signal_rows('lead_requested', modifiers) }}
)

select * from final
