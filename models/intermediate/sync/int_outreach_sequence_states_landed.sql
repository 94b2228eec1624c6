{{ config(materialized='table') }}

with records as (

    select
        *,
        {{ json_field('payload', 'relationships') }} as relationships
    from {{ source('outreach', 'sequence_states') }}
    qualify row_number() over (partition by record_id order by version_at desc) = 1

),

-- whoever was in a sequence twice is in it once
states as (

    select
        *,
        {{ outreach_related('prospect') }} as prospect_id,
        {{ outreach_related('sequence') }} as sequence_id
    from records
    qualify row_number() over (
        partition by {{ outreach_related('prospect') }}, {{ outreach_related('sequence') }}
        order by version_at desc, record_id
    ) = 1

),

prospects as (

    select * from {{ ref('int_outreach_prospects_landed') }}

),

final as (

    select
        prospects.record_key || '|' || states.sequence_id as record_key,
        states.record_id as external_id,
        cast(null as varchar) as key_value,
        false as is_deleted,
        states.loaded_at as landed_at
    from states
    inner join prospects on states.prospect_id = prospects.external_id

)

select * from final
