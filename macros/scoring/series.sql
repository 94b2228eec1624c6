{# Short literal lists as relations, for joins that spread one row over days. #}

{% macro day_list(from_day, to_day) -%}
    {#- Relation with one column snapshot_date: every day of the span, both ends included. -#}
    (
        select cast(listed.day as date) as snapshot_date
        from (
            values
            {%- set span = (
                modules.datetime.date.fromisoformat(to_day) - modules.datetime.date.fromisoformat(from_day)
            ).days %}
            {%- for number in range(span + 1) %}
            ('{{ day_plus(from_day, number) }}'){{ "," if not loop.last }}
            {%- endfor %}
        ) as listed (day)
    )
{%- endmacro %}

{% macro number_list(count) -%}
    {#- Relation with one column number: 0 to count - 1. -#}
    (
        select listed.number
        from (
            values
            {%- for number in range(count) %} ({{ number }}){{ "," if not loop.last }}{% endfor %}
        ) as listed (number)
    )
{%- endmacro %}
