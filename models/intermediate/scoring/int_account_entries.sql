{%- set window = snapshot_window() %}
{%- set lanes = lanes_in_force() %}
{%- set key_events = key_events_in_force() %}
{%- set scaled_points = 'event_days.points * exp(config.lambda_decay * '
    ~ days_between(sql_date(window['from']), 'event_days.event_date') ~ ')' %}

with event_days as (

    select * from {{ ref('int_window_event_days') }}

),

class_scores as (

    select * from {{ ref('int_picked_class_scores') }}

),

config as (

    select * from {{ ref('int_score_configs') }}
    where {{ picked_score_config() }}

),

-- Points are scaled to the first day of the window: a point of day d is worth
-- points x exp(-lambda x (T - d)) on day T, which is the scaled point x exp(-lambda x (T - first day)),
-- so that a decayed sum changes only when something enters or leaves it.
final as (

    select
        event_days.account_number,
        event_days.event_date,
        event_days.enters_on,
        {%- for lane in lanes %}
        sum(case when {{ is_in_lane(lane, lanes) }} then {{ scaled_points }} else 0 end)
            as lane_points_{{ loop.index }},
        {%- endfor %}
        {%- for key_event in key_events %}
        cast(
            sum(case when class_scores.key_event = '{{ key_event.key }}' then event_days.event_count else 0 end) as integer
        ) as key_count_{{ loop.index }},
        sum(case when class_scores.key_event = '{{ key_event.key }}' then {{ scaled_points }} else 0 end)
            as key_points_{{ loop.index }},
        {%- endfor %}
        sum({{ scaled_points }}) as points,
        cast(sum(event_days.event_count) as integer) as event_count
    from event_days
    inner join class_scores on event_days.event_class_id = class_scores.event_class_id
    cross join config
    group by 1, 2, 3

)

select * from final
