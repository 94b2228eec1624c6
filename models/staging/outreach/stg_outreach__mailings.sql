with source as (

    {{ outreach_records('mailings') }}

),

final as (

    select
        record_id as mailing_id,
        {{ outreach_related('prospect') }} as outreach_prospect_id,
        {{ outreach_related('sequenceState') }} as sequence_state_id,
        {{ outreach_related('sequence') }} as sequence_id,
        {{ outreach_related('sequenceStep') }} as sequence_step_id,
        {{ outreach_related('template') }} as template_id,
        {{ outreach_related('mailbox') }} as mailbox_id,
        {{ outreach_related('user') }} as outreach_user_id,
        {{ json_text('attributes', 'state') }} as state,
        {{ json_text('attributes', 'mailingType') }} as mailing_type,
        {{ json_text('attributes', 'subject') }} as subject,
        {{ json_text('attributes', 'messageId') }} as message_id,
        {{ clean_email(json_text('attributes', 'mailboxAddress')) }} as mailbox_address,
        {{ json_text('attributes', 'errorReason') }} as error_reason,
        {{ json_integer('attributes', 'openCount') }} as opened_count,
        {{ json_integer('attributes', 'clickCount') }} as clicked_count,
        {{ json_integer('attributes', 'retryCount') }} as retry_count,
        {{ json_utc('attributes', 'scheduledAt') }} as scheduled_at,
        {{ json_utc('attributes', 'deliveredAt') }} as delivered_at,
        {{ json_utc('attributes', 'openedAt') }} as opened_at,
        {{ json_utc('attributes', 'clickedAt') }} as clicked_at,
        {{ json_utc('attributes', 'repliedAt') }} as replied_at,
        {{ json_utc('attributes', 'bouncedAt') }} as bounced_at,
        {{ json_utc('attributes', 'unsubscribedAt') }} as unsubscribed_at,
        {{ json_utc('attributes', 'markedAsSpamAt') }} as marked_as_spam_at,
        {{ json_utc('attributes', 'createdAt') }} as created_at,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
