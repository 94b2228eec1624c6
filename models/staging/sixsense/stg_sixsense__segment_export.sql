with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at
    from {{ source('sixsense', 'segment_export') }}

),

final as (

    select
        record_id as intent_account_id,
        {{ json_text('payload', 'account_domain') }} as account_domain,
        {{ json_date('payload', 'observed_on') }} as observed_on,
        {{ json_text('payload', 'product') }} as product,
        {{ json_number('payload', 'intent_score') }} as intent_score,
        {{ json_text('payload', 'buying_stage') }} as buying_stage,
        {{ json_text('payload', 'profile_fit') }} as profile_fit,
        {{ json_number('payload', 'profile_score') }} as profile_score,
        {{ json_text('payload', 'segments') }} as segments,
        {{ json_text('payload', 'topics') }} as topics,
        version_at,
        version_known_at as known_at,
        loaded_at
    from source
    where {{ is_known_by_as_of('version_known_at') }}

)

select * from final
