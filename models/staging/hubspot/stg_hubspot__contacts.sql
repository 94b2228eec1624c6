with source as (

    {{ known_records(source('hubspot', 'contacts'), {'properties': json_field('payload', 'properties')}) }}

),

final as (

    select
        record_id as contact_id,
        {{ json_text('properties', 'email') }} as email,
        {{ json_text('properties', 'firstname') }} as first_name,
        {{ json_text('properties', 'lastname') }} as last_name,
        {{ json_text('properties', 'jobtitle') }} as title,
        {{ json_text('properties', 'associatedcompanyid') }} as account_id,
        {{ json_text('properties', 'phone') }} as phone,
        {{ json_text('properties', 'hs_linkedin_url') }} as linkedin_url,
        {{ json_text('properties', 'hubspot_owner_id') }} as owner_id,
        {{ json_text('properties', var('hubspot_properties')['contact_visitor_id']) }} as distinct_id,
        {{ json_boolean('properties', 'hs_email_optout') }} as is_opted_out,
        coalesce({{ json_boolean('properties', var('hubspot_properties')['contact_do_not_contact']) }}, false)
            or coalesce({{ json_boolean('payload', 'archived') }}, false) as is_do_not_contact,
        coalesce({{ json_boolean('payload', 'archived') }}, false) as is_deleted,
        {{ json_utc('payload', 'createdAt') }} as created_at,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
