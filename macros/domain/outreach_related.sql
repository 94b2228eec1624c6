{# The id of the record that a JSON:API relationship names, as text; null where it names none. #}
{% macro outreach_related(name) -%}
    {{ json_text(json_field(json_field('relationships', name), 'data'), 'id') }}
{%- endmacro %}
