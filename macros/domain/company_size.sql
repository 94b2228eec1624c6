{# The size of a company as text, "50-199", by the bounds of var company_sizes; null where nobody knows. #}
{% macro company_size(employee_count) -%}
case
    {%- set ns = namespace(low=1) %}
    {%- for bound in var('company_sizes') %}
    when {{ employee_count }} < {{ bound }} then '{{ ns.low }}-{{ bound - 1 }}'
    {%- set ns.low = bound %}
    {%- endfor %}
    when {{ employee_count }} >= {{ ns.low }} then '{{ ns.low }} and more'
end
{%- endmacro %}
