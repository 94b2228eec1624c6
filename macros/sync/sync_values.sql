{#
A value in the one text that stands for it, so that ours and the destination's compare as texts:
trimmed, '' as null, cut to the field's length; numbers without trailing zeros, times in whole seconds
(Salesforce keeps no more), ids of 18 characters.
#}

{% macro our_text(mapping, relation) -%}
    {#- What we want: the column of the desired-state model that the mapping names, of its kind's type, or the constant. -#}
    {%- set ours = relation ~ '.' ~ mapping.expression -%}
    {%- if mapping.constant is not none -%}
        {%- set ours = text_literal(mapping.constant) -%}
    {%- endif -%}
    {%- if mapping.kind == 'number' -%}
        {{ number_text('cast(' ~ ours ~ ' as decimal(24, 6))') }}
    {%- elif mapping.kind == 'boolean' -%}
        case when cast({{ ours }} as boolean) then 'true' when not cast({{ ours }} as boolean) then 'false' end
    {%- elif mapping.kind == 'date' -%}
        cast(cast({{ ours }} as date) as varchar)
    {%- elif mapping.kind == 'datetime' -%}
        {{ datetime_text('cast(' ~ ours ~ ' as ' ~ dbt.type_timestamp() ~ ')') }}
    {%- else -%}
        {{ plain_value_text('cast(' ~ ours ~ ' as varchar)', mapping) }}
    {%- endif -%}
{%- endmacro %}

{% macro landed_text(fields, mapping) -%}
    {#- What the destination says: the field of a JSON object with all of a record's. -#}
    {%- if mapping.kind == 'number' -%}
        {{ number_text('try_cast(' ~ json_text(fields, mapping.field) ~ ' as decimal(24, 6))') }}
    {%- elif mapping.kind == 'boolean' -%}
        case when {{ json_boolean(fields, mapping.field) }} then 'true' when not {{ json_boolean(fields, mapping.field) }} then 'false' end
    {%- elif mapping.kind == 'date' -%}
        cast({{ json_date(fields, mapping.field) }} as varchar)
    {%- elif mapping.kind == 'datetime' -%}
        {{ datetime_text(json_utc(fields, mapping.field)) }}
    {%- else -%}
        {{ plain_value_text(json_text(fields, mapping.field), mapping) }}
    {%- endif -%}
{%- endmacro %}

{% macro number_text(number) -%}
    {{ regexp_removed('cast(' ~ number ~ ' as varchar)', "'[.]?0+$'") }}
{%- endmacro %}

{% macro datetime_text(time) -%}
    replace(left(cast({{ time }} as varchar), 19), ' ', 'T') || 'Z'
{%- endmacro %}

{% macro plain_value_text(text, mapping) -%}
    {%- if mapping.is_id -%}
        {{ salesforce_id18("nullif(" ~ trimmed(text) ~ ", '')") }}
    {%- elif mapping.max_length -%}
        nullif({{ trimmed("left(" ~ trimmed(text) ~ ", " ~ mapping.max_length | int ~ ")") }}, '')
    {%- else -%}
        nullif({{ trimmed(text) }}, '')
    {%- endif -%}
{%- endmacro %}

{% macro value_literal(text, mapping) -%}
    {#- The JSON of such a text; null for null. -#}
    {%- if mapping.kind in ('number', 'boolean') -%}
        coalesce({{ text }}, 'null')
    {%- else -%}
        coalesce({{ json_text_literal(text) }}, 'null')
    {%- endif -%}
{%- endmacro %}

{% macro source_row(table, key) -%}
    {#- The JSON, as text, of the one row that a record comes from. -#}
    '[{"table":"{{ table }}","key":' || {{ json_text_literal(key) }} || '}]'
{%- endmacro %}
