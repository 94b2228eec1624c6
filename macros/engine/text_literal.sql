{# A text as an SQL literal, whatever it holds: in Snowflake's a backslash escapes what follows it, also the closing quote. #}
{% macro text_literal(text) %}{{ return(adapter.dispatch('text_literal')(text)) }}{% endmacro %}

{% macro duckdb__text_literal(text) %}'{{ text | replace("'", "''") }}'{% endmacro %}

{% macro snowflake__text_literal(text) %}'{{ text | replace("\\", "\\\\") | replace("'", "''") }}'{% endmacro %}
