with parts as (

    select * from {{ ref('rep_performance_parts') }}

),

calls as (

    select * from {{ ref('calls_enriched') }}

),

measures as (

    select * from {{ ref('int_call_measures') }}
    where rep_id is not null

),

settings as (

    {{ settings_row(ref('stg_registry__coaching_settings'), value='setting_value', settings=[
        'fewest_calls', 'period_days',
    ]) }}

),

names as (

    select
        rep_id,
        max(rep_name) as rep_name
    from calls
    group by 1

),

held as (

    select
        rep_id,
        periods_ago,
        count(distinct call_id) as call_count,
        count(distinct case when needs_coaching then call_id end) as calls_for_coaching
    from measures
    group by 1, 2

),

totals as (

    select
        rep_id,
        periods_ago,
        sum(points) as score,
        count(case when needs_coaching then 1 end) as parts_to_work_on
    from parts
    group by 1, 2

),

scored as (

    select
        held.rep_id,
        held.periods_ago,
        held.call_count,
        held.calls_for_coaching,
        totals.parts_to_work_on,
        settings.period_days,
        case when held.call_count >= settings.fewest_calls then totals.score end as score
    from held
    inner join totals
        on held.rep_id = totals.rep_id
        and held.periods_ago = totals.periods_ago
    cross join settings

),

final as (

    select
        scored.rep_id || ':' || cast(scored.periods_ago as varchar) as rep_period_id,
        scored.rep_id,

        names.rep_name,

        cast(scored.periods_ago as integer) as periods_ago,
        {{ add_days(as_of_date(), '-cast(scored.periods_ago * scored.period_days as integer)') }} as period_ends_on,
        cast(scored.call_count as integer) as call_count,
        cast(scored.calls_for_coaching as integer) as calls_for_coaching,
        cast(scored.parts_to_work_on as integer) as parts_to_work_on,
        scored.score,
        -- against the period before
        scored.score - before.score as trend
    from scored
    left join names on scored.rep_id = names.rep_id
    left join scored as before
        on scored.rep_id = before.rep_id
        and scored.periods_ago + 1 = before.periods_ago

)

select * from final
