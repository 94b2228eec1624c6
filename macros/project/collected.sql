{#
  One relation of the same records from several sources, which share their columns.

  relations   the sources' staging models, the most trusted first
  columns     what they share
  key         of records with versions: adds is_current, true for the latest version of each key; of
              equal versions the one from the first source counts
#}
{% macro collected(relations, columns, key=none) -%}
with collected as (
    {%- for relation in relations %}

    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        {{ loop.index }} as source_rank
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

final as (

    select
        {%- for column in columns %}
        {{ column }}{{ ',' if key is not none or not loop.last }}
        {%- endfor %}
        {%- if key is not none %}
        row_number() over (partition by {{ key }} order by version_at desc, source_rank) = 1 as is_current
        {%- endif %}
    from collected
    {%- if key is not none %}
    qualify row_number() over (partition by {{ key }}, version_at order by source_rank) = 1
    {%- endif %}

)

select * from final
{%- endmacro %}


{#
  Of the CRMs' staging models, given by the name of the source, those that var crm_sources names, in
  its order.
#}
{% macro crm_relations(by_source) -%}
    {%- set relations = [] -%}
    {%- for name in var('crm_sources') -%}
        {%- if name not in by_source -%}
            {%- do exceptions.raise_compiler_error(
                "var crm_sources: there is no CRM '" ~ name ~ "': use " ~ by_source | join(', ')) -%}
        {%- endif -%}
        {%- do relations.append(by_source[name]) -%}
    {%- endfor -%}
    {{- return(relations) -}}
{%- endmacro %}
