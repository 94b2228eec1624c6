{%- set window = snapshot_window() %}
{%- set lanes = lanes_in_force() %}
{%- set key_events = key_events_in_force() %}
{%- set measures = intent_measures(lanes, key_events) %}
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

presences as (

    select * from {{ ref('int_account_presences') }}

),

-- Points are scaled to the first day of the window: a point of day d is worth
-- points x exp(-lambda x (T - d)) on day T, which is the scaled point x exp(-lambda x (T - first day)),
-- so that a decayed sum changes only when something enters or leaves it.
entries as (

    select
        event_days.account_number,
        event_days.event_date,
        event_days.enters_on,
        {%- for lane in lanes %}
        sum(case when {{ is_in_lane(lane, lanes) }} then {{ scaled_points }} else 0 end)
            as lane_points_{{ loop.index }},
        {%- endfor %}
        {%- for key_event in key_events %}
        sum(case when class_scores.key_event = '{{ key_event.key }}' then event_days.event_count else 0 end)
            as key_count_{{ loop.index }},
        sum(case when class_scores.key_event = '{{ key_event.key }}' then {{ scaled_points }} else 0 end)
            as key_points_{{ loop.index }},
        {%- endfor %}
        sum({{ scaled_points }}) as points,
        sum(event_days.event_count) as event_count
    from event_days
    inner join class_scores on event_days.event_class_id = class_scores.event_class_id
    cross join config
    group by 1, 2, 3

),

-- What is young enough enters a sum on the day it counts, and leaves it when it has grown too old.
changes as (

    select
        account_number,
        enters_on as changed_on,
        {%- for measure in measures %}
        case
            when {{ days_between('event_date', 'enters_on') }} >= {{ measure.from_age }}
                and {{ days_between('event_date', 'enters_on') }} < {{ measure.until_age }}
                then {{ measure.value }}
            else 0
        end as {{ measure.name }},
        {%- endfor %}
        0 as people_count
    from entries
    {%- for age in [7, 14, 30] %}
    union all
    select
        account_number,
        {{ add_days('event_date', age) }},
        {%- for measure in measures %}
        {{ '-' ~ measure.value if measure.until_age == age else measure.value if measure.from_age == age else '0' }},
        {%- endfor %}
        0
    from entries
    where enters_on < {{ add_days('event_date', age) }}
        and {{ add_days('event_date', age) }} <= {{ sql_date(window.to) }}
    {%- endfor %}
    {%- for column, change in {'present_from': 1, 'present_until': -1}.items() %}
    union all
    select
        account_number,
        {{ column }},
        {%- for measure in measures %} 0,{% endfor %}
        {{ change }}
    from presences
    where {{ column }} <= {{ sql_date(window.to) }}
    {%- endfor %}
    union all
    -- every account has a state from the first day on
    select
        account_number,
        greatest(first_counted_on, {{ sql_date(window['from']) }}),
        {%- for measure in measures %} 0,{% endfor %}
        0
    from {{ ref('int_company_accounts') }}

),

final as (

    select
        account_number,
        changed_on,
        {%- for measure in measures %}
        sum({{ measure.name }}) as {{ measure.name }},
        {%- endfor %}
        sum(people_count) as people_count
    from changes
    group by 1, 2

)

select * from final
