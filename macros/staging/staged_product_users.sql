{# Users of the product as files and its database land them: in one payload. #}
{% macro staged_product_users(landed) -%}
with source as (

    {{ known_records(landed) }}

),

final as (

    select
        record_id as user_id,
        {{ json_text('payload', 'email') }} as email,
        {{ json_text('payload', 'first_name') }} as first_name,
        {{ json_text('payload', 'last_name') }} as last_name,
        {{ json_text('payload', 'distinct_id') }} as distinct_id,
        {{ json_text('payload', 'account_domain') }} as account_domain,
        {{ json_text('payload', 'company_name') }} as company_name,
        {{ json_integer('payload', 'company_size') }} as company_size,
        {{ json_text('payload', 'industry') }} as industry,
        {{ json_text('payload', 'plan') }} as plan,
        {{ json_timestamp('payload', 'created_at') }} as created_at,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
{%- endmacro %}
