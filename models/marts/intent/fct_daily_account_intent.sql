{{
    config(
        materialized='incremental',
        incremental_strategy='overwrite_days',
        unique_key='snapshot_date',
        cluster_by=['snapshot_date'],
    )
}}

-- depends_on: {{ ref('int_score_versions') }}

{%- set window = snapshot_window() %}
{%- set lanes = lanes_in_force() %}
{%- set key_events = key_events_in_force() %}

with states as (

    select * from {{ ref('int_account_states') }}

),

state_days as (

    select * from {{ ref('int_state_days') }}

),

accounts as (

    select distinct account_number, account_key from {{ ref('int_company_accounts') }}

),

sums_7d as (

    select
        *,
        {{ top_lane_text(lanes) }} as top_lane,
        {{ why_hot_text(key_events) }} as why_hot,
        {{ key_events_text(key_events) }} as key_events_7d
    from {{ ref('int_account_sums_7d') }}

),

categories as (

    select * from {{ ref('int_account_categories_7d') }}

),

pages as (

    select * from {{ ref('int_account_pages_7d') }}

),

surge_tests as (

    select * from {{ ref('int_account_surge_tests') }}

),

config as (

    select * from {{ ref('int_score_configs') }}
    where {{ picked_score_config() }}

),

-- what stays the same from one change to the next
described_states as (

    select
        states.*,
        {%- for lane in lanes %}
        coalesce(sums_7d.lane_points_{{ loop.index }}_7d, 0) as lane_points_{{ loop.index }}_7d,
        {%- endfor %}
        coalesce(sums_7d.top_lane, 'other') as top_lane,
        coalesce(sums_7d.why_hot, '[]') as why_hot,
        coalesce(sums_7d.key_events_7d, '{}') as key_events_7d,
        coalesce(categories.top_categories_7d, '[]') as top_categories_7d,
        coalesce(pages.top_pages_7d, '[]') as top_pages_7d
    from states
    left join sums_7d
        on states.account_number = sums_7d.account_number
        and states.state_from = sums_7d.state_from
    left join categories
        on states.account_number = categories.account_number
        and states.state_from = categories.state_from
    left join pages
        on states.account_number = pages.account_number
        and states.state_from = pages.state_from

),

-- one row per account and day; points decay from the first day of the window on
decayed as (

    select
        account_number,
        {{ add_days('state_from', 'day_number') }} as snapshot_date,
        top_lane,
        why_hot,
        key_events_7d,
        top_categories_7d,
        top_pages_7d,
        unique_people_7d,
        {%- set decay = "exp(-config.lambda_decay * (" ~ days_between(sql_date(window['from']), 'state_from') ~ " + day_number))" %}
        {%- for lane in lanes %}
        {%- set points = 'lane_points_' ~ loop.index %}
        {{ points }}_7d * {{ decay }} as {{ points }}_7d,
        {{ without_residue(points ~ '_30d * ' ~ decay) }} as {{ points }}_30d,
        {%- endfor %}
        {{ without_residue('points_prev_7d * ' ~ decay) }} as raw_score_prev_7d
    from described_states
    cross join config
    inner join state_days on described_states.state_days = state_days.state_days

),

raw_scores as (

    select
        *,
        {% for lane in lanes %}lane_points_{{ loop.index }}_7d{{ ' + ' if not loop.last }}{% endfor %} as raw_score_7d,
        {% for lane in lanes %}lane_points_{{ loop.index }}_30d{{ ' + ' if not loop.last }}{% endfor %} as raw_score_30d
    from decayed

),

scores as (

    select
        raw_scores.*,
        config.score_config_id,
        config.score_version,
        cast(round(100 * (1 - exp(-raw_score_30d / config.normalize_k)), 0) as integer) as intent_score,
        (raw_score_7d + 5) / (raw_score_prev_7d + 5) as surge_ratio,
        -- a ratio that meets a bound meets it whatever the last digits of its sums, which hang on the run's first day
        round((raw_score_7d + 5) / (raw_score_prev_7d + 5), 9) as rounded_surge_ratio,
        config.cold_max,
        config.warm_max,
        config.surge_surging_min,
        config.surge_exploding_min
    from raw_scores
    cross join config

),

final as (

    select
        accounts.account_key,
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
            when scores.rounded_surge_ratio < scores.surge_surging_min then 'Normal'
            when scores.rounded_surge_ratio <= scores.surge_exploding_min then 'Surging'
            else 'Exploding'
        end as surge_level,
        coalesce(surge_tests.is_surge_significant, false) as is_surge_significant,
        surge_tests.surge_p_value,
        cast(scores.unique_people_7d as integer) as unique_people_7d,
        scores.top_lane,

        {{ as_json('scores.why_hot') }} as why_hot,
        {{ as_json(lane_scores_text(lanes, '_7d')) }} as lane_scores_7d,
        {{ as_json(lane_scores_text(lanes, '_30d')) }} as lane_scores_30d,
        {{ as_json('scores.top_categories_7d') }} as top_categories_7d,
        {{ as_json('scores.top_pages_7d') }} as top_pages_7d,
        {{ as_json('scores.key_events_7d') }} as key_events_7d
    from scores
    inner join accounts on scores.account_number = accounts.account_number
    left join surge_tests
        on scores.account_number = surge_tests.account_number
        and scores.snapshot_date = surge_tests.snapshot_date

)

select * from final
