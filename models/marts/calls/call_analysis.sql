with calls as (

    select * from {{ ref('calls_enriched') }}

),

measures as (

    select * from {{ ref('int_call_measures') }}

),

settings as (

    {{ settings_row(ref('stg_registry__coaching_settings'), value='setting_value', settings=[
        'risk_negative', 'risk_per_concern', 'most_concerns', 'risk_no_next_step', 'critical_risk',
        'critical_revenue', 'high_risk', 'high_revenue', 'medium_risk',
    ]) }}

),

conduct as (

    select
        call_id,
        sum(score * weight) / nullif(sum(weight), 0) as conduct_score,
        count(case when needs_coaching then 1 end) as coaching_count
    from measures
    group by 1

),

risks as (

    select
        calls.*,
        conduct.conduct_score,
        coalesce(conduct.coaching_count, 0) as coaching_count,
        case when calls.is_deal_open then coalesce(calls.opportunity_amount, 0) else 0 end as revenue_at_stake,
        case when calls.sentiment_score is not null or calls.concern_count is not null then least(
            100,
            settings.risk_negative * greatest(0, -coalesce(calls.sentiment_score, 0))
            + settings.risk_per_concern * least(coalesce(calls.concern_count, 0), settings.most_concerns)
            + case when calls.next_step_count = 0 then settings.risk_no_next_step else 0 end
        ) end as risk,
        settings.critical_risk,
        settings.critical_revenue,
        settings.high_risk,
        settings.high_revenue,
        settings.medium_risk
    from calls
    left join conduct on calls.call_id = conduct.call_id
    cross join settings

),

final as (

    select
        call_id,
        account_key,
        opportunity_id,
        rep_id,

        case
            when risk >= critical_risk and revenue_at_stake >= critical_revenue then 'Critical'
            when risk >= high_risk and revenue_at_stake >= high_revenue then 'High'
            when risk >= medium_risk then 'Medium'
            else 'Low'
        end as priority,
        sentiment,

        conduct_score,
        sentiment_score,
        concern_count,
        next_step_count,
        cast(coaching_count as integer) as coaching_count,
        risk,
        revenue_at_stake,

        started_at
    from risks

)

select * from final
