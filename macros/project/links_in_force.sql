{% macro is_link_in_force() -%}
    {#- Condition on a relation of link periods: true for the links that hold on the as-of day. -#}
    linked_from <= {{ as_of_date() }} and linked_until > {{ as_of_date() }}
{%- endmacro %}
