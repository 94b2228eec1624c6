{% macro field_mappings(destination, object) -%}
    {#-
      The enabled rows of the registry field_mappings for one object, read when a model is compiled,
      as mappings with the registry's columns, `constant` (the text after the = of a constant
      expression, else none) and `is_id` (a Salesforce id, 15 or 18 characters long). Without a
      warehouse to ask, none.
    -#}
    {%- set registry = ref('stg_registry__field_mappings') -%}
    {%- set columns = [
        'field', 'expression', 'kind', 'null_meaning', 'overwrite', 'write_on', 'tolerance', 'tolerated', 'max_length',
    ] -%}
    {%- set mappings = [] -%}
    {%- if execute -%}
        {%- if load_relation(registry) is not none -%}
            {%- set rows = run_query(
                'select ' ~ columns | join(', ') ~ ' from ' ~ registry ~ " where enabled and destination = '" ~ destination
                ~ "' and object = '" ~ object ~ "' order by mapping_id"
            ).rows -%}
            {%- for row in rows -%}
                {%- set mapping = {} -%}
                {%- for column in columns -%}
                    {%- do mapping.update({column: row[loop.index0]}) -%}
                {%- endfor -%}
                {%- set constant = mapping.expression[1:] if mapping.expression.startswith('=') else none -%}
                {%- set is_id = destination == 'salesforce' and mapping.field.endswith('Id') -%}
                {%- do mappings.append(dict(mapping, constant=constant, is_id=is_id)) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {{- return(mappings) -}}
{%- endmacro %}

{% macro checked_field_mappings(mappings, relation) -%}
    {#- Stops with a sentence where a mapping reads a column that the desired-state model has not. -#}
    {%- if mappings and load_relation(relation) is not none -%}
        {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list -%}
        {%- for mapping in mappings -%}
            {%- for column in [mapping.expression if mapping.constant is none, mapping.tolerated] if column -%}
                {%- if column | lower not in columns -%}
                    {%- do exceptions.raise_compiler_error(
                        'field_mappings: ' ~ mapping.field ~ ' is to be ' ~ column ~ ', which ' ~ relation.identifier
                        ~ ' has not: name one of ' ~ columns | sort | join(', ')) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro landed_fields(mappings, fields='payload') -%}
    {#- Columns landed_<field>: each mapped field's value, in the text that it is compared by, out of a JSON object with all of a record's fields. -#}
    {%- for mapping in mappings %}
        {{ landed_text(fields, mapping) }} as landed_{{ mapping.field }},
    {%- endfor %}
{%- endmacro %}
