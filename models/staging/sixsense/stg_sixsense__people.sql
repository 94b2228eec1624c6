with source as (

    {{ known_records(source('sixsense', 'people')) }}

),

final as (

    select
        record_id as account_person_id,
        {{ json_text('payload', 'id') }} as sixsense_people_id,
        lower({{ json_text('payload', 'domain') }}) as account_domain,
        {{ json_text('payload', 'firstName') }} as first_name,
        {{ json_text('payload', 'lastName') }} as last_name,
        {{ json_text('payload', 'jobTitle') }} as title,
        {{ json_text('payload', 'jobFunction') }} as job_function,
        {{ json_text('payload', 'jobLevel') }} as job_level,
        {{ json_text('payload', 'location') }} as location,
        {{ json_text('payload', 'linkedinUrl') }} as linkedin_url,
        coalesce({{ json_boolean('payload', 'hasEmail') }}, false) as has_email,
        coalesce({{ json_boolean('payload', 'hasPhone') }}, false) as has_phone,
        coalesce({{ json_boolean('payload', 'hasMobilePhone') }}, false) as has_mobile_phone,
        coalesce({{ json_boolean('payload', 'is_gone') }}, false) as is_gone,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
