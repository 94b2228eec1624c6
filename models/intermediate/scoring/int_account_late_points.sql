{%- set window = snapshot_window() %}
{%- set lanes = lanes_in_force() %}

with late_event_days as (

    select * from {{ ref('int_scored_event_days') }}
    where counted_on > event_date
        and counted_on <= {{ sql_date(window.to) }}
        and event_date > {{ sql_date(day_plus(window['from'], -30)) }}

),

config as (

    select * from {{ ref('int_score_configs') }}
    where {{ picked_score_config() }}

),

-- one row per day that a late event still counts for
spread as (

    select
        late_event_days.account_key,
        {{ add_days('late_event_days.event_date', 'ages.number') }} as snapshot_date,
        late_event_days.lane,
        ages.number as age_days,
        late_event_days.points * exp(-config.lambda_decay * ages.number) as points
    from late_event_days
    cross join config
    inner join {{ number_list(30) }} as ages
        on ages.number >= {{ days_between('late_event_days.event_date', 'late_event_days.counted_on') }}
    where {{ add_days('late_event_days.event_date', 'ages.number') }}
        between {{ sql_date(window['from']) }} and {{ sql_date(window.to) }}

),

final as (

    select
        account_key,
        snapshot_date,
        {%- for lane in lanes %}
        sum(case when {{ is_in_lane(lane, lanes) }} and age_days < 7 then points else 0 end)
            as late_points_7d_{{ loop.index }},
        sum(case when {{ is_in_lane(lane, lanes) }} then points else 0 end)
            as late_points_30d_{{ loop.index }},
        {%- endfor %}
        sum(case when age_days between 7 and 13 then points else 0 end) as late_points_prev_7d
    from spread
    group by 1, 2

)

select * from final
