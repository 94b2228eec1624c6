with landed as (

    {{ landed(
        'salesforce', 'accounts',
        fields=[
            'Name', 'Website', 'ParentId', 'Industry', 'NaicsCode', 'NumberOfEmployees', 'AnnualRevenue',
            'BillingCountry', 'BillingState', 'BillingCity', 'Type', 'OwnerId', 'CreatedDate',
            salesforce_field('account_domain'),
        ],
        known_from='CreatedDate',
    ) }}

),

source as (

    {{ known_records('landed') }}

),

final as (

    select
        record_id as account_id,
        {{ json_text('payload', 'Name') }} as account_name,
        {{ json_text('payload', 'Website') }} as website,
        {{ json_text('payload', salesforce_field('account_domain')) }} as domain,
        {{ json_text('payload', 'ParentId') }} as parent_account_id,
        {{ json_text('payload', 'Industry') }} as industry,
        {{ json_text('payload', 'NaicsCode') }} as naics,
        {{ json_integer('payload', 'NumberOfEmployees') }} as employee_count,
        {{ json_number('payload', 'AnnualRevenue') }} as annual_revenue_amount,
        {{ json_text('payload', 'BillingCountry') }} as country,
        {{ json_text('payload', 'BillingState') }} as state,
        {{ json_text('payload', 'BillingCity') }} as city,
        -- Salesforce ships with kinds such as "Customer - Direct"
        case
            when lower({{ json_text('payload', 'Type') }}) like '%customer%' then 'customer'
            when lower({{ json_text('payload', 'Type') }}) like '%partner%' then 'partner'
            else lower({{ json_text('payload', 'Type') }})
        end as account_type,
        {{ json_text('payload', 'OwnerId') }} as owner_id,
        coalesce({{ json_boolean('payload', 'IsDeleted') }}, false) as is_deleted,
        {{ json_utc('payload', 'CreatedDate') }} as created_at,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
