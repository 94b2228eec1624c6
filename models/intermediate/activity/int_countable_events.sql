with web_events as (

    select * from {{ ref('int_web_events_collected') }}

),

bots as (

    select * from {{ ref('int_user_agents') }}
    where is_bot

),

lead_requests as (

    select * from {{ ref('int_lead_requests_collected') }}

),

web_identifications as (

    select * from {{ ref('int_web_identifications') }}
    where form_submitted_count > 0

),

human_web_events as (

    select
        'web' as source_name,
        web_events.event_id,
        web_events.distinct_id,
        {{ clean_email('web_events.email') }} as email,
        coalesce(web_events.declared_account_key, web_events.account_domain) as domain_reference,
        web_events.event_name,
        web_events.path,
        web_events.content_type,
        web_events.lane,
        web_events.cta_id,
        web_events.occurred_at,
        web_events.known_at,
        web_events.known_on,
        web_events.loaded_at
    from web_events
    left join bots on web_events.user_agent = bots.user_agent
    where bots.user_agent is null

),

-- a request whose form came in as a web event is that event, and does not count again
unseen_lead_requests as (

    select
        'lead_request' as source_name,
        lead_requests.lead_request_id as event_id,
        lead_requests.distinct_id,
        {{ clean_email('lead_requests.email') }} as email,
        lead_requests.website as domain_reference,
        'form_submitted' as event_name,
        cast(null as varchar) as path,
        cast(null as varchar) as content_type,
        cast(null as varchar) as lane,
        cast(null as varchar) as cta_id,
        lead_requests.occurred_at,
        lead_requests.known_at,
        cast(greatest(lead_requests.occurred_at, lead_requests.known_at) as date) as known_on,
        lead_requests.loaded_at
    from lead_requests
    left join web_identifications
        on {{ clean_email('lead_requests.email') }} = web_identifications.email
        and cast(lead_requests.occurred_at as date) = cast(web_identifications.last_occurred_at as date)
        and web_identifications.known_on <= cast(lead_requests.known_at as date)
    where lead_requests.is_current
        and lead_requests.event_id is null
        and web_identifications.email is null
        and {{ is_known_by_as_of('lead_requests.occurred_at') }}

),

final as (

    select * from human_web_events
    union all
    select * from unseen_lead_requests

)

select * from final
