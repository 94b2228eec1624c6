{# Whole days. (For other units dbt.dateadd and dbt.datediff serve; a day of a timestamp is cast(… as date).) #}

{# The date n days after a date; n is a whole number, a column or a literal. #}
{% macro add_days(date, n) %}{{ return(adapter.dispatch('add_days')(date, n)) }}{% endmacro %}

{% macro duckdb__add_days(date, n) %}({{ date }} + cast({{ n }} as integer)){% endmacro %}

{% macro snowflake__add_days(date, n) %}cast(dateadd(day, {{ n }}, {{ date }}) as date){% endmacro %}


{# Days from date a to date b, a whole number, negative where b is earlier. #}
{% macro days_between(a, b) %}{{ return(adapter.dispatch('days_between')(a, b)) }}{% endmacro %}

{% macro duckdb__days_between(a, b) %}({{ b }} - {{ a }}){% endmacro %}

{% macro snowflake__days_between(a, b) %}datediff(day, {{ a }}, {{ b }}){% endmacro %}


{# The first instant after a date: what happened in it or before is earlier than this. #}
{% macro day_end(date) %}cast({{ add_days(date, 1) }} as {{ dbt.type_timestamp() }}){% endmacro %}
