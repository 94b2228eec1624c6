with contexts as (

    select * from {{ ref('stg_gong__call_contexts') }}

),

file_calls as (

    select * from {{ ref('stg_files__calls') }}

),

opportunities as (

    select * from {{ ref('int_opportunities_collected') }}
    where is_current

),

links as (

    select
        call_id,
        object_id as opportunity_id,
        is_linked_at_call
    from contexts
    where object_type in ('Opportunity', 'Deal')
    union all
    select
        call_id,
        opportunity_id,
        true
    from file_calls
    where opportunity_id is not null

),

known_links as (

    select
        links.call_id,
        links.opportunity_id,
        max(case when links.is_linked_at_call then 1 else 0 end) = 1 as is_linked_at_call
    from links
    inner join opportunities on links.opportunity_id = opportunities.opportunity_id
    group by 1, 2

),

final as (

    select
        known_links.call_id,
        known_links.opportunity_id,
        known_links.is_linked_at_call,
        -- the deal that a call is told under: linked when it was held, then the open one, then the newest
        row_number() over (
            partition by known_links.call_id
            order by
                known_links.is_linked_at_call desc,
                coalesce(opportunities.is_closed, false),
                opportunities.created_at desc nulls last,
                known_links.opportunity_id
        ) = 1 as is_primary
    from known_links
    inner join opportunities on known_links.opportunity_id = opportunities.opportunity_id

)

select * from final
