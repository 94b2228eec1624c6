{# Whether a JSON object has the field, be its value null or not; null where the object is. #}
{% macro json_has(expr, key) %}{{ return(adapter.dispatch('json_has')(expr, key)) }}{% endmacro %}

{% macro duckdb__json_has(expr, key) %}json_exists({{ expr }}, '$."{{ key }}"'){% endmacro %}

{% macro snowflake__json_has(expr, key) %}(({{ expr }}):"{{ key }}" is not null){% endmacro %}
