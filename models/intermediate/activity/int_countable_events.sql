with web_events as (

    select * from {{ ref('int_human_web_events') }}

),

lead_requests as (

    select * from {{ ref('int_lead_request_events') }}

),

repeated_submissions as (

    select * from {{ ref('int_repeated_submissions') }}

),

final as (

    select web_events.*
    from web_events
    left join repeated_submissions
        on case when web_events.event_name = 'form_submitted' then web_events.event_id end
        = repeated_submissions.event_id
        and repeated_submissions.source_name = 'web'
    where repeated_submissions.event_id is null
    union all
    select
        lead_requests.source_name,
        lead_requests.event_id,
        lead_requests.distinct_id,
        lead_requests.email,
        lead_requests.domain_reference,
        lead_requests.event_name,
        lead_requests.path,
        lead_requests.content_type,
        lead_requests.lane,
        lead_requests.cta_id,
        lead_requests.occurred_at,
        lead_requests.known_at,
        lead_requests.known_on,
        lead_requests.loaded_at
    from lead_requests
    left join repeated_submissions
        on lead_requests.event_id = repeated_submissions.event_id
        and repeated_submissions.source_name = 'lead_request'
    where repeated_submissions.event_id is null

)

select * from final
