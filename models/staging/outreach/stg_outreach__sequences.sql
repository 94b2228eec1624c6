with source as (

    {{ outreach_records('sequences') }}

),

final as (

    select
        record_id as sequence_id,
        {{ outreach_related('owner') }} as outreach_user_id,
        {{ json_text('attributes', 'name') }} as sequence_name,
        {{ json_text('attributes', 'sequenceType') }} as sequence_type,
        {{ json_text('attributes', 'shareType') }} as share_type,
        {{ json_field('attributes', 'tags') }} as tags,
        {{ json_integer('attributes', 'sequenceStepCount') }} as step_count,
        {{ json_integer('attributes', 'durationInDays') }} as duration_days_count,
        {{ json_number('attributes', 'automationPercentage') }} as automation_rate,
        {{ json_integer('attributes', 'throttleMaxAddsPerDay') }} as daily_add_limit_count,
        {{ json_integer('attributes', 'throttleCapacity') }} as capacity_limit_count,
        {{ json_integer('attributes', 'maxActivations') }} as activation_limit_count,
        {{ json_integer('attributes', 'deliverCount') }} as delivered_count,
        {{ json_integer('attributes', 'bounceCount') }} as bounced_count,
        {{ json_integer('attributes', 'openCount') }} as opened_count,
        {{ json_integer('attributes', 'clickCount') }} as clicked_count,
        {{ json_integer('attributes', 'replyCount') }} as replied_count,
        {{ json_integer('attributes', 'optOutCount') }} as opted_out_count,
        {{ json_boolean('attributes', 'enabled') }} as is_enabled,
        {{ json_boolean('attributes', 'locked') }} as is_locked,
        {{ json_boolean('attributes', 'throttlePaused') }} as is_throttle_paused,
        {{ json_boolean('attributes', 'finishOnReply') }} as is_finished_on_reply,
        {{ json_boolean('attributes', 'transactional') }} as is_transactional,
        {{ json_utc('attributes', 'enabledAt') }} as enabled_at,
        {{ json_utc('attributes', 'lastUsedAt') }} as last_used_at,
        {{ json_utc('attributes', 'createdAt') }} as created_at,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
