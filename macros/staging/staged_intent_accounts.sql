{# Intent of accounts as files and 6sense's segment export land it: in one payload. #}
{% macro staged_intent_accounts(landed) -%}
with source as (

    {{ known_records(landed) }}

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
        known_at,
        loaded_at
    from source

)

select * from final
{%- endmacro %}
