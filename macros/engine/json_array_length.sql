{# How many elements a JSON array has; null of null. #}
{% macro json_array_length(expr) %}{{ return(adapter.dispatch('json_array_length')(expr)) }}{% endmacro %}

{% macro duckdb__json_array_length(expr) %}json_array_length({{ expr }}){% endmacro %}

{% macro snowflake__json_array_length(expr) %}array_size({{ expr }}){% endmacro %}
