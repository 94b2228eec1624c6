{# The known versions of Outreach's records, with the two parts in which JSON:API keeps what they say. #}
{% macro outreach_records(entity) -%}
    {{ known_records(source('outreach', entity), {
        'attributes': json_field('payload', 'attributes'),
        'relationships': json_field('payload', 'relationships'),
    }) }}
{%- endmacro %}

{# The id of the record that a JSON:API relationship names, as text; null where it names none. #}
{% macro outreach_related(name) -%}
    {{ json_text(json_field(json_field('relationships', name), 'data'), 'id') }}
{%- endmacro %}
