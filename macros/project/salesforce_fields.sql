{% macro salesforce_field(meaning) -%}
    {#- The name, in the customer's org, of a field that Salesforce does not ship with: var salesforce_fields. -#}
    {%- set fields = var('salesforce_fields') -%}
    {%- if meaning not in fields -%}
        {%- do exceptions.raise_compiler_error(
            "var salesforce_fields lacks " ~ meaning ~ ": copy its line from dbt_project.yml; a name of no field will do") -%}
    {%- endif -%}
    {{- return(fields[meaning]) -}}
{%- endmacro %}

{% macro sixsense_value(meaning) -%}
    {#- The text of a field that 6sense syncs into Account: var sixsense_salesforce_fields; null for none. -#}
    {%- set field = var('sixsense_salesforce_fields').get(meaning) -%}
    {{- return(json_text('payload', field) if field else 'cast(null as varchar)') -}}
{%- endmacro %}
