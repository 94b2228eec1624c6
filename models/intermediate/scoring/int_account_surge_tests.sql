{%- set baseline_days = var('surge_baseline_days') | int %}

with window_sums as (

    select * from {{ ref('int_account_window_sums') }}

),

config as (

    select * from {{ ref('int_score_configs') }}
    where {{ picked_score_config() }}

),

-- the account's own past: how many days of it there are, and how unevenly its visits fall
baselines as (

    select
        account_key,
        snapshot_date,
        visits_7d,
        baseline_visits,
        baseline_visits_squared,
        least({{ baseline_days }}, {{ days_between('first_counted_on', 'snapshot_date') }} - 6) as baseline_days
    from window_sums

),

testable as (

    select
        *,
        greatest(
            1,
            (baseline_visits_squared / baseline_days - power(baseline_visits / baseline_days, 2))
            / nullif(baseline_visits / baseline_days, 0)
        ) as dispersion
    from baselines
    where baseline_days >= {{ var('surge_min_baseline_days') }}
        and baseline_visits > 0

),

tested_counts as (

    select snapshot_date, count(*) as tested_count
    from testable
    group by 1

),

-- only a week above the account's own rate can be a surge
scores as (

    select
        account_key,
        snapshot_date,
        {{ binomial_tail_z(
            'visits_7d / dispersion', 'baseline_visits / dispersion', '7.0 / (7.0 + baseline_days)'
        ) }} as z
    from testable
    where visits_7d * baseline_days > 7 * baseline_visits

),

p_values as (

    select
        account_key,
        snapshot_date,
        {{ normal_upper_tail('z') }} as surge_p_value
    from scores

),

-- Benjamini-Hochberg over the accounts of one day
ranked as (

    select
        p_values.account_key,
        p_values.snapshot_date,
        p_values.surge_p_value,
        p_values.surge_p_value * tested_counts.tested_count
        / row_number() over (partition by p_values.snapshot_date order by p_values.surge_p_value)
            as scaled_p_value
    from p_values
    inner join tested_counts on p_values.snapshot_date = tested_counts.snapshot_date
    cross join config
    where p_values.surge_p_value <= config.false_discovery_rate

),

final as (

    select
        ranked.account_key,
        ranked.snapshot_date,
        ranked.surge_p_value,
        min(ranked.scaled_p_value) over (
            partition by ranked.snapshot_date
            order by ranked.surge_p_value desc
            rows between unbounded preceding and current row
        ) <= config.false_discovery_rate as is_surge_significant
    from ranked
    cross join config

)

select * from final
