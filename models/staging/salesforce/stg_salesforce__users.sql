with landed as (

    {{ landed(
        'salesforce', 'users',
        fields=['Email', 'FirstName', 'LastName', 'Name', 'Title', 'ManagerId', 'IsActive', 'CreatedDate'],
        known_from='CreatedDate',
    ) }}

),

source as (

    {{ known_records('landed') }}

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
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
