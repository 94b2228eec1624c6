with landed as (

    {{ landed(
        'salesforce', 'contacts',
        fields=[
            'Email', 'FirstName', 'LastName', 'Title', 'AccountId', 'Phone', 'OwnerId', 'HasOptedOutOfEmail',
            'MasterRecordId', 'CreatedDate', salesforce_field('contact_linkedin_url'),
            salesforce_field('contact_visitor_id'), salesforce_field('contact_do_not_contact'),
        ],
        known_from='CreatedDate',
    ) }}

),

source as (

    {{ known_records('landed') }}

),

final as (

    select
        record_id as contact_id,
        {{ json_text('payload', 'Email') }} as email,
        {{ json_text('payload', 'FirstName') }} as first_name,
        {{ json_text('payload', 'LastName') }} as last_name,
        {{ json_text('payload', 'Title') }} as title,
        {{ json_text('payload', 'AccountId') }} as account_id,
        {{ json_text('payload', 'Phone') }} as phone,
        {{ json_text('payload', salesforce_field('contact_linkedin_url')) }} as linkedin_url,
        {{ json_text('payload', 'OwnerId') }} as owner_id,
        {{ json_text('payload', salesforce_field('contact_visitor_id')) }} as distinct_id,
        {{ json_boolean('payload', 'HasOptedOutOfEmail') }} as is_opted_out,
        -- whom the CRM has deleted is written to no more; one that was merged lives on in its master
        case
            when {{ json_boolean('payload', 'IsDeleted') }}
                and {{ json_text('payload', 'MasterRecordId') }} is null
                then true
            else {{ json_boolean('payload', salesforce_field('contact_do_not_contact')) }}
        end as is_do_not_contact,
        coalesce({{ json_boolean('payload', 'IsDeleted') }}, false) as is_deleted,
        {{ json_utc('payload', 'CreatedDate') }} as created_at,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
