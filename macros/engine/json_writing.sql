{#
JSON written as text, piece by piece, where millions of small documents are made: the text is valid
by construction, and becomes the engine's own type once, at the end (as_json). And arrays of whole
numbers, for the few largest of many.
#}

{# A text that is not null as a JSON string, quoted and escaped, itself text. #}
{% macro json_text_literal(expr) %}{{ return(adapter.dispatch('json_text_literal')(expr)) }}{% endmacro %}

{% macro duckdb__json_text_literal(expr) %}cast(to_json({{ expr }}) as varchar){% endmacro %}

{% macro snowflake__json_text_literal(expr) %}to_json(to_variant({{ expr }})){% endmacro %}


{# Those of a list of texts that are not null, joined by commas; '' when there is none. #}
{% macro join_present(parts) %}{{ return(adapter.dispatch('join_present')(parts)) }}{% endmacro %}

{% macro duckdb__join_present(parts) %}concat_ws(',', {{ parts | join(', ') }}){% endmacro %}

{% macro snowflake__join_present(parts) %}array_to_string(array_construct_compact({{ parts | join(', ') }}), ','){% endmacro %}


{# Aggregate: an array of the largest whole numbers, largest first; count is known when the model is written. #}
{% macro largest_values(expr, count) %}{{ return(adapter.dispatch('largest_values')(expr, count)) }}{% endmacro %}

{% macro duckdb__largest_values(expr, count) %}max({{ expr }}, {{ count }}){% endmacro %}

{% macro snowflake__largest_values(expr, count) %}max_by({{ expr }}, {{ expr }}, {{ count }}){% endmacro %}


{# The whole number at a place of an array that largest_values made, counted from 0; null past its end. #}
{% macro array_item(expr, place) %}{{ return(adapter.dispatch('array_item')(expr, place)) }}{% endmacro %}

{% macro duckdb__array_item(expr, place) %}{{ expr }}[{{ place + 1 }}]{% endmacro %}

{% macro snowflake__array_item(expr, place) %}cast({{ expr }}[{{ place }}] as bigint){% endmacro %}


{# Valid JSON that was written as text, in the type its columns have in marts (`variant` in contracts). #}
{% macro as_json(expr) %}{{ return(adapter.dispatch('as_json')(expr)) }}{% endmacro %}

{% macro duckdb__as_json(expr) %}{{ expr }}{% endmacro %}

{% macro snowflake__as_json(expr) %}parse_json({{ expr }}){% endmacro %}
