{# JSON as a whole: its type, from text, to text. #}

{# The column type that holds any JSON. #}
{% macro type_json() %}{{ return(adapter.dispatch('type_json')()) }}{% endmacro %}

{% macro duckdb__type_json() %}json{% endmacro %}

{% macro snowflake__type_json() %}variant{% endmacro %}


{# JSON from text; null where the text is none. #}
{% macro json_parse(expr) %}{{ return(adapter.dispatch('json_parse')(expr)) }}{% endmacro %}

{% macro duckdb__json_parse(expr) %}try_cast({{ expr }} as json){% endmacro %}

{% macro snowflake__json_parse(expr) %}try_parse_json({{ expr }}){% endmacro %}


{# JSON as text; spaces and the order of keys are the engine's, so compare it only parsed. #}
{% macro json_to_text(expr) %}{{ return(adapter.dispatch('json_to_text')(expr)) }}{% endmacro %}

{% macro duckdb__json_to_text(expr) %}cast({{ expr }} as varchar){% endmacro %}

{% macro snowflake__json_to_text(expr) %}to_json({{ expr }}){% endmacro %}
