with source as (

    {{ outreach_records('templates') }}

),

final as (

    select
        record_id as template_id,
        {{ outreach_related('owner') }} as outreach_user_id,
        {{ json_text('attributes', 'name') }} as template_name,
        {{ json_text('attributes', 'subject') }} as subject,
        {{ json_text('attributes', 'bodyHtml') }} as body_html,
        {{ json_text('attributes', 'bodyText') }} as body_text,
        {{ json_text('attributes', 'shareType') }} as share_type,
        {{ json_integer('attributes', 'deliverCount') }} as delivered_count,
        {{ json_integer('attributes', 'bounceCount') }} as bounced_count,
        {{ json_integer('attributes', 'openCount') }} as opened_count,
        {{ json_integer('attributes', 'clickCount') }} as clicked_count,
        {{ json_integer('attributes', 'replyCount') }} as replied_count,
        {{ json_integer('attributes', 'optOutCount') }} as opted_out_count,
        {{ json_boolean('attributes', 'archived') }} as is_archived,
        {{ json_utc('attributes', 'lastUsedAt') }} as last_used_at,
        {{ json_utc('attributes', 'createdAt') }} as created_at,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
