with deal_competitors as (

    select * from {{ ref('int_lost_deal_competitors') }}

),

deals as (

    select * from {{ ref('int_closed_deals') }}

),

competitors as (

    select * from {{ ref('stg_registry__competitors') }}

),

final as (

    select
        competitors.competitor,

        competitors.label,
        competitors.positioning,

        cast(count(*) as integer) as deal_count,
        cast(count(case when deal_competitors.is_said_in_crm then 1 end) as integer) as crm_deal_count,
        cast(count(case when deal_competitors.is_said_in_calls then 1 end) as integer) as call_deal_count,
        cast(count(case when deal_competitors.is_seen_better then 1 end) as integer) as seen_better_deal_count,
        cast(count(case when deal_competitors.is_seen_worse then 1 end) as integer) as seen_worse_deal_count,
        cast(coalesce(sum(deals.opportunity_amount), 0) as double) as lost_amount,

        max(deals.close_date) as last_lost_on
    from deal_competitors
    inner join deals on deal_competitors.opportunity_id = deals.opportunity_id
    inner join competitors on deal_competitors.competitor = competitors.competitor
    group by 1, 2, 3

)

select * from final
