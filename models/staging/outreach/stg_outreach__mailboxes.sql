with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at,
        {{ json_field('payload', 'attributes') }} as attributes,
        {{ json_field('payload', 'relationships') }} as relationships
    from {{ source('outreach', 'mailboxes') }}

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
        version_known_at as known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source
    where {{ is_known_by_as_of('version_known_at') }}

)

select * from final
