{%- set fields = var('sixsense_salesforce_fields') -%}
with source as (

    {{ landed(
        'salesforce', 'accounts',
        fields=[salesforce_field('account_domain'), 'Website'] + fields.values() | select | list,
    ) }}

),

accounts as (

    select
        record_id,
        coalesce(
            {{ json_text('payload', salesforce_field('account_domain')) }},
            {{ json_text('payload', 'Website') }}
        ) as account_domain,
        {{ sixsense_value('product') }} as product,
        {{ sixsense_value('intent_score') }} as intent_score,
        {{ sixsense_value('buying_stage') }} as buying_stage,
        {{ sixsense_value('profile_fit') }} as profile_fit,
        {{ sixsense_value('profile_score') }} as profile_score,
        {{ sixsense_value('segments') }} as segments,
        {{ sixsense_value('topics') }} as topics,
        version_at,
        loaded_at
    from source

),

marked as (

    select
        *,
        {{ concat_text([
            'product', 'intent_score', 'buying_stage', 'profile_fit', 'profile_score', 'segments', 'topics',
        ]) }} as observed
    from accounts

),

-- an account changes for many reasons: what 6sense says is observed when that changes
observations as (

    select *
    from marked
    where coalesce(intent_score, buying_stage, profile_fit, profile_score, segments, topics) is not null
    qualify coalesce(
        lag(observed) over (partition by record_id order by version_at) <> observed,
        true
    )

),

final as (

    select
        account_domain || '|' || coalesce(product, '') || '|' || cast(cast(version_at as date) as varchar) as intent_account_id,
        account_domain,
        cast(version_at as date) as observed_on,
        product,
        try_cast(intent_score as double) as intent_score,
        buying_stage,
        profile_fit,
        try_cast(profile_score as double) as profile_score,
        segments,
        topics,
        version_at,
        -- never from the account's creation on: the CRM keeps no past of these fields
        version_at as known_at,
        loaded_at
    from observations
    where account_domain is not null
        and {{ is_known_by_as_of('version_at') }}
    qualify row_number() over (
        partition by account_domain, product, version_at
        order by try_cast(intent_score as double) desc nulls last, record_id
    ) = 1

)

select * from final
