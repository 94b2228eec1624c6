with source as (

    {{ outreach_records('accounts') }}

),

final as (

    select
        record_id as outreach_account_id,
        {{ json_text('attributes', 'customId') }} as crm_account_id,
        {{ outreach_related('owner') }} as outreach_user_id,
        {{ json_text('attributes', 'name') }} as account_name,
        {{ json_text('attributes', 'domain') }} as domain,
        {{ json_text('attributes', 'websiteUrl') }} as website,
        {{ json_text('attributes', 'industry') }} as industry,
        {{ json_text('attributes', 'externalSource') }} as external_source,
        {{ json_integer('attributes', 'numberOfEmployees') }} as employee_count,
        {{ json_number('attributes', 'buyerIntentScore') }} as buyer_intent_score,
        {{ json_boolean('attributes', 'named') }} as is_named,
        {{ json_utc('attributes', 'createdAt') }} as created_at,
        {{ json_utc('attributes', 'touchedAt') }} as touched_at,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
