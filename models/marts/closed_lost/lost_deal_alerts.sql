with deals as (

    select * from {{ ref('int_closed_deals') }}
    where not is_won

),

deal_competitors as (

    select * from {{ ref('int_lost_deal_competitors') }}

),

competitors as (

    select * from {{ ref('stg_registry__competitors') }}

),

settings as (

    select * from {{ ref('int_closed_lost_settings') }}

),

lost_to as (

    select
        deal_competitors.opportunity_id,
        {{ json_array_agg('competitors.label', 'competitors.label') }} as competitors
    from deal_competitors
    inner join competitors on deal_competitors.competitor = competitors.competitor
    group by 1

),

-- of several competitors one is quoted, with where it was said
witnesses as (

    select deal_competitors.*
    from deal_competitors
    inner join competitors on deal_competitors.competitor = competitors.competitor
    qualify row_number() over (
        partition by deal_competitors.opportunity_id
        order by
            case when deal_competitors.segment_id is null then 1 else 0 end,
            deal_competitors.segment_id,
            deal_competitors.quote
    ) = 1

),

final as (

    select
        deals.opportunity_id,
        deals.account_key,
        deals.owner_id as crm_owner_id,
        witnesses.segment_id,

        deals.opportunity_name,
        deals.account_name,
        deals.crm_loss_reason,
        {{ as_json(json_to_text('lost_to.competitors')) }} as competitors,
        witnesses.quote,

        cast(deals.opportunity_amount as double) as opportunity_amount,

        deals.close_date
    from deals
    cross join settings
    inner join lost_to on deals.opportunity_id = lost_to.opportunity_id
    inner join witnesses on deals.opportunity_id = witnesses.opportunity_id
    where deals.opportunity_amount >= settings.alert_amount
        and {{ days_between('deals.close_date', as_of_date()) }} < settings.alert_days

)

select * from final
