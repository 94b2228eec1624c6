{# Web events as files and PostHog's connector land them: in the same columns. #}
{% macro staged_web_events(landed) -%}
with source as (

    {{ known_events(landed) }}

),

final as (

    select
        event_id,
        distinct_id,
        -- whom an identified visitor was before, where her id changed with it
        {{ json_text('properties', '$anon_distinct_id') }} as anon_distinct_id,
        event_name,
        content_type,
        lane,
        cta_id,
        -- the path as it came; it is normalised once per distinct value in int_event_classes
        coalesce(path, {{ path_of_url('url') }}) as path,
        account_key as declared_account_key,
        account_domain,
        email,
        user_agent,
        occurred_at,
        event_known_at as known_at,
        -- the first day whose snapshot may count it: it had happened, and was known
        cast(greatest(occurred_at, event_known_at) as date) as known_on,
        loaded_at
    from source

)

select * from final
{%- endmacro %}
