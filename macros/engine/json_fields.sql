{#
One field of a JSON object column (JSON on DuckDB, VARIANT on Snowflake), as a plain value. All are
null where the object, the field or its value is null, and where the value is not of the kind asked
for. `expr` is an expression of a JSON column, `key` a text known when the model is written.
#}

{# Text as it is, numbers and booleans as text, an object or array as JSON text. #}
{% macro json_text(expr, key) %}{{ return(adapter.dispatch('json_text')(expr, key)) }}{% endmacro %}

{% macro duckdb__json_text(expr, key) %}({{ expr }} ->> '$."{{ key }}"'){% endmacro %}

{% macro snowflake__json_text(expr, key) %}({{ expr }}):"{{ key }}"::varchar{% endmacro %}


{# The field as JSON, to take apart further. #}
{% macro json_field(expr, key) %}{{ return(adapter.dispatch('json_field')(expr, key)) }}{% endmacro %}

{% macro duckdb__json_field(expr, key) %}nullif({{ expr }} -> '$."{{ key }}"', 'null'){% endmacro %}

{% macro snowflake__json_field(expr, key) %}strip_null_value(({{ expr }}):"{{ key }}"){% endmacro %}


{# The element at a place of a JSON array, counted from 0; null past its end. #}
{% macro json_item(expr, place) %}{{ return(adapter.dispatch('json_item')(expr, place)) }}{% endmacro %}

{% macro duckdb__json_item(expr, place) %}({{ expr }} -> {{ place }}){% endmacro %}

{% macro snowflake__json_item(expr, place) %}({{ expr }})[{{ place }}]{% endmacro %}


{# A double. #}
{% macro json_number(expr, key) %}try_cast({{ json_text(expr, key) }} as double){% endmacro %}


{# A whole number; fractions are rounded half away from zero. #}
{% macro json_integer(expr, key) %}try_cast({{ json_text(expr, key) }} as bigint){% endmacro %}


{# true from true, t, yes, y, on, 1; false from false, f, no, n, off, 0; in any case. #}
{% macro json_boolean(expr, key) -%}
case
    when lower({{ json_text(expr, key) }}) in ('true', 't', 'yes', 'y', 'on', '1') then true
    when lower({{ json_text(expr, key) }}) in ('false', 'f', 'no', 'n', 'off', '0') then false
end
{%- endmacro %}


{# A timestamp from ISO text in UTC without an offset, as raw holds it: 2026-01-31 08:00:00[.ffffff], T between or not; a day alone is its first instant. #}
{% macro json_timestamp(expr, key) -%}
case
    when {{ json_text(expr, key) }} like '____-__-__%'
        then try_cast({{ json_text(expr, key) }} as {{ dbt.type_timestamp() }})
end
{%- endmacro %}


{# A date from ISO text; of a timestamp, its day. #}
{% macro json_date(expr, key) -%}
case
    when {{ json_text(expr, key) }} like '____-__-__%'
        then try_cast(left({{ json_text(expr, key) }}, 10) as date)
end
{%- endmacro %}


{# A timestamp (UTC, without offset) from ISO 8601 text with or without an offset, as vendors write it: 2026-05-01T07:25:37.000+0000, …Z, …-05:00. #}
{% macro json_utc(expr, key) -%}
case
    when {{ json_text(expr, key) }} like '____-__-__%'
        then {{ utc_from_iso(json_text(expr, key)) }}
end
{%- endmacro %}

{% macro utc_from_iso(text) %}{{ return(adapter.dispatch('utc_from_iso')(text)) }}{% endmacro %}

{% macro duckdb__utc_from_iso(text) -%}
(try_cast(regexp_replace({{ text }}, '([+-][0-9][0-9])([0-9][0-9])$', '\1:\2') as timestamptz) at time zone 'UTC')
{%- endmacro %}

{# After a T it takes an offset with a colon only. #}
{% macro snowflake__utc_from_iso(text) -%}
cast(convert_timezone('UTC', try_to_timestamp_tz(
    case
        when left(right({{ text }}, 5), 1) in ('+', '-') then left({{ text }}, length({{ text }}) - 2) || ':' || right({{ text }}, 2)
        else {{ text }}
    end
)) as timestamp_ntz)
{%- endmacro %}


{# A timestamp (UTC) from milliseconds since 1970, as a number or as digits. #}
{% macro json_epoch_ms(expr, key) %}{{ return(adapter.dispatch('json_epoch_ms')(expr, key)) }}{% endmacro %}

{% macro duckdb__json_epoch_ms(expr, key) %}make_timestamp({{ json_integer(expr, key) }} * 1000){% endmacro %}

{% macro snowflake__json_epoch_ms(expr, key) %}to_timestamp_ntz({{ json_integer(expr, key) }}, 3){% endmacro %}
