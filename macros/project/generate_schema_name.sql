{# Schemas are the product's own names (raw, staging, marts, …), never prefixed by the profile's. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ 'replay' if is_replayed(node) else (custom_schema_name or target.schema) | trim | lower }}
{%- endmacro %}
