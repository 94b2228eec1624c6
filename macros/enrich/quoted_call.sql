{# How an answer's JSON names a sentence of a call that it cites: the beginning of the row's id, up to its number. #}
{% macro quoted_call(call_id) -%}
'"segment:' || {{ call_id }} || ':'
{%- endmacro %}
