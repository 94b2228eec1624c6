{#
Post-hook of every mart: its columns with personal data (`contains_pii` in their meta) get the tag that var
`personal_data_tag` names, by which Snowflake masks them. A replaced table has lost its tags.
#}
{% macro tag_personal_data() -%}
    {%- if var('personal_data_tag') -%}{{ adapter.dispatch('tag_personal_data')() }}{%- endif -%}
{%- endmacro %}

{% macro duckdb__tag_personal_data() -%}{%- endmacro %}

{% macro snowflake__tag_personal_data() -%}
    {%- set kind = 'view' if config.get('materialized') == 'view' else 'table' -%}
    {%- for column in model.columns.values() if column.meta.get('contains_pii') %}
    alter {{ kind }} {{ this }} modify column {{ column.name }}
        set tag {{ var('personal_data_tag') }} = '{{ personal_data_kind(column.name) }}';
    {%- endfor -%}
{%- endmacro %}

{% macro personal_data_kind(name) -%}
    {#- What a column of that name holds: email, phone, profile, name, or else text. -#}
    {%- set kinds = {'email': 'email', 'phone': 'phone', 'linkedin_url': 'profile', 'name': 'name'} -%}
    {%- for ending, kind in kinds.items() if name.endswith(ending) -%}{{- return(kind) -}}{%- endfor -%}
    {{- return('text') -}}
{%- endmacro %}
