{{
    config(
        materialized='incremental',
        incremental_strategy='overwrite_run_days',
        unique_key='detected_at',
        on_schema_change='append_new_columns',
        cluster_by=['detected_at'],
    )
}}

-- depends_on: {{ ref('int_run_days') }}

with recursive signals as (

    {%- for name in signal_models() %}
    select
        signal_id, signal_name, account_key, person_id, occurred_at, detected_at, strength, evidence, source_name,
        source_record_id, loaded_at
    from {{ ref(name) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

registry as (

    select * from {{ ref('stg_registry__signals') }}

),

-- whom a signal is about, and its order among those of its name and day
in_order as (

    select
        signals.*,
        registry.sequence_key,
        registry.cool_down_days,
        {{ signal_subject('signals') }} as subject,
        row_number() over (
            partition by {{ signal_subject('signals') }}, signals.detected_at
            order by signals.strength desc, signals.signal_id
        ) as number_of_day
    from signals
    inner join registry on signals.signal_name = registry.signal_name

),

-- what is left of cool-downs that began before this run
earlier_firings as (

    {%- if is_incremental() %}
    select
        {{ signal_subject('kept') }} as subject,
        max(detected_at) as cooling_from
    from {{ this }} as kept
    where not is_in_cool_down
        and detected_at < (select min(run_date) from {{ ref('int_run_days') }})
    group by 1
    {%- else %}
    select
        cast(null as varchar) as subject,
        cast(null as date) as cooling_from
    {%- endif %}

),

firing_days as (

    select distinct
        subject,
        detected_at,
        cool_down_days
    from in_order
    where cool_down_days > 0

),

first_days as (

    select
        firing_days.subject,
        min(firing_days.detected_at) as detected_at
    from firing_days
    left join earlier_firings on firing_days.subject = earlier_firings.subject
    where coalesce(
        {{ days_between('earlier_firings.cooling_from', 'firing_days.detected_at') }} >= firing_days.cool_down_days,
        true
    )
    group by 1

),

-- the first day after a cool-down that begins on a day
next_days as (

    select
        firing_days.subject,
        firing_days.detected_at,
        min(later_days.detected_at) as next_detected_at
    from firing_days
    inner join firing_days as later_days
        on firing_days.subject = later_days.subject
        and later_days.detected_at >= {{ add_days('firing_days.detected_at', 'firing_days.cool_down_days') }}
    group by 1, 2

),

-- one after the other: a cool-down begins with a firing that is in none. From cool-down to cool-down and not from
-- firing to firing, since Snowflake ends a recursion with an error after a hundred steps
cool_downs as (

    select
        subject,
        detected_at
    from first_days
    union all
    select
        cool_downs.subject,
        next_days.next_detected_at
    from cool_downs
    inner join next_days
        on cool_downs.subject = next_days.subject
        and cool_downs.detected_at = next_days.detected_at

),

final as (

    select
        in_order.signal_id,
        in_order.signal_name,
        in_order.account_key,
        in_order.person_id,
        in_order.sequence_key,
        in_order.source_name,
        in_order.source_record_id,

        in_order.strength,
        cast(row_number() over (
            partition by in_order.detected_at
            order by in_order.strength desc, in_order.occurred_at desc, in_order.signal_id
        ) as integer) as batch_rank,
        in_order.evidence,

        in_order.cool_down_days > 0
            and (in_order.number_of_day > 1 or cool_downs.subject is null) as is_in_cool_down,

        in_order.occurred_at,
        in_order.detected_at,
        in_order.loaded_at
    from in_order
    left join cool_downs
        on in_order.subject = cool_downs.subject
        and in_order.detected_at = cool_downs.detected_at

)

select * from final
