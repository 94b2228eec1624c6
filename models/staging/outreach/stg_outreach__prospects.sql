with source as (

    {{ outreach_records('prospects') }}

),

final as (

    select
        record_id as outreach_prospect_id,
        {{ outreach_related('account') }} as outreach_account_id,
        {{ outreach_related('owner') }} as outreach_user_id,
        {{ outreach_related('stage') }} as stage_id,
        {{ json_text('attributes', 'externalId') }} as external_id,
        {{ json_text('attributes', 'externalSource') }} as external_source,
        -- addresses have no spaces in them
        {{ clean_email("split_part(" ~ json_array_text(json_field('attributes', 'emails'), ' ') ~ ", ' ', 1)") }} as email,
        {{ json_field('attributes', 'emails') }} as emails,
        {{ json_text('attributes', 'firstName') }} as first_name,
        {{ json_text('attributes', 'lastName') }} as last_name,
        {{ json_text('attributes', 'title') }} as title,
        {{ json_text('attributes', 'company') }} as company_name,
        {{ json_text('attributes', 'linkedInUrl') }} as linkedin_url,
        {{ json_text('attributes', 'timeZone') }} as time_zone,
        {{ json_field('attributes', 'tags') }} as tags,
        {{ json_text('attributes', 'custom1') }} as custom1,
        {{ json_text('attributes', 'custom2') }} as custom2,
        {{ json_text('attributes', 'custom3') }} as custom3,
        {{ json_text('attributes', 'custom4') }} as custom4,
        {{ json_text('attributes', 'custom5') }} as custom5,
        {{ json_text('attributes', 'custom6') }} as custom6,
        {{ json_text('attributes', 'custom7') }} as custom7,
        {{ json_text('attributes', 'emailsOptStatus') }} as emails_opt_status,
        {{ json_text('attributes', 'callsOptStatus') }} as calls_opt_status,
        {{ json_number('attributes', 'engagedScore') }} as engaged_score,
        {{ json_integer('attributes', 'openCount') }} as opened_count,
        {{ json_integer('attributes', 'clickCount') }} as clicked_count,
        {{ json_integer('attributes', 'replyCount') }} as replied_count,
        {{ json_boolean('attributes', 'optedOut') }} as is_opted_out,
        {{ json_boolean('attributes', 'emailOptedOut') }} as is_email_opted_out,
        {{ json_boolean('attributes', 'callOptedOut') }} as is_call_opted_out,
        {{ json_utc('attributes', 'optedOutAt') }} as opted_out_at,
        {{ json_utc('attributes', 'touchedAt') }} as touched_at,
        {{ json_utc('attributes', 'trashedAt') }} as trashed_at,
        {{ json_utc('attributes', 'createdAt') }} as created_at,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
