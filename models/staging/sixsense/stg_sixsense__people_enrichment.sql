with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at,
        {{ json_field('payload', 'company') }} as company
    from {{ source('sixsense', 'people_enrichment') }}

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
        version_known_at as known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source
    where {{ is_known_by_as_of('version_known_at') }}

)

select * from final
