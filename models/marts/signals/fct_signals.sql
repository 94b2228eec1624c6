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

-- whom a signal is about, and its order among those of its name
in_order as (

    select
        signals.*,
        registry.sequence_key,
        registry.cool_down_days,
        {{ signal_subject('signals') }} as subject,
        row_number() over (
            partition by {{ signal_subject('signals') }}
            order by signals.detected_at, signals.strength desc, signals.signal_id
        ) as firing_number
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

-- one after the other: a cool-down begins with a firing that is in none
cooled as (

    select
        in_order.signal_id,
        in_order.subject,
        in_order.firing_number,
        coalesce(
            {{ days_between('earlier_firings.cooling_from', 'in_order.detected_at') }} < in_order.cool_down_days,
            false
        ) as is_in_cool_down,
        case
            when {{ days_between('earlier_firings.cooling_from', 'in_order.detected_at') }} < in_order.cool_down_days
                then earlier_firings.cooling_from
            else in_order.detected_at
        end as cooling_from
    from in_order
    left join earlier_firings on in_order.subject = earlier_firings.subject
    where in_order.firing_number = 1
    union all
    select
        in_order.signal_id,
        in_order.subject,
        in_order.firing_number,
        {{ days_between('cooled.cooling_from', 'in_order.detected_at') }} < in_order.cool_down_days,
        case
            when {{ days_between('cooled.cooling_from', 'in_order.detected_at') }} < in_order.cool_down_days
                then cooled.cooling_from
            else in_order.detected_at
        end
    from cooled
    inner join in_order
        on cooled.subject = in_order.subject
        and cooled.firing_number + 1 = in_order.firing_number

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

        cooled.is_in_cool_down,

        in_order.occurred_at,
        in_order.detected_at,
        in_order.loaded_at
    from in_order
    inner join cooled on in_order.signal_id = cooled.signal_id

)

select * from final
