{# The first value in a window that is not null; `over (…)` follows. #}
{% macro first_present(expr) %}{{ return(adapter.dispatch('first_present')(expr)) }}{% endmacro %}

{% macro duckdb__first_present(expr) %}first_value({{ expr }} ignore nulls){% endmacro %}

{% macro snowflake__first_present(expr) %}first_value({{ expr }}) ignore nulls{% endmacro %}
