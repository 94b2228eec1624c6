{# The sections of an account brief in their order, as its schema has them. #}
{% macro brief_sections() -%}
    {{ return([
        'why_hot', 'buying_stage', 'primary_interest', 'next_sales', 'next_marketing', 'personalisation', 'risks',
    ]) }}
{%- endmacro %}
