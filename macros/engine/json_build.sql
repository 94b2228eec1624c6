{# JSON made from columns. Give times and dates as text, in the form they shall have. #}

{# A JSON object from a mapping of keys to expressions, nulls kept: json_build({'lane': 'lane', 'points': 'sum(points)'}) #}
{% macro json_build(pairs) %}{{ return(adapter.dispatch('json_build')(pairs)) }}{% endmacro %}

{% macro duckdb__json_build(pairs) -%}
json_object({% for key, expr in pairs.items() %}'{{ key }}', {{ expr }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro snowflake__json_build(pairs) -%}
to_variant(object_construct_keep_null({% for key, expr in pairs.items() %}'{{ key }}', {{ expr }}{{ ', ' if not loop.last }}{% endfor %}))
{%- endmacro %}


{# Aggregate: a JSON array of the group's values in the order given; nulls are left out; [] of none. The order decides every place (say nulls last). #}
{% macro json_array_agg(expr, order_by) %}{{ return(adapter.dispatch('json_array_agg')(expr, order_by)) }}{% endmacro %}

{% macro duckdb__json_array_agg(expr, order_by) -%}
coalesce(to_json(list({{ expr }} order by {{ order_by }}) filter (where {{ expr }} is not null)), cast('[]' as json))
{%- endmacro %}

{% macro snowflake__json_array_agg(expr, order_by) -%}
to_variant(coalesce(array_agg({{ expr }}) within group (order by {{ order_by }}), array_construct()))
{%- endmacro %}
