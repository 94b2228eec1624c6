with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at,
        {{ json_field('payload', 'properties') }} as properties
    from {{ source('posthog', 'persons') }}

),

final as (

    select
        record_id as posthog_person_id,
        {{ json_text('properties', 'email') }} as email,
        {{ json_text('payload', 'name') }} as person_name,
        {{ json_text('payload', 'distinct_ids') }} as distinct_ids,
        {{ json_boolean('payload', 'is_identified') }} as is_identified,
        {{ json_utc('payload', 'created_at') }} as created_at,
        version_at,
        version_known_at as known_at,
        loaded_at
    from source
    where {{ is_known_by_as_of('version_known_at') }}

)

select * from final
