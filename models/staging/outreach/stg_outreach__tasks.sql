with source as (

    {{ outreach_records('tasks') }}

),

final as (

    select
        record_id as outreach_task_id,
        {{ outreach_related('prospect') }} as outreach_prospect_id,
        {{ outreach_related('sequenceState') }} as sequence_state_id,
        {{ outreach_related('owner') }} as outreach_user_id,
        {{ json_text('attributes', 'action') }} as action,
        {{ json_text('attributes', 'taskType') }} as task_type,
        {{ json_text('attributes', 'state') }} as state,
        {{ json_text('attributes', 'note') }} as note,
        {{ json_utc('attributes', 'dueAt') }} as due_at,
        {{ json_utc('attributes', 'completedAt') }} as completed_at,
        {{ json_utc('attributes', 'createdAt') }} as created_at,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
