with source as (

    {{ known_records(source('files', 'lead_requests')) }}

),

final as (

    select
        record_id as lead_request_id,
        {{ json_timestamp('payload', 'occurred_at') }} as occurred_at,
        {{ json_text('payload', 'request_type') }} as request_type,
        {{ json_text('payload', 'email') }} as email,
        {{ json_text('payload', 'first_name') }} as first_name,
        {{ json_text('payload', 'last_name') }} as last_name,
        {{ json_text('payload', 'company_name') }} as company_name,
        {{ json_text('payload', 'website') }} as website,
        {{ json_text('payload', 'phone') }} as phone,
        {{ json_text('payload', 'message') }} as message,
        {{ json_number('payload', 'lead_score') }} as lead_score,
        {{ json_text('payload', 'distinct_id') }} as distinct_id,
        {{ json_text('payload', 'event_id') }} as event_id,
        {{ crm_id18(json_text('payload', 'crm_lead_id')) }} as crm_lead_id,
        {{ crm_id18(json_text('payload', 'crm_task_id')) }} as crm_task_id,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
