{#
The 18-character form of a Salesforce id; any other text as it is, null for null. Each of the three
added characters tells which of five characters are capitals. python_jobs/ingest/salesforce_ids.py
is the same in Python.

    001dM00003jU9Gx  →  001dM00003jU9GxQAK
#}
{% macro salesforce_id18(expr) -%}
case
    when length({{ expr }}) = 15
        then {{ expr }}
        {%- for start in [1, 6, 11] %}
            || substr(
                'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
                1
                {%- for place in range(5) %}
                + case when ascii(substr({{ expr }}, {{ start + place }}, 1)) between 65 and 90 then {{ 2 ** place }} else 0 end
                {%- endfor %},
                1
            )
        {%- endfor %}
    else {{ expr }}
end
{%- endmacro %}

{% macro crm_id18(expr) -%}
    {#- The same of an id that somebody wrote down or exported, whichever the CRM: only what looks like Salesforce's is made longer. -#}
    case when {{ regexp_found(expr, "'^00[0-9a-zA-Z]{13}$'") }} then {{ salesforce_id18(expr) }} else {{ expr }} end
{%- endmacro %}
