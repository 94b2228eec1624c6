{#
A query with one row per element of a JSON array column: every column of the relation, `element`
(JSON), `element_text` (a scalar's plain text, null for null) and `position` (from 0). Rows whose array
is null or empty give none.

    with segments as ({{ json_array_rows('companies', 'segments') }})
#}
{% macro json_array_rows(relation, column) %}{{ return(adapter.dispatch('json_array_rows')(relation, column)) }}{% endmacro %}

{% macro duckdb__json_array_rows(relation, column) -%}
select
    arrays.*,
    elements.element,
    elements.element ->> '$' as element_text,
    elements.place - 1 as position
from {{ relation }} as arrays, unnest(cast(arrays.{{ column }} as json[])) with ordinality as elements(element, place)
{%- endmacro %}

{% macro snowflake__json_array_rows(relation, column) -%}
select
    arrays.*,
    elements.value as element,
    elements.value::varchar as element_text,
    elements.index as position
from {{ relation }} as arrays, lateral flatten(input => arrays.{{ column }}) as elements
{%- endmacro %}
