with web_events as (

    select * from {{ ref('int_web_events_collected') }}

),

bots as (

    select * from {{ ref('int_user_agents') }}
    where is_bot

),

final as (

    select
        'web' as source_name,
        web_events.event_id,
        web_events.distinct_id,
        {{ address_of_event('web_events.email', 'web_events.distinct_id') }} as email,
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

)

select * from final
