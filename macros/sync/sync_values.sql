{# A value in the one text that stands for it, so that ours and the destination's compare as texts. #}

{% macro sync_text(expr, mapping) -%}
    {#- A mapped value as text: trimmed, cut to the field's length, '' as null; numbers, times and ids in one form. -#}
    {%- if mapping.kind == 'number' -%}
        {{ number_text("try_cast(cast(" ~ expr ~ " as varchar) as decimal(38, 6))") }}
    {%- elif mapping.kind == 'boolean' -%}
        case
            when lower(cast({{ expr }} as varchar)) in ('true', 't', 'yes', 'y', 'on', '1') then 'true'
            when lower(cast({{ expr }} as varchar)) in ('false', 'f', 'no', 'n', 'off', '0') then 'false'
        end
    {%- elif mapping.kind == 'date' -%}
        cast(try_cast(left(cast({{ expr }} as varchar), 10) as date) as varchar)
    {%- elif mapping.kind == 'datetime' -%}
        {#- whole seconds: Salesforce keeps no more -#}
        replace(left(cast({{ utc_from_iso("cast(" ~ expr ~ " as varchar)") }} as varchar), 19), ' ', 'T') || 'Z'
    {%- elif mapping.is_id -%}
        {{ salesforce_id18("nullif(trim(cast(" ~ expr ~ " as varchar)), '')") }}
    {%- elif mapping.max_length -%}
        nullif(trim(left(trim(cast({{ expr }} as varchar)), {{ mapping.max_length | int }})), '')
    {%- else -%}
        nullif(trim(cast({{ expr }} as varchar)), '')
    {%- endif -%}
{%- endmacro %}

{% macro number_text(expr) -%}
    {#- A decimal as JSON writes a number, without trailing zeros. -#}
    rtrim(rtrim(cast({{ expr }} as varchar), '0'), '.')
{%- endmacro %}

{% macro sync_literal(text, mapping) -%}
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
