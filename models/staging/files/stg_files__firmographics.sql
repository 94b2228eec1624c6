with source as (

    {{ known_records(source('files', 'firmographics')) }}

),

final as (

    select
        record_id as firmographic_id,
        {{ json_text('payload', 'account_domain') }} as account_domain,
        {{ json_text('payload', 'source') }} as vendor_name,
        {{ json_date('payload', 'observed_on') }} as observed_on,
        {{ json_text('payload', 'company_name') }} as company_name,
        {{ json_integer('payload', 'employee_count') }} as employee_count,
        {{ json_text('payload', 'employee_range') }} as employee_range,
        {{ json_number('payload', 'revenue_amount') }} as revenue_amount,
        {{ json_text('payload', 'industry') }} as industry,
        {{ json_text('payload', 'naics') }} as naics,
        {{ json_text('payload', 'hq_country') }} as hq_country,
        {{ json_text('payload', 'parent_domain') }} as parent_domain,
        {{ json_integer('payload', 'founded_year') }} as founded_year,
        {{ json_text('payload', 'funding_stage') }} as funding_stage,
        {{ json_number('payload', 'funding_amount') }} as funding_amount,
        {{ json_date('payload', 'last_funded_on') }} as last_funded_on,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
