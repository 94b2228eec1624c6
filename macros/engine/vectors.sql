{# Vectors of floating-point numbers, in the engine's own type for them. #}

{# A vector from a JSON array of as many numbers. #}
{% macro vector_from_json(expr, dimensions) %}{{ return(adapter.dispatch('vector_from_json')(expr, dimensions)) }}{% endmacro %}

{% macro duckdb__vector_from_json(expr, dimensions) %}cast({{ expr }} as float[{{ dimensions }}]){% endmacro %}

{% macro snowflake__vector_from_json(expr, dimensions) %}cast(cast({{ expr }} as array) as vector(float, {{ dimensions }})){% endmacro %}
