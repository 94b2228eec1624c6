{# Events of the product as files and its database land them: in the same columns. #}
{% macro staged_product_events(landed) -%}
with source as (

    select
        *,
        coalesce(known_at, occurred_at) as event_known_at
    from {{ landed }}

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
    where {{ is_known_by_as_of('event_known_at') }}
        and {{ is_known_by_as_of('occurred_at') }}

)

select * from final
{%- endmacro %}
