with source as (

    {{ latest_records(source('gong', 'users')) }}

),

final as (

    select
        record_id as user_id,
        {{ clean_email(json_text('payload', 'emailAddress')) }} as email,
        {{ json_text('payload', 'firstName') }} as first_name,
        {{ json_text('payload', 'lastName') }} as last_name,
        {{ json_text('payload', 'title') }} as title,
        {{ json_text('payload', 'managerId') }} as manager_user_id,
        {{ json_boolean('payload', 'active') }} as is_active,
        {{ json_utc('payload', 'created') }} as created_at,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
