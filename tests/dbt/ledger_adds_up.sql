-- The ledger's points are the whole score: for every account, on the first and on the last day of
-- this run, they add up to the raw scores, to 1e-9. A score without ledger rows must be 0.
{%- set days = [last_day_of_run()] %}
-- depends_on: {{ ref('int_window_event_days') }}
{#- The run's working table knows its first day; the snapshots only know their last. -#}
{%- if execute and load_relation(ref('int_window_event_days')) is not none %}
    {%- set first_day = run_query('select min(enters_on) from ' ~ ref('int_window_event_days')).rows[0][0] %}
    {%- if first_day is not none %}{% do days.append((first_day | string)[:10]) %}{% endif %}
{%- endif %}
{%- set is_tested %}snapshot_date in ({% for day in days %}{{ sql_date(day) }}{{ ', ' if not loop.last }}{% endfor %}){% endset %}

with snapshots as (

    select * from {{ ref('fct_daily_account_intent') }}
    where {{ is_tested }}

),

ledger_sums as (

    select
        account_key,
        snapshot_date,
        sum(points) as points_30d,
        sum(case when age_days <= 6 then points else 0 end) as points_7d,
        sum(case when age_days between 7 and 13 then points else 0 end) as points_prev_7d
    from {{ ref('score_ledger') }}
    where {{ is_tested }}
    group by 1, 2

),

compared as (

    select
        snapshots.account_key,
        snapshots.snapshot_date,
        snapshots.raw_score_30d,
        abs(coalesce(ledger_sums.points_30d, 0) - snapshots.raw_score_30d) as gap_30d,
        abs(coalesce(ledger_sums.points_7d, 0) - snapshots.raw_score_7d) as gap_7d,
        abs(coalesce(ledger_sums.points_prev_7d, 0) - snapshots.raw_score_prev_7d) as gap_prev_7d
    from snapshots
    left join ledger_sums
        on snapshots.account_key = ledger_sums.account_key
        and snapshots.snapshot_date = ledger_sums.snapshot_date

)

select * from compared
where greatest(gap_30d, gap_7d, gap_prev_7d) > 1e-9 * greatest(1, raw_score_30d)
