{{ config(materialized='table') }}

-- held against the patterns anew by each run: a pattern that is added counts for user agents seen before, too
with user_agents as (

    select * from {{ ref('int_user_agents_seen') }}

),

patterns as (

    select * from {{ ref('bot_user_agents') }}

),

final as (

    select
        user_agents.user_agent,
        max(case when {{ text_contains('lower(user_agents.user_agent)', 'patterns.pattern') }} then 1 else 0 end)
        = 1 as is_bot
    from user_agents
    cross join patterns
    group by 1

)

select * from final
