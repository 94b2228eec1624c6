with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at
    from {{ source('gong', 'users') }}

),

latest as (

    select *
    from source
    where {{ is_known_by_as_of('version_known_at') }}
    qualify row_number() over (partition by record_id order by version_at desc) = 1

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
        version_known_at as known_at,
        loaded_at
    from latest

)

select * from final
