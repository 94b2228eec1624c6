{%- set lanes = lanes_in_force() %}
{%- set history_days = 30 %}

with snapshots as (

    select * from {{ ref('fct_daily_account_intent') }}
    -- a week more than shown, to compare the first day with
    where snapshot_date > {{ sql_date(day_plus(as_of_day(), -(history_days + 7))) }}
        and snapshot_date <= {{ as_of_date() }}

),

registry_lanes as (

    select * from {{ ref('stg_registry__lanes') }}

),

-- every account once, in its top lane
account_counts as (

    select
        snapshot_date,
        top_lane as lane,
        count(case when raw_score_30d > 0 then 1 end) as account_count,
        count(case when intent_stage = 'Hot' then 1 end) as hot_account_count,
        count(case when intent_stage = 'Warm' then 1 end) as warm_account_count,
        count(case when surge_level = 'Surging' then 1 end) as surging_account_count,
        count(case when surge_level = 'Exploding' then 1 end) as exploding_account_count,
        count(case when is_surge_significant then 1 end) as significant_surge_account_count,
        avg(case when raw_score_30d > 0 then cast(intent_score as double) end) as average_intent_score
    from snapshots
    group by 1, 2

),

-- every account with points in the lane
lane_totals as (

    select
        snapshot_date,
        {%- for lane in lanes %}
        sum(coalesce({{ json_number('lane_scores_7d', lane) }}, 0)) as points_{{ loop.index }},
        count({{ json_number('lane_scores_7d', lane) }}) as active_{{ loop.index }}{{ "," if not loop.last }}
        {%- endfor %}
    from snapshots
    group by 1

),

lane_days as (

    {%- for lane in lanes %}
    select
        snapshot_date,
        '{{ lane }}' as lane,
        points_{{ loop.index }} as lane_score_7d,
        active_{{ loop.index }} as active_account_count
    from lane_totals
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

lane_figures as (

    select
        lane_days.lane,
        lane_days.snapshot_date,
        coalesce(account_counts.account_count, 0) as account_count,
        lane_days.active_account_count,
        coalesce(account_counts.hot_account_count, 0) as hot_account_count,
        coalesce(account_counts.warm_account_count, 0) as warm_account_count,
        coalesce(account_counts.surging_account_count, 0) as surging_account_count,
        coalesce(account_counts.exploding_account_count, 0) as exploding_account_count,
        coalesce(account_counts.significant_surge_account_count, 0) as significant_surge_account_count,
        coalesce(account_counts.average_intent_score, 0) as average_intent_score,
        lane_days.lane_score_7d
    from lane_days
    left join account_counts
        on lane_days.snapshot_date = account_counts.snapshot_date
        and lane_days.lane = account_counts.lane

),

final as (

    select
        figures.lane,
        figures.snapshot_date,

        coalesce(registry_lanes.label, figures.lane) as lane_label,
        cast(coalesce(registry_lanes.sort_order, 1000) as integer) as sort_order,
        figures.snapshot_date = max(figures.snapshot_date) over () as is_latest,

        {%- for column in [
            'account_count', 'active_account_count', 'hot_account_count', 'warm_account_count', 'surging_account_count',
            'exploding_account_count', 'significant_surge_account_count',
        ] %}
        cast(figures.{{ column }} as integer) as {{ column }},
        {%- endfor %}
        figures.average_intent_score,
        figures.lane_score_7d,

        cast(figures.hot_account_count - week_before.hot_account_count as integer) as hot_account_count_change,
        cast(figures.surging_account_count - week_before.surging_account_count as integer)
            as surging_account_count_change,
        cast(figures.exploding_account_count - week_before.exploding_account_count as integer)
            as exploding_account_count_change,
        figures.average_intent_score - week_before.average_intent_score as average_intent_score_change,
        figures.lane_score_7d / nullif(week_before.lane_score_7d, 0) - 1 as lane_score_change_rate
    from lane_figures as figures
    left join lane_figures as week_before
        on figures.lane = week_before.lane
        and week_before.snapshot_date = {{ add_days('figures.snapshot_date', -7) }}
    left join registry_lanes on figures.lane = registry_lanes.lane
    where figures.snapshot_date > {{ sql_date(day_plus(as_of_day(), -history_days)) }}

)

select * from final
