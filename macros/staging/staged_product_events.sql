{# Events of the product as files and its database land them: in the same columns. #}
{% macro staged_product_events(landed) -%}
with source as (

    {{ known_events(landed) }}

),

final as (

    select
        event_id,
        user_id,
        event_name,
        team_id,
        properties,
        occurred_at,
        event_known_at as known_at,
        loaded_at
    from source

)

select * from final
{%- endmacro %}
