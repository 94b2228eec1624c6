with source as (

    {{ outreach_records('sequence_states') }}

),

final as (

    select
        record_id as sequence_state_id,
        {{ outreach_related('prospect') }} as outreach_prospect_id,
        {{ outreach_related('sequence') }} as sequence_id,
        {{ outreach_related('sequenceStep') }} as sequence_step_id,
        {{ outreach_related('mailbox') }} as mailbox_id,
        {{ outreach_related('user') }} as outreach_user_id,
        {{ outreach_related('account') }} as outreach_account_id,
        {{ json_text('attributes', 'state') }} as state,
        {{ json_text('attributes', 'pauseReason') }} as pause_reason,
        {{ json_text('attributes', 'errorReason') }} as error_reason,
        {{ json_integer('attributes', 'deliverCount') }} as delivered_count,
        {{ json_integer('attributes', 'bounceCount') }} as bounced_count,
        {{ json_integer('attributes', 'openCount') }} as opened_count,
        {{ json_integer('attributes', 'clickCount') }} as clicked_count,
        {{ json_integer('attributes', 'replyCount') }} as replied_count,
        {{ json_integer('attributes', 'optOutCount') }} as opted_out_count,
        {{ json_integer('attributes', 'positiveReplyCount') }} as positive_reply_count,
        {{ json_integer('attributes', 'neutralReplyCount') }} as neutral_reply_count,
        {{ json_integer('attributes', 'negativeReplyCount') }} as negative_reply_count,
        {{ json_utc('attributes', 'activeAt') }} as active_at,
        {{ json_utc('attributes', 'repliedAt') }} as replied_at,
        {{ json_utc('attributes', 'stateChangedAt') }} as state_changed_at,
        {{ json_utc('attributes', 'createdAt') }} as created_at,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
