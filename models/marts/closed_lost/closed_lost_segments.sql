with deals as (

    select * from {{ ref('int_closed_deals') }}

),

settings as (

    select * from {{ ref('int_closed_lost_settings') }}

),

in_segments as (

    select 'industry' as segment_type, industry as segment, is_won, opportunity_amount
    from deals
    where industry is not null
    union all
    select 'company_size' as segment_type, company_size as segment, is_won, opportunity_amount
    from deals
    where company_size is not null

),

counted as (

    select
        segment_type,
        segment,
        count(*) as closed_deal_count,
        count(case when not is_won then 1 end) as lost_deal_count,
        coalesce(sum(case when not is_won then opportunity_amount end), 0) as lost_amount,
        coalesce(sum(case when is_won then opportunity_amount end), 0) as won_amount
    from in_segments
    group by 1, 2

),

-- beside all others of the same type together
compared as (

    select
        *,
        sum(closed_deal_count) over (partition by segment_type) - closed_deal_count as other_closed_deal_count,
        sum(lost_deal_count) over (partition by segment_type) - lost_deal_count as other_lost_deal_count,
        sum(lost_deal_count) over (partition by segment_type)
            / cast(sum(closed_deal_count) over (partition by segment_type) as double) as rate_of_all
    from counted

),

tested as (

    select
        *,
        lost_deal_count / cast(closed_deal_count as double) as loss_rate,
        other_lost_deal_count / nullif(cast(other_closed_deal_count as double), 0) as other_loss_rate,
        (lost_deal_count / cast(closed_deal_count as double)
            - other_lost_deal_count / nullif(cast(other_closed_deal_count as double), 0))
        / nullif(sqrt(rate_of_all * (1 - rate_of_all)
            * (1 / cast(closed_deal_count as double) + 1 / nullif(cast(other_closed_deal_count as double), 0))), 0)
            as standard_errors
    from compared

),

final as (

    select
        tested.segment_type || ':' || tested.segment as segment_key,

        tested.segment_type,
        tested.segment,
        case
            when tested.closed_deal_count < settings.segment_min_deals then 'too_few'
            when tested.standard_errors >= settings.segment_z then 'deprioritise'
            when tested.standard_errors <= -settings.segment_z then 'double_down'
            else 'as_others'
        end as verdict,

        cast(tested.closed_deal_count as integer) as closed_deal_count,
        cast(tested.lost_deal_count as integer) as lost_deal_count,
        cast(tested.loss_rate as double) as loss_rate,
        cast(tested.other_loss_rate as double) as other_loss_rate,
        cast(tested.standard_errors as double) as standard_errors,
        cast(tested.lost_amount as double) as lost_amount,
        cast(tested.won_amount as double) as won_amount
    from tested
    cross join settings

)

select * from final
