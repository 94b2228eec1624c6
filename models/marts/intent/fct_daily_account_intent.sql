{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='snapshot_date',
        cluster_by=['snapshot_date'],
    )
}}

{%- set lanes = lanes_in_force() %}

with window_sums as (

    select * from {{ ref('int_account_window_sums') }}

),

late_points as (

    select * from {{ ref('int_account_late_points') }}

),

surge_tests as (

    select * from {{ ref('int_account_surge_tests') }}

),

categories as (

    select * from {{ ref('int_account_categories_7d') }}

),

pages as (

    select * from {{ ref('int_account_pages_7d') }}

),

key_events as (

    select * from {{ ref('int_account_key_events_7d') }}

),

config as (

    select * from {{ ref('int_score_configs') }}
    where {{ picked_score_config() }}

),

-- what was known late is added to what was known at once
lane_points as (

    select
        window_sums.account_key,
        window_sums.snapshot_date,
        window_sums.unique_people_7d,
        {%- for lane in lanes %}
        points_7d_{{ loop.index }} + coalesce(late_points_7d_{{ loop.index }}, 0) as points_7d_{{ loop.index }},
        points_30d_{{ loop.index }} + coalesce(late_points_30d_{{ loop.index }}, 0) as points_30d_{{ loop.index }},
        {%- endfor %}
        points_prev_7d + coalesce(late_points_prev_7d, 0) as raw_score_prev_7d
    from window_sums
    left join late_points
        on window_sums.account_key = late_points.account_key
        and window_sums.snapshot_date = late_points.snapshot_date

),

raw_scores as (

    select
        *,
        {% for lane in lanes %}points_7d_{{ loop.index }}{{ ' + ' if not loop.last }}{% endfor %} as raw_score_7d,
        {% for lane in lanes %}points_30d_{{ loop.index }}{{ ' + ' if not loop.last }}{% endfor %} as raw_score_30d,
        greatest({% for lane in lanes %}points_7d_{{ loop.index }}, {% endfor %}0) as largest_lane_points
    from lane_points

),

scores as (

    select
        raw_scores.*,
        config.score_config_id,
        config.score_version,
        cast(round(100 * (1 - exp(-raw_score_30d / config.normalize_k)), 0) as integer) as intent_score,
        (raw_score_7d + 5) / (raw_score_prev_7d + 5) as surge_ratio,
        config.cold_max,
        config.warm_max,
        config.surge_surging_min,
        config.surge_exploding_min
    from raw_scores
    cross join config

),

final as (

    select
        scores.account_key,
        scores.snapshot_date,
        scores.score_config_id,
        scores.score_version,

        scores.raw_score_7d,
        scores.raw_score_prev_7d,
        scores.raw_score_30d,
        scores.intent_score,
        case
            when scores.intent_score <= scores.cold_max then 'Cold'
            when scores.intent_score <= scores.warm_max then 'Warm'
            else 'Hot'
        end as intent_stage,
        scores.surge_ratio,
        case
            when scores.surge_ratio < scores.surge_surging_min then 'Normal'
            when scores.surge_ratio <= scores.surge_exploding_min then 'Surging'
            else 'Exploding'
        end as surge_level,
        coalesce(surge_tests.is_surge_significant, false) as is_surge_significant,
        surge_tests.surge_p_value,
        cast(scores.unique_people_7d as integer) as unique_people_7d,
        case
            when largest_lane_points <= 0 then 'other'
            {%- for lane in lanes %}
            when points_7d_{{ loop.index }} = largest_lane_points then '{{ lane }}'
            {%- endfor %}
        end as top_lane,

        {{ as_json("coalesce(key_events.why_hot, '[]')") }} as why_hot,
        {{ as_json(lane_scores_text(lanes, 'points_7d_')) }} as lane_scores_7d,
        {{ as_json(lane_scores_text(lanes, 'points_30d_')) }} as lane_scores_30d,
        {{ as_json("coalesce(categories.top_categories_7d, '[]')") }} as top_categories_7d,
        {{ as_json("coalesce(pages.top_pages_7d, '[]')") }} as top_pages_7d,
        {{ as_json("coalesce(key_events.key_events_7d, '{}')") }} as key_events_7d
    from scores
    left join surge_tests
        on scores.account_key = surge_tests.account_key
        and scores.snapshot_date = surge_tests.snapshot_date
    left join categories
        on scores.account_key = categories.account_key
        and scores.snapshot_date = categories.snapshot_date
    left join pages
        on scores.account_key = pages.account_key
        and scores.snapshot_date = pages.snapshot_date
    left join key_events
        on scores.account_key = key_events.account_key
        and scores.snapshot_date = key_events.snapshot_date

)

select * from final
