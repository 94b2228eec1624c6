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
    select * from lead_requests
    where event_id not in (select event_id from repeated_submissions where source_name = 'lead_request')

)

select * from final
