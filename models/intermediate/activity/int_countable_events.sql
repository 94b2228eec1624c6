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

    select * from web_events
    where event_name is distinct from 'form_submitted'
        or event_id not in (select event_id from repeated_submissions where source_name = 'web')
    union all
    select
        source_name,
        event_id,
        distinct_id,
        email,
        domain_reference,
        event_name,
        path,
        content_type,
        lane,
        cta_id,
        occurred_at,
        known_at,
        known_on,
        loaded_at
    from lead_requests
    where event_id not in (select event_id from repeated_submissions where source_name = 'lead_request')

)

select * from final
