{# Statements that hold together or not at all; on DuckDB all statements of a model are one transaction anyway. #}
{% macro in_one_transaction(dml) %}{{ return(adapter.dispatch('in_one_transaction')(dml)) }}{% endmacro %}

{% macro duckdb__in_one_transaction(dml) %}{{ return(dml) }}{% endmacro %}

{% macro snowflake__in_one_transaction(dml) %}{{ return(snowflake_dml_explicit_transaction(dml)) }}{% endmacro %}
