with source as (

    {{ latest_records(source('gong', 'calls'), {
        'context': json_field('payload', 'context'),
        'parties': json_field('payload', 'parties'),
    }) }}

),

party_rows as (

    {{ json_array_rows('source', 'parties') }}

),

contexts as (

    select
        record_id as call_id,
        context,
        cast(null as varchar) as party_id
    from source

    union all

    select
        record_id as call_id,
        {{ json_field('element', 'context') }} as context,
        {{ json_text('element', 'id') }} as party_id
    from party_rows

),

system_rows as (

    {{ json_array_rows('contexts', 'context') }}

),

systems as (

    select
        call_id,
        party_id,
        {{ json_text('element', 'system') }} as crm_system,
        {{ json_field('element', 'objects') }} as objects
    from system_rows

),

object_rows as (

    {{ json_array_rows('systems', 'objects') }}

),

objects as (

    select
        call_id,
        party_id,
        crm_system,
        {{ json_text('element', 'objectType') }} as object_type,
        case
            when crm_system = 'Salesforce' then {{ salesforce_id18(json_text('element', 'objectId')) }}
            else {{ json_text('element', 'objectId') }}
        end as object_id,
        {{ json_text('element', 'timing') }} as timing
    from object_rows

),

final as (

    select
        call_id,
        crm_system,
        object_type,
        object_id,
        min(party_id) as party_id,
        max(case when timing = 'TimeOfCall' then 1 else 0 end) = 1 as is_linked_at_call,
        max(case when timing = 'Now' then 1 else 0 end) = 1 as is_linked_now
    from objects
    where object_id is not null
    group by call_id, crm_system, object_type, object_id

)

select * from final
