{{ config(materialized='table') }}

{%- set window = snapshot_window() %}
{%- set lanes = lanes_in_force() %}
{%- set baseline_days = var('surge_baseline_days') | int %}

with prompt_event_days as (

    select * from {{ ref('int_scored_event_days') }}
    where counted_on = event_date
        and event_date <= {{ sql_date(window.to) }}
        and event_date > {{ sql_date(day_plus(window['from'], -30)) }}

),

visits as (

    select * from {{ ref('int_account_visit_days') }}

),

presences as (

    select * from {{ ref('int_account_presences') }}

),

snapshot_days as (

    select * from {{ ref('int_account_snapshot_days') }}

),

config as (

    select * from {{ ref('int_score_configs') }}
    where {{ picked_score_config() }}

),

prompt_points as (

    select
        account_key,
        event_date as day,
        {%- for lane in lanes %}
        sum(case when {{ is_in_lane(lane, lanes) }} then points else 0 end) as points_{{ loop.index }}{{ "," if not loop.last }}
        {%- endfor %}
    from prompt_event_days
    group by 1, 2

),

{%- set zeros = ("cast(0 as double), " * (lanes | length)) %}

-- everything that changes a sliding sum, and every day for which one is wanted
changes as (

    select
        account_key,
        day,
        {% for lane in lanes %}points_{{ loop.index }}, {% endfor %}
        0 as visit_count,
        0 as people_change,
        cast(null as date) as first_counted_on
    from prompt_points
    union all
    select account_key, day, {{ zeros }} visit_count, 0, null from visits
    union all
    select account_key, present_from, {{ zeros }} 0, 1, null from presences
    union all
    select account_key, present_until, {{ zeros }} 0, -1, null from presences
    where present_until <= {{ sql_date(window.to) }}
    union all
    select account_key, snapshot_date, {{ zeros }} 0, 0, first_counted_on from snapshot_days

),

-- A point of day d is worth points x exp(-lambda x (T - d)) on day T: one scale a day, so that the
-- decayed sum is a plain sliding sum, scaled back at its end.
scaled as (

    select
        changes.account_key,
        changes.day,
        changes.first_counted_on,
        {{ days_between(sql_date(window['from']), 'changes.day') }} as day_number,
        {%- for lane in lanes %}
        changes.points_{{ loop.index }}
        * exp(config.lambda_decay * {{ days_between(sql_date(window['from']), 'changes.day') }})
            as points_{{ loop.index }},
        {%- endfor %}
        changes.visit_count,
        changes.people_change,
        exp(-config.lambda_decay * {{ days_between(sql_date(window['from']), 'changes.day') }}) as decay
    from changes
    cross join config

),

sums as (

    select
        account_key,
        day as snapshot_date,
        first_counted_on,
        {%- for lane in lanes %}
        decay * sum(points_{{ loop.index }}) over ages_0_6 as points_7d_{{ loop.index }},
        decay * sum(points_{{ loop.index }}) over ages_0_29 as points_30d_{{ loop.index }},
        {%- endfor %}
        decay * coalesce(
            sum({% for lane in lanes %}points_{{ loop.index }}{{ ' + ' if not loop.last }}{% endfor %}) over ages_7_13,
            0
        ) as points_prev_7d,
        sum(people_change) over until_day as unique_people_7d,
        sum(visit_count) over ages_0_6 as visits_7d,
        coalesce(sum(visit_count) over baseline, 0) as baseline_visits,
        coalesce(sum(visit_count * visit_count) over baseline, 0) as baseline_visits_squared
    from scaled
    window
        ages_0_6 as ({{ days_frame(6, 0) }}),
        ages_7_13 as ({{ days_frame(13, 7) }}),
        ages_0_29 as ({{ days_frame(29, 0) }}),
        baseline as ({{ days_frame(baseline_days + 6, 7) }}),
        until_day as ({{ days_frame('unbounded', 0) }})

),

final as (

    select * from sums
    where first_counted_on is not null

)

select * from final
