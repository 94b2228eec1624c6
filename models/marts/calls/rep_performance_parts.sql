with measures as (

    select * from {{ ref('int_call_measures') }}
    where rep_id is not null

),

settings as (

    select * from {{ ref('stg_registry__coaching_settings') }}
    where setting = 'coach_below'

),

-- what a rep's calls of a period come to, one row a measure
averages as (

    select
        rep_id,
        periods_ago,
        measure,
        label,
        advice,
        weight,
        poor_value,
        good_value,
        avg(measure_value) as measure_value,
        count(*) as call_count
    from measures
    group by 1, 2, 3, 4, 5, 6, 7, 8

),

scored as (

    select
        *,
        {{ score_between('measure_value', 'poor_value', 'good_value') }} as score,
        weight / nullif(sum(weight) over (partition by rep_id, periods_ago), 0) as weight_share
    from averages

),

final as (

    select
        scored.rep_id || ':' || cast(scored.periods_ago as varchar) || ':' || scored.measure as part_id,
        scored.rep_id,

        scored.measure,
        scored.label,
        scored.advice,

        cast(scored.periods_ago as integer) as periods_ago,
        cast(scored.call_count as integer) as call_count,
        scored.measure_value,
        scored.poor_value,
        scored.good_value,
        scored.score,
        scored.weight_share,
        scored.score * scored.weight_share as points,
        scored.score < settings.setting_value as needs_coaching
    from scored
    cross join settings

)

select * from final
