with deals as (

    select * from {{ ref('int_closed_deals') }}
    where not is_won

),

call_opportunities as (

    select * from {{ ref('call_opportunities') }}

),

segments as (

    select * from {{ ref('call_segments') }}
    where not is_internal

),

competitors as (

    select
        competitor,
        -- from the beginning of a word on, as the offline writer reads it
        '(^|[^a-z0-9])(' || pattern || ')' as pattern
    from {{ ref('stg_registry__competitors') }}
    where enabled

),

points as (

    select * from {{ ref('int_closed_lost_points') }}
    where kind = 'competitor'

),

-- the buyer's sentences, as soon as a call is there; language work comes later and says how it was seen
mentions as (

    select
        deals.opportunity_id,
        competitors.competitor,
        'crm' as source_name,
        cast(null as varchar) as segment_id,
        cast(null as varchar) as competitor_view,
        deals.crm_loss_reason as quote
    from deals
    inner join competitors on {{ regexp_found('lower(deals.crm_loss_reason)', 'competitors.pattern') }}
    union all
    select
        deals.opportunity_id,
        competitors.competitor,
        'calls' as source_name,
        segments.segment_id,
        cast(null as varchar) as competitor_view,
        segments.text as quote
    from deals
    inner join call_opportunities on deals.opportunity_id = call_opportunities.opportunity_id
    inner join segments on call_opportunities.call_id = segments.call_id
    inner join competitors on {{ regexp_found('lower(segments.text)', 'competitors.pattern') }}
    union all
    select
        opportunity_id,
        competitor,
        'language' as source_name,
        segment_id,
        competitor_view,
        quote
    from points

),

named as (

    select distinct opportunity_id from mentions
    where competitor <> 'unnamed'

),

final as (

    select
        mentions.opportunity_id,
        mentions.competitor,

        max(case when mentions.source_name = 'crm' then 1 else 0 end) = 1 as is_said_in_crm,
        max(case when mentions.source_name <> 'crm' then 1 else 0 end) = 1 as is_said_in_calls,
        max(case when mentions.competitor_view = 'better' then 1 else 0 end) = 1 as is_seen_better,
        max(case when mentions.competitor_view = 'worse' then 1 else 0 end) = 1 as is_seen_worse,

        min(mentions.segment_id) as segment_id,
        coalesce(
            min(case when mentions.segment_id is not null then mentions.quote end), min(mentions.quote)
        ) as quote
    from mentions
    left join named on mentions.opportunity_id = named.opportunity_id
    where mentions.competitor <> 'unnamed' or named.opportunity_id is null
    group by 1, 2

)

select * from final
