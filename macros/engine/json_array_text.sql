{# The elements of a JSON array of texts as one text, a separator between them; '' of none, null of null. #}
{% macro json_array_text(expr, separator) %}{{ return(adapter.dispatch('json_array_text')(expr, separator)) }}{% endmacro %}

{% macro duckdb__json_array_text(expr, separator) -%}
array_to_string(from_json(cast({{ expr }} as json), '["varchar"]'), '{{ separator }}')
{%- endmacro %}

{% macro snowflake__json_array_text(expr, separator) -%}
array_to_string({{ expr }}, '{{ separator }}')
{%- endmacro %}
