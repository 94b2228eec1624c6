with source as (

    {{ outreach_records('sequence_steps') }}

),

final as (

    select
        record_id as sequence_step_id,
        {{ outreach_related('sequence') }} as sequence_id,
        {{ json_text('attributes', 'displayName') }} as step_name,
        {{ json_text('attributes', 'stepType') }} as step_type,
        {{ json_integer('attributes', 'order') }} as step_order,
        {{ json_integer('attributes', 'interval') }} as interval_seconds,
        {{ json_integer('attributes', 'deliverCount') }} as delivered_count,
        {{ json_integer('attributes', 'bounceCount') }} as bounced_count,
        {{ json_integer('attributes', 'openCount') }} as opened_count,
        {{ json_integer('attributes', 'clickCount') }} as clicked_count,
        {{ json_integer('attributes', 'replyCount') }} as replied_count,
        {{ json_integer('attributes', 'optOutCount') }} as opted_out_count,
        {{ json_utc('attributes', 'createdAt') }} as created_at,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
