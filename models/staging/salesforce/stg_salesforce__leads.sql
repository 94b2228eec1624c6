with landed as (

    {{ landed(
        'salesforce', 'leads',
        fields=[
            'Email', 'FirstName', 'LastName', 'Title', 'Company', 'Website', 'Phone', 'Description',
            'LeadSource', 'Status', 'IsConverted', 'ConvertedAccountId', 'ConvertedContactId', 'OwnerId',
            'HasOptedOutOfEmail', 'CreatedDate', salesforce_field('lead_request_type'), salesforce_field('lead_requested_at'),
            salesforce_field('lead_score'), salesforce_field('lead_visitor_id'),
            salesforce_field('lead_event_id'),
        ],
        known_from='CreatedDate',
    ) }}

),

source as (

    {{ known_records('landed') }}

),

final as (

    select
        record_id as lead_id,
        {{ json_text('payload', 'Email') }} as email,
        {{ json_text('payload', 'FirstName') }} as first_name,
        {{ json_text('payload', 'LastName') }} as last_name,
        {{ json_text('payload', 'Title') }} as title,
        -- Salesforce wants a company, and this is what stands where there is none
        nullif({{ json_text('payload', 'Company') }}, '[not provided]') as company_name,
        {{ json_text('payload', 'Website') }} as website,
        {{ json_text('payload', 'Phone') }} as phone,
        {{ json_text('payload', 'Description') }} as message,
        {{ json_text('payload', 'LeadSource') }} as lead_source,
        {{ json_text('payload', 'Status') }} as lead_status,
        {{ json_text('payload', 'ConvertedAccountId') }} as converted_account_id,
        {{ json_text('payload', 'ConvertedContactId') }} as converted_contact_id,
        {{ json_text('payload', 'OwnerId') }} as owner_id,
        {{ json_text('payload', salesforce_field('lead_request_type')) }} as request_type,
        {{ json_number('payload', salesforce_field('lead_score')) }} as lead_score,
        {{ json_text('payload', salesforce_field('lead_visitor_id')) }} as distinct_id,
        {{ json_text('payload', salesforce_field('lead_event_id')) }} as event_id,
        coalesce({{ json_boolean('payload', 'HasOptedOutOfEmail') }}, false) as is_opted_out,
        coalesce({{ json_boolean('payload', 'IsConverted') }}, false) as is_converted,
        coalesce({{ json_boolean('payload', 'IsDeleted') }}, false) as is_deleted,
        {{ json_utc('payload', salesforce_field('lead_requested_at')) }} as requested_at,
        {{ json_utc('payload', 'CreatedDate') }} as created_at,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
