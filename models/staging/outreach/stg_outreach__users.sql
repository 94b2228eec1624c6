with source as (

    {{ outreach_records('users') }}

),

final as (

    select
        record_id as outreach_user_id,
        {{ clean_email(json_text('attributes', 'email')) }} as email,
        {{ json_text('attributes', 'firstName') }} as first_name,
        {{ json_text('attributes', 'lastName') }} as last_name,
        {{ json_boolean('attributes', 'locked') }} as is_locked,
        {{ json_utc('attributes', 'createdAt') }} as created_at,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
