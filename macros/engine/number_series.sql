{# A query with the whole numbers n from 0 to count - 1; count is a number known when the model is written. #}
{% macro number_series(count) %}{{ return(adapter.dispatch('number_series')(count)) }}{% endmacro %}

{% macro duckdb__number_series(count) %}select range as n from range({{ count }}){% endmacro %}

{% macro snowflake__number_series(count) %}select row_number() over (order by seq4()) - 1 as n from table(generator(rowcount => {{ count }})){% endmacro %}
