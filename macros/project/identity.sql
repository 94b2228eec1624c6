{# How a person is named before a merge: by e-mail, else by CRM id, else by visitor id. #}

{% macro person_id(identity_type, identity_value) -%}
    md5('{{ identity_type }}:' || {{ identity_value }})
{%- endmacro %}

{% macro clean_email(column) -%}
    nullif(lower(trim({{ column }})), '')
{%- endmacro %}

{% macro email_domain(column) -%}
    {#- The part after the @, lower case; null where there is none. -#}
    nullif(lower(trim(split_part({{ column }}, '@', 2))), '')
{%- endmacro %}
