with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at
    from {{ source('hubspot', 'owners') }}

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
        version_known_at as known_at,
        loaded_at
    from source
    where {{ is_known_by_as_of('version_known_at') }}
    qualify row_number() over (partition by record_id order by version_at desc) = 1

)

select * from final
