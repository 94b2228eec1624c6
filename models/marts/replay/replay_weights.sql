{%- set window = snapshot_window() %}

with event_days as (

    select
        event_class_id,
        event_count,
        -- the youngest and the oldest age at which a day of the replay counts it
        {{ days_between('event_date', 'greatest(counted_on, event_date, ' ~ sql_date(window['from']) ~ ')') }}
            as youngest_age,
        least({{ days_between('event_date', sql_date(window.to)) }}, 29) as oldest_age
    from {{ ref('int_company_event_days') }}
    where counted_on <= {{ sql_date(window.to) }}
        and event_date > {{ sql_date(day_plus(window['from'], -30)) }}
        and event_date <= {{ sql_date(window.to) }}

),

new_classes as (

    select * from {{ ref('int_picked_class_scores') }}

),

old_classes as (

    select * from {{ replay_old('int_picked_class_scores') }}

),

configs as (

    select
        max(case when score_config_id = '{{ var("replay_config") }}' then lambda_decay end) as new_lambda,
        max(case when score_config_id = '{{ var("replay_against") }}' then lambda_decay end) as old_lambda
    from {{ ref('int_score_configs') }}

),

counted as (

    select
        event_days.event_class_id,
        sum(event_days.event_count) as event_count,
        sum(event_days.event_count * {{ decay_sum('configs.new_lambda', 'youngest_age', 'oldest_age') }})
            as new_decayed_count,
        sum(event_days.event_count * {{ decay_sum('configs.old_lambda', 'youngest_age', 'oldest_age') }})
            as old_decayed_count
    from event_days
    cross join configs
    where event_days.youngest_age <= event_days.oldest_age
    group by 1

),

final as (

    select
        new_classes.event_name,
        new_classes.content_type,
        new_classes.cta_id,
        old_classes.weight as old_weight,
        new_classes.weight as new_weight,

        sum(counted.event_count) as event_count,
        sum(old_classes.weight * counted.old_decayed_count) as old_points,
        sum(new_classes.weight * counted.new_decayed_count) as new_points,
        sum((new_classes.weight - old_classes.weight) * counted.old_decayed_count) as points_change_by_weight,
        sum(new_classes.weight * (counted.new_decayed_count - counted.old_decayed_count)) as points_change_by_decay
    from counted
    inner join new_classes on counted.event_class_id = new_classes.event_class_id
    inner join old_classes on counted.event_class_id = old_classes.event_class_id
    group by 1, 2, 3, 4, 5

)

select * from final
