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
        points.opportunity_id,
        points.competitor,
        'language' as source_name,
        points.segment_id,
        points.competitor_view,
        points.quote
    from points
    inner join competitors on points.competitor = competitors.competitor

),

named as (

    select distinct opportunity_id from mentions
    where competitor <> 'unnamed'

),

-- of a deal's mentions one stands for all, the quote with where it was said: a sentence, else the CRM's word
witnesses as (

    select * from mentions
    qualify row_number() over (
        partition by opportunity_id, competitor
        order by case when segment_id is null then 1 else 0 end, segment_id, quote
    ) = 1

),

final as (

    select
        mentions.opportunity_id,
        mentions.competitor,

        max(case when mentions.source_name = 'crm' then 1 else 0 end) = 1 as is_said_in_crm,
        max(case when mentions.source_name <> 'crm' then 1 else 0 end) = 1 as is_said_in_calls,
        max(case when mentions.competitor_view = 'better' then 1 else 0 end) = 1 as is_seen_better,
        max(case when mentions.competitor_view = 'worse' then 1 else 0 end) = 1 as is_seen_worse,

        max(witnesses.segment_id) as segment_id,
        max(witnesses.quote) as quote
    from mentions
    inner join witnesses
        on mentions.opportunity_id = witnesses.opportunity_id
        and mentions.competitor = witnesses.competitor
    left join named on mentions.opportunity_id = named.opportunity_id
    where mentions.competitor <> 'unnamed' or named.opportunity_id is null
    group by 1, 2

)

select * from final
