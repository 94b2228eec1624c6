{%- set baseline_days = var('surge_baseline_days') | int %}

with visit_states as (

    select * from {{ ref('int_account_visit_states') }}
    where baseline_visits > 0

),

config as (

    select * from {{ ref('int_score_configs') }}
    where {{ picked_score_config() }}

),

state_days as (

    select * from {{ ref('int_state_days') }}

),

-- the account's own past on each day: how many days of it there are, how unevenly its visits fall
baselines as (

    select
        visit_states.account_number,
        {{ add_days('visit_states.state_from', 'state_days.day_number') }} as snapshot_date,
        visit_states.visits_7d,
        visit_states.baseline_visits,
        visit_states.baseline_visits_squared,
        least(
            {{ baseline_days }},
            {{ days_between('visit_states.first_counted_on', 'visit_states.state_from') }} + state_days.day_number - 6
        ) as baseline_days
    from visit_states
    inner join state_days on visit_states.state_days = state_days.state_days

),

testable as (

    select
        *,
        cast(baseline_visits as double) / baseline_days as visits_a_day
    from baselines
    where baseline_days >= {{ var('surge_min_baseline_days') }}

),

tested_counts as (

    select
        snapshot_date,
        count(*) as tested_count
    from testable
    group by 1

),

-- only a week above the account's own rate can be a surge; visits that come in bunches count less
scores as (

    select
        account_number,
        snapshot_date,
        visits_7d,
        baseline_visits,
        baseline_days,
        greatest(
            1,
            (cast(baseline_visits_squared as double) / baseline_days - visits_a_day * visits_a_day) / visits_a_day
        ) as dispersion
    from testable
    where visits_7d > 7 * visits_a_day

),

p_values as (

    select
        account_number,
        snapshot_date,
        {{ normal_upper_tail(binomial_tail_z(
            'visits_7d / dispersion', 'baseline_visits / dispersion', 'cast(7 as double) / (7 + baseline_days)'
        )) }} as surge_p_value
    from scores

),

-- Benjamini and Hochberg over the accounts of one day
scaled as (

    select
        p_values.account_number,
        p_values.snapshot_date,
        p_values.surge_p_value,
        p_values.surge_p_value * tested_counts.tested_count
        / row_number() over (partition by p_values.snapshot_date order by p_values.surge_p_value)
            as scaled_p_value,
        config.false_discovery_rate
    from p_values
    inner join tested_counts on p_values.snapshot_date = tested_counts.snapshot_date
    cross join config
    where p_values.surge_p_value <= config.false_discovery_rate

),

final as (

    select
        account_number,
        snapshot_date,
        surge_p_value,
        min(scaled_p_value) over (
            partition by snapshot_date
            order by surge_p_value desc
            range between unbounded preceding and current row
        ) <= false_discovery_rate as is_surge_significant
    from scaled

)

select * from final
