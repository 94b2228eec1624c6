{# JSON made from columns. Give times and dates as text, in the form they shall have. #}

{# A JSON object from a mapping of keys to expressions, nulls kept: json_build({'lane': 'lane', 'points': 'sum(points)'}) #}
{% macro json_build(pairs) %}{{ return(adapter.dispatch('json_build')(pairs)) }}{% endmacro %}

{% macro duckdb__json_build(pairs) -%}
json_object({% for key, expr in pairs.items() %}'{{ key }}', {{ expr }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro snowflake__json_build(pairs) -%}
to_variant(object_construct_keep_null({% for key, expr in pairs.items() %}'{{ key }}', {{ expr }}{{ ', ' if not loop.last }}{% endfor %}))
{%- endmacro %}


{# Aggregate: a JSON object of the group's keys and values. Keys are distinct in the group; pairs with a null are left out; {} of none. #}
{% macro json_object_agg(key, value) %}{{ return(adapter.dispatch('json_object_agg')(key, value)) }}{% endmacro %}

{% macro duckdb__json_object_agg(key, value) -%}
{%- set present = "filter (where " ~ key ~ " is not null and " ~ value ~ " is not null)" -%}
coalesce(
    to_json(map_from_entries(list({'key': {{ key }}, 'value': {{ value }}}) {{ present }})),
    cast('{}' as json)
)
{%- endmacro %}

{% macro snowflake__json_object_agg(key, value) -%}
to_variant(coalesce(object_agg({{ key }}, to_variant({{ value }})), object_construct()))
{%- endmacro %}


{# Aggregate: a JSON array of the group's values in the order given; nulls are left out; [] of none. The order decides every place (say nulls last). #}
{% macro json_array_agg(expr, order_by) %}{{ return(adapter.dispatch('json_array_agg')(expr, order_by)) }}{% endmacro %}

{% macro duckdb__json_array_agg(expr, order_by) -%}
coalesce(to_json(list({{ expr }} order by {{ order_by }}) filter (where {{ expr }} is not null)), cast('[]' as json))
{%- endmacro %}

{% macro snowflake__json_array_agg(expr, order_by) -%}
to_variant(coalesce(array_agg({{ expr }}) within group (order by {{ order_by }}), array_construct()))
{%- endmacro %}


{# Aggregate: a JSON array of the n values with the largest ordering, largest first; of equal ones the larger value first. Rows with a null are left out; [] of none. #}
{% macro top_n_by(value, ordering, n) %}{{ return(adapter.dispatch('top_n_by')(value, ordering, n)) }}{% endmacro %}

{% macro duckdb__top_n_by(value, ordering, n) -%}
coalesce(
    to_json(
        max_by({{ value }}, {'ordering': {{ ordering }}, 'value': {{ value }}}, {{ n }})
            filter (where {{ value }} is not null and {{ ordering }} is not null)
    ),
    cast('[]' as json)
)
{%- endmacro %}

{% macro snowflake__top_n_by(value, ordering, n) -%}
to_variant(array_slice(
    coalesce(
        array_agg(case when {{ ordering }} is not null then {{ value }} end)
            within group (order by {{ ordering }} desc nulls last, {{ value }} desc nulls last),
        array_construct()
    ),
    0, {{ n }}
))
{%- endmacro %}
