with source as (

    {{ latest_records(source('hubspot', 'owners')) }}

),

final as (

    select
        record_id as owner_id,
        {{ clean_email(json_text('payload', 'email')) }} as email,
        {{ json_text('payload', 'firstName') }} as first_name,
        {{ json_text('payload', 'lastName') }} as last_name,
        {{ json_text('payload', 'userId') }} as user_id,
        not coalesce({{ json_boolean('payload', 'archived') }}, false) as is_active,
        {{ json_utc('payload', 'createdAt') }} as created_at,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
