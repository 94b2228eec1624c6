{#
The names of the models in models/signals, in order: what fct_signals unites. A signal is added by its
file alone.

dbt wants every ref while it parses, and has no list of models to offer then: it has the list of the
files it is reading, on `ref`. When it runs there is `graph`. A project that dbt parsed in part, before
a file was there, is refused with what to do (`gtm build` does it by itself).
#}
{% macro signal_models() -%}
    {%- set names = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.fqn[1] == 'signals' -%}
            {%- if node.unique_id not in model.depends_on.nodes -%}
                {%- do exceptions.raise_compiler_error(
                    node.name ~ ' is new, and dbt has only read the files that changed: run dbt parse --no-partial-parse once'
                ) -%}
            {%- endif -%}
            {%- do names.append(node.name) -%}
        {%- endfor -%}
    {%- else -%}
        {%- for file in ref.manifest.files.values() if file.parse_file_type == 'model' -%}
            {%- set path = file.path.relative_path.split('/') -%}
            {%- if path[0] == 'signals' -%}{%- do names.append(path[-1].rsplit('.', 1)[0]) -%}{%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(names | sort) -}}
{%- endmacro %}
