with source as (

    {{ known_records(source('sixsense', 'account_scores'), {'scores': json_field('payload', 'scores')}) }}

),

-- an answer without scores gives no row: missing is not zero
scores as ({{ json_array_rows('source', 'scores') }}),

final as (

    select
        {{ json_text('payload', 'domain') }}
            || '|' || {{ json_text('element', 'product') }}
            || '|' || {{ json_text('payload', 'observed_on') }} as intent_account_id,
        {{ json_text('payload', 'domain') }} as account_domain,
        {{ json_date('payload', 'observed_on') }} as observed_on,
        {{ json_text('element', 'product') }} as product,
        {{ json_number('element', 'company_intent_score') }} as intent_score,
        {{ json_text('element', 'company_buying_stage') }} as buying_stage,
        {{ json_text('element', 'company_profile_fit') }} as profile_fit,
        {{ json_number('element', 'company_profile_score') }} as profile_score,
        cast(null as varchar) as segments,
        cast(null as varchar) as topics,
        version_at,
        known_at,
        loaded_at
    from scores
    -- a product is given once; if it were not, the higher score would speak for it
    qualify row_number() over (
        partition by record_id, version_at, {{ json_text('element', 'product') }}
        order by {{ json_number('element', 'company_intent_score') }} desc nulls last, position
    ) = 1

)

select * from final
