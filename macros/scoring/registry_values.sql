{# Registry rows that shape columns, read when a model is compiled. #}

{% macro lanes_in_force() -%}
    {#- The lanes of the registry, in their order. Without a warehouse to ask, `other` alone. -#}
    {%- set lanes = [] -%}
    {%- set registry = ref('stg_registry__lanes') -%}
    {%- if execute -%}
        {%- if load_relation(registry) is not none -%}
            {%- for row in run_query('select lane from ' ~ registry ~ ' order by sort_order, lane').rows -%}
                {%- do lanes.append(row[0]) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {%- if 'other' not in lanes -%}{%- do lanes.append('other') -%}{%- endif -%}
    {{- return(lanes) -}}
{%- endmacro %}

{% macro key_events_in_force() -%}
    {#- The key events of the registry in their order, as {'key': …, 'label': …}. -#}
    {%- set key_events = [] -%}
    {%- set registry = ref('stg_registry__key_events') -%}
    {%- if execute -%}
        {%- if load_relation(registry) is not none -%}
            {%- for row in run_query('select key, label from ' ~ registry ~ ' order by sort_order, key').rows -%}
                {%- do key_events.append({'key': row[0], 'label': row[1]}) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {{- return(key_events) -}}
{%- endmacro %}
