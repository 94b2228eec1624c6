with source as (

    {{ latest_records(source('files', 'calls')) }}

),

final as (

    select
        record_id as call_id,
        {{ json_text('payload', 'title') }} as title,
        {{ json_text('payload', 'direction') }} as direction,
        {{ json_text('payload', 'language') }} as call_language,
        {{ json_text('payload', 'url') }} as url,
        {{ json_text('payload', 'rep_id') }} as rep_id,
        {{ json_text('payload', 'rep_name') }} as rep_name,
        {{ clean_email(json_text('payload', 'rep_email')) }} as rep_email,
        {{ crm_id18(json_text('payload', 'account_id')) }} as account_id,
        {{ json_text('payload', 'account_domain') }} as account_domain,
        {{ crm_id18(json_text('payload', 'opportunity_id')) }} as opportunity_id,
        {{ json_text('payload', 'brief') }} as brief,
        {{ json_integer('payload', 'duration_seconds') }} as duration_seconds,
        {{ json_timestamp('payload', 'started_at') }} as started_at,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
