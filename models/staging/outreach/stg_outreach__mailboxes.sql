with source as (

    {{ outreach_records('mailboxes') }}

),

final as (

    select
        record_id as mailbox_id,
        coalesce({{ outreach_related('user') }}, {{ json_text('attributes', 'userId') }}) as outreach_user_id,
        {{ clean_email(json_text('attributes', 'email')) }} as email,
        {{ json_text('attributes', 'providerType') }} as provider_type,
        {{ json_integer('attributes', 'maxEmailsPerDay') }} as daily_limit_count,
        {{ json_integer('attributes', 'maxMailingsPerWeek') }} as weekly_limit_count,
        {{ json_boolean('attributes', 'sendDisabled') }} as is_send_disabled,
        {{ json_boolean('attributes', 'syncDisabled') }} as is_sync_disabled,
        {{ json_utc('attributes', 'sendErroredAt') }} as send_errored_at,
        {{ json_utc('attributes', 'sendPermanentErrorAt') }} as send_permanent_error_at,
        {{ json_utc('attributes', 'createdAt') }} as created_at,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
