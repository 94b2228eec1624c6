with source as (

    {{ known_records(source('posthog', 'persons'), {'properties': json_field('payload', 'properties')}) }}

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
        known_at,
        loaded_at
    from source

)

select * from final
