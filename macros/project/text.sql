{# Small expressions over text that mean the same on both engines. #}

{% macro concat_text(columns) -%}
    {#- The columns as one text, nulls as nothing, with a separator no value is likely to hold. -#}
    {%- for column in columns %}coalesce(cast({{ column }} as varchar), ''){{ " || '|' || " if not loop.last }}{% endfor -%}
{%- endmacro %}

{% macro text_starts_with(expr, prefix) -%}
    left({{ expr }}, length({{ prefix }})) = {{ prefix }}
{%- endmacro %}

{% macro text_contains(expr, part) -%}
    position({{ part }} in {{ expr }}) > 0
{%- endmacro %}

{% macro path_of_url(url) -%}
    {#- Each expression stands once: what an engine shares, it computes for every row, also where it is not wanted. -#}
    {%- set host = "^([a-zA-Z][a-zA-Z0-9+.-]*:)?//[^/?#]*" -%}
    case
        when {{ url }} = '' or {{ regexp_found(url, "'" ~ host ~ "$'") }} then '/'
        else regexp_replace({{ url }}, '{{ host }}', '')
    end
{%- endmacro %}

{% macro clean_path(path) -%}
    {#- Lower case, without query, fragment and closing slash; the front page is '/'. -#}
    case
        when {{ path }} is not null
            then coalesce(nullif(rtrim(split_part(split_part(lower({{ path }}), '?', 1), '#', 1), '/'), ''), '/')
    end
{%- endmacro %}

{% macro same_event_class(one, other) -%}
    {#- Two relations with the five columns that make an event class, joined null-safe. -#}
    {%- for column in ['event_name', 'path', 'content_type', 'lane', 'cta_id'] %}
    {{ 'and ' if not loop.first }}{{ one }}.{{ column }} is not distinct from {{ other }}.{{ column }}
    {%- endfor %}
{%- endmacro %}
