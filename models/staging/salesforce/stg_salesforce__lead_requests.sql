with leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

-- the request as it came: what is done to the lead later is no other request
requests as (

    select * from leads
    where lead_source = '{{ var("salesforce_request_source") }}' or request_type is not null
    qualify row_number() over (partition by lead_id order by version_at) = 1

),

final as (

    select
        lead_id as lead_request_id,
        coalesce(requested_at, created_at) as occurred_at,
        request_type,
        email,
        first_name,
        last_name,
        company_name,
        website,
        phone,
        message,
        lead_score,
        distinct_id,
        event_id,
        lead_id as crm_lead_id,
        cast(null as varchar) as crm_task_id,
        coalesce(requested_at, created_at) as version_at,
        known_at,
        loaded_at
    from requests

)

select * from final
