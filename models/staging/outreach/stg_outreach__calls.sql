with source as (

    {{ outreach_records('calls') }}

),

final as (

    select
        record_id as outreach_call_id,
        {{ outreach_related('prospect') }} as outreach_prospect_id,
        {{ outreach_related('sequenceState') }} as sequence_state_id,
        {{ outreach_related('user') }} as outreach_user_id,
        {{ json_text('attributes', 'direction') }} as direction,
        {{ json_text('attributes', 'state') }} as state,
        {{ json_text('attributes', 'outcome') }} as outcome,
        {{ json_text('attributes', 'note') }} as note,
        {{ json_utc('attributes', 'dialedAt') }} as dialed_at,
        {{ json_utc('attributes', 'answeredAt') }} as answered_at,
        {{ json_utc('attributes', 'completedAt') }} as completed_at,
        {{ json_utc('attributes', 'createdAt') }} as created_at,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
