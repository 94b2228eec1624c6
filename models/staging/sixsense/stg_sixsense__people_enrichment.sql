with source as (

    {{ known_records(source('sixsense', 'people_enrichment'), {'company': json_field('payload', 'company')}) }}

),

final as (

    select
        record_id as sixsense_people_id,
        lower({{ json_text('company', 'domain') }}) as account_domain,
        {{ json_text('payload', 'email') }} as email,
        {{ json_text('payload', 'emailConfidence') }} as email_confidence,
        {{ json_text('payload', 'firstName') }} as first_name,
        {{ json_text('payload', 'lastName') }} as last_name,
        {{ json_text('payload', 'jobTitle') }} as title,
        {{ json_text('payload', 'jobFunction') }} as job_function,
        {{ json_text('payload', 'jobLevel') }} as job_level,
        {{ json_text('payload', 'phone') }} as phone,
        {{ json_text('payload', 'mobilePhone') }} as mobile_phone,
        {{ json_text('payload', 'linkedinUrl') }} as linkedin_url,
        {{ json_text('payload', 'location') }} as location,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
