{%- set modifiers = ['exploding', 'hot'] %}

with signal as (

    {{ signal_terms('first_party_surged', settings={'quiet_days': 'integer'}, modifiers=modifiers) }}

),

run_days as (

    select * from {{ ref('int_run_days') }}

),

surges as (

    select snapshots.*
    from {{ ref('fct_daily_account_intent') }} as snapshots
    cross join signal
    where snapshots.is_surge_significant
        and snapshots.snapshot_date >= {{ add_days('(select min(run_date) from run_days)', '-signal.quiet_days') }}

),

surges_in_order as (

    select
        *,
        lag(snapshot_date) over (partition by account_key order by snapshot_date) as previous_surge_date
    from surges

),

firings as (

    select
        surges_in_order.account_key,
        cast(null as varchar) as person_id,
        cast(surges_in_order.snapshot_date as {{ dbt.type_timestamp() }}) as occurred_at,
        surges_in_order.snapshot_date as detected_at,
        'web' as source_name,
        surges_in_order.account_key || '|' || cast(surges_in_order.snapshot_date as varchar) as source_record_id,
        cast(null as {{ dbt.type_timestamp() }}) as loaded_at,
        {{ json_build({
            'snapshot_date': 'cast(surges_in_order.snapshot_date as varchar)',
            'surge_p_value': 'surges_in_order.surge_p_value',
            'surge_ratio': 'surges_in_order.surge_ratio',
            'surge_level': 'surges_in_order.surge_level',
            'raw_score_7d': 'surges_in_order.raw_score_7d',
            'raw_score_prev_7d': 'surges_in_order.raw_score_prev_7d',
            'intent_score': 'surges_in_order.intent_score',
            'intent_stage': 'surges_in_order.intent_stage',
            'top_lane': 'surges_in_order.top_lane',
            'unique_people_7d': 'surges_in_order.unique_people_7d',
        }) }} as facts,
        {{ once_if("surges_in_order.surge_level = 'Exploding'") }} as exploding,
        {{ once_if("surges_in_order.intent_stage = 'Hot'") }} as hot
    from surges_in_order
    inner join run_days on surges_in_order.snapshot_date = run_days.run_date
    cross join signal
    where coalesce(
        {{ days_between('surges_in_order.previous_surge_date', 'surges_in_order.snapshot_date') }} > signal.quiet_days,
        true
    )

),

final as (
    {{ signal_rows('first_party_surged', modifiers) }}
)

select * from final
