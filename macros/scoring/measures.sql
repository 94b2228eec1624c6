{#
The sliding sums that are carried from change to change. Each is a column of `int_account_day_changes`
(what enters or leaves it on a day) and of `int_account_states` (its value from that day on):
    name     column name
    value    column of the entries that is summed
    type     of the sum; DuckDB's own for whole numbers is of 128 bits, which is slow to add up further
    from_age, until_age   ages in days at which an entry counts: from_age <= age < until_age
#}
{% macro carried_measures(lanes) -%}
    {%- set measures = [
        {'name': 'event_count_7d', 'value': 'event_count', 'type': 'integer', 'from_age': 0, 'until_age': 7},
        {'name': 'points_prev_7d', 'value': 'points', 'type': 'double', 'from_age': 7, 'until_age': 14},
    ] -%}
    {%- for lane in lanes -%}
        {%- set value = 'lane_points_' ~ loop.index -%}
        {%- do measures.append({'name': value ~ '_30d', 'value': value, 'type': 'double', 'from_age': 0, 'until_age': 30}) -%}
    {%- endfor -%}
    {{- return(measures) -}}
{%- endmacro %}

{# Carried points: adding and taking away the same leaves 1e-16 or so where nothing is. No weight is so small. #}
{% macro without_residue(points) -%}
    case when abs({{ points }}) >= 1e-9 then {{ points }} else 0 end
{%- endmacro %}
