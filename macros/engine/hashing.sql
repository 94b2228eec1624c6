{# The SHA-256 of a text as 64 lower-case hexadecimal digits, as advertising and analytics tools hash addresses. #}
{% macro sha256_hex(expr) %}{{ return(adapter.dispatch('sha256_hex')(expr)) }}{% endmacro %}

{% macro duckdb__sha256_hex(expr) %}sha256({{ expr }}){% endmacro %}

{% macro snowflake__sha256_hex(expr) %}sha2({{ expr }}, 256){% endmacro %}
