{# 0 at what is poor, 100 at what is good, in proportion between; poor may be the larger. #}
{% macro score_between(value, poor, good) -%}
100 * greatest(0, least(1, ({{ value }} - {{ poor }}) / ({{ good }} - {{ poor }})))
{%- endmacro %}
