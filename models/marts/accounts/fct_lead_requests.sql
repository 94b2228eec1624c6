with lead_requests as (

    select * from {{ ref('int_lead_requests_keyed') }}

),

leads as (

    select * from {{ ref('int_person_identities') }}
    where identity_type = 'crm_id'

),

emails as (

    select * from {{ ref('int_person_identities') }}
    where identity_type = 'email'

),

visitors as (

    select * from {{ ref('int_person_identities') }}
    where identity_type = 'posthog_distinct_id'

),

final as (

    select
        lead_requests.lead_request_id,
        lead_requests.account_key,
        coalesce(leads.person_id, emails.person_id, visitors.person_id) as person_id,
        lead_requests.event_id,
        lead_requests.distinct_id,
        lead_requests.crm_lead_id,
        lead_requests.crm_task_id,

        lead_requests.request_type,
        lead_requests.email,
        lead_requests.first_name,
        lead_requests.last_name,
        lead_requests.company_name,
        lead_requests.website,
        lead_requests.phone,
        lead_requests.message,

        lead_requests.lead_score,

        lead_requests.occurred_at,
        lead_requests.known_at
    from lead_requests
    left join leads on lead_requests.crm_lead_id = leads.identity_value
    left join emails on lead_requests.email_given = emails.identity_value
    left join visitors on lead_requests.distinct_id = visitors.identity_value

)

select * from final
