with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at
    from {{ source('files', 'accounts') }}

),

final as (

    select
        record_id as account_id,
        {{ json_text('payload', 'name') }} as account_name,
        {{ json_text('payload', 'website') }} as website,
        {{ json_text('payload', 'domain') }} as domain,
        {{ json_text('payload', 'parent_account_id') }} as parent_account_id,
        {{ json_text('payload', 'industry') }} as industry,
        {{ json_text('payload', 'naics') }} as naics,
        {{ json_integer('payload', 'employee_count') }} as employee_count,
        {{ json_number('payload', 'annual_revenue_amount') }} as annual_revenue_amount,
        {{ json_text('payload', 'country') }} as country,
        {{ json_text('payload', 'state') }} as state,
        {{ json_text('payload', 'city') }} as city,
        {{ json_text('payload', 'account_type') }} as account_type,
        {{ json_text('payload', 'owner_id') }} as owner_id,
        {{ json_timestamp('payload', 'created_at') }} as created_at,
        version_at,
        version_known_at as known_at,
        loaded_at
    from source
    where {{ is_known_by_as_of('version_known_at') }}

)

select * from final
