with source as (

    {{ known_records(source('files', 'accounts')) }}

),

final as (

    select
        {{ crm_id18('record_id') }} as account_id,
        {{ json_text('payload', 'name') }} as account_name,
        {{ json_text('payload', 'website') }} as website,
        {{ json_text('payload', 'domain') }} as domain,
        {{ crm_id18(json_text('payload', 'parent_account_id')) }} as parent_account_id,
        {{ json_text('payload', 'industry') }} as industry,
        {{ json_text('payload', 'naics') }} as naics,
        {{ json_integer('payload', 'employee_count') }} as employee_count,
        {{ json_number('payload', 'annual_revenue_amount') }} as annual_revenue_amount,
        {{ json_text('payload', 'country') }} as country,
        {{ json_text('payload', 'state') }} as state,
        {{ json_text('payload', 'city') }} as city,
        {{ json_text('payload', 'account_type') }} as account_type,
        {{ crm_id18(json_text('payload', 'owner_id')) }} as owner_id,
        false as is_deleted,
        {{ json_timestamp('payload', 'created_at') }} as created_at,
        version_at,
        known_at,
        loaded_at
    from source
    -- one export may write an id with 15 characters, the next with 18
    qualify row_number() over (
        partition by {{ crm_id18('record_id') }}, version_at order by loaded_at desc, record_id desc
    ) = 1

)

select * from final
