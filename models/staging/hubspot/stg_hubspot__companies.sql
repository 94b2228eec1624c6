with source as (

    {{ known_records(source('hubspot', 'companies'), {'properties': json_field('payload', 'properties')}) }}

),

final as (

    select
        record_id as account_id,
        {{ json_text('properties', 'name') }} as account_name,
        {{ json_text('properties', 'website') }} as website,
        {{ json_text('properties', 'domain') }} as domain,
        {{ json_text('properties', 'hs_parent_company_id') }} as parent_account_id,
        {{ json_text('properties', 'industry') }} as industry,
        {{ json_text('properties', var('hubspot_properties')['company_naics']) }} as naics,
        {{ json_integer('properties', 'numberofemployees') }} as employee_count,
        {{ json_number('properties', 'annualrevenue') }} as annual_revenue_amount,
        {{ json_text('properties', 'country') }} as country,
        {{ json_text('properties', 'state') }} as state,
        {{ json_text('properties', 'city') }} as city,
        case
            when lower({{ json_text('properties', 'lifecyclestage') }}) = 'customer' then 'customer'
            when lower({{ json_text('properties', 'type') }}) in ('partner', 'reseller') then 'partner'
            else 'prospect'
        end as account_type,
        {{ json_text('properties', 'hubspot_owner_id') }} as owner_id,
        coalesce({{ json_boolean('payload', 'archived') }}, false) as is_deleted,
        {{ json_utc('payload', 'createdAt') }} as created_at,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
