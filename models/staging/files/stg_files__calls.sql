with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at
    from {{ source('files', 'calls') }}

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
        version_known_at as known_at,
        loaded_at
    from source
    where {{ is_known_by_as_of('version_known_at') }}
    qualify row_number() over (partition by record_id order by version_at desc) = 1

)

select * from final
