with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at
    from (
        {{ landed(
            'salesforce', 'users',
            fields=['Email', 'FirstName', 'LastName', 'Name', 'Title', 'ManagerId', 'IsActive', 'CreatedDate'],
            known_from='CreatedDate',
        ) }}
    ) as records

),

final as (

    select
        record_id as user_id,
        {{ json_text('payload', 'Email') }} as email,
        {{ json_text('payload', 'FirstName') }} as first_name,
        {{ json_text('payload', 'LastName') }} as last_name,
        {{ json_text('payload', 'Name') }} as full_name,
        {{ json_text('payload', 'Title') }} as title,
        {{ json_text('payload', 'ManagerId') }} as manager_id,
        {{ json_boolean('payload', 'IsActive') }} as is_active,
        {{ json_utc('payload', 'CreatedDate') }} as created_at,
        version_at,
        version_known_at as known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source
    where {{ is_known_by_as_of('version_known_at') }}

)

select * from final
