{#
JSON written as text, piece by piece, where millions of small documents are made: the text is valid
by construction, and becomes the engine's own type once, at the end (as_json).
#}

{% macro json_text_literal(expr) -%}
    {#- A text as a JSON string, quoted and escaped. -#}
    {{ return(adapter.dispatch('json_text_literal')(expr)) }}
{%- endmacro %}

{% macro duckdb__json_text_literal(expr) %}cast(to_json({{ expr }}) as varchar){% endmacro %}

{% macro snowflake__json_text_literal(expr) %}to_json(to_variant({{ expr }})){% endmacro %}

{% macro join_present(parts) -%}
    {#- Those of the texts that are not null, joined by commas; '' when there is none. -#}
    {{ return(adapter.dispatch('join_present')(parts)) }}
{%- endmacro %}

{% macro duckdb__join_present(parts) %}concat_ws(',', {{ parts | join(', ') }}){% endmacro %}

{% macro snowflake__join_present(parts) %}array_to_string(array_construct_compact({{ parts | join(', ') }}), ','){% endmacro %}

{% macro json_array_of_top(fragment, ordering, count) -%}
    {#- Aggregate: a JSON array, as text, of the fragments with the largest ordering, largest first. -#}
    '[' || array_to_string(max_by({{ fragment }}, {{ ordering }}, {{ count }}), ',') || ']'
{%- endmacro %}

{% macro as_json(expr) -%}
    {{ return(adapter.dispatch('as_json')(expr)) }}
{%- endmacro %}

{% macro duckdb__as_json(expr) %}{{ expr }}{% endmacro %}

{% macro snowflake__as_json(expr) %}parse_json({{ expr }}){% endmacro %}
