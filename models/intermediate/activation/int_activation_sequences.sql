{{ config(materialized='table') }}

with registry as (

    select * from {{ ref('stg_registry__sequences') }}

),

current_sequences as (

    select * from {{ ref('stg_outreach__sequences') }}
    where is_current

),

-- of several with one name, one that people can enter
outreach_sequences as (

    select
        *,
        case
            when not coalesce(is_enabled, false) then 'it is not enabled in Outreach'
            when coalesce(is_locked, false) then 'it is locked in Outreach'
            when coalesce(is_throttle_paused, false) then 'its throttle is paused in Outreach'
        end as closed_by
    from current_sequences
    qualify row_number() over (
        partition by sequence_name
        order by
            coalesce(is_enabled, false) desc,
            coalesce(is_locked, false),
            coalesce(is_throttle_paused, false),
            created_at,
            sequence_id
    ) = 1

),

-- who entered today or is to: the day of contact is the one after the as-of day
entered as (

    select
        sequence_id,
        count(*) as entered_count
    from {{ ref('int_outreach_enrolments') }}
    where enrolled_on > {{ as_of_date() }}
    group by 1

),

final as (

    select
        registry.sequence_key,
        outreach_sequences.sequence_id as outreach_sequence_id,
        registry.outreach_sequence_name,

        -- keys that share a sequence share what fits into it
        min(
            least(
                coalesce(registry.daily_capacity, outreach_sequences.daily_add_limit_count),
                coalesce(outreach_sequences.daily_add_limit_count, registry.daily_capacity)
            )
        ) over (
            partition by coalesce(outreach_sequences.sequence_id, registry.sequence_key)
        ) as daily_capacity,
        coalesce(entered.entered_count, 0) as entered_count,

        case
            when not registry.enabled then 'registry sequences has it switched off'
            when outreach_sequences.sequence_id is null
                then 'Outreach has no sequence called ' || registry.outreach_sequence_name
            else outreach_sequences.closed_by
        end as closed_by
    from registry
    left join outreach_sequences on registry.outreach_sequence_name = outreach_sequences.sequence_name
    left join entered on outreach_sequences.sequence_id = entered.sequence_id

)

select * from final
