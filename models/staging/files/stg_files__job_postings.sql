with source as (

    {{ known_records(source('files', 'job_postings')) }}

),

final as (

    select
        record_id as posting_id,
        {{ json_text('payload', 'title') }} as title,
        {{ json_text('payload', 'company_name') }} as company_name,
        {{ json_text('payload', 'account_domain') }} as account_domain,
        {{ json_text('payload', 'department') }} as department,
        {{ json_text('payload', 'location') }} as location,
        {{ json_text('payload', 'description') }} as description,
        {{ json_text('payload', 'url') }} as url,
        {{ json_timestamp('payload', 'posted_at') }} as posted_at,
        {{ json_timestamp('payload', 'observed_at') }} as observed_at,
        {{ json_timestamp('payload', 'closed_at') }} as closed_at,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
