{#
A text without blanks at its ends: tabs, ends of lines, blanks that do not break and those as wide as a Chinese
character, as people paste them. By itself Snowflake's trim takes off plain blanks alone, DuckDB's most others, too.
#}
{% macro trimmed(expr) -%}
trim({{ expr }}, ' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(8239) || chr(12288))
{%- endmacro %}
