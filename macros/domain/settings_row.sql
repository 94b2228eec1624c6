{#
A registry of settings as a query with one row: a column per setting, null where it is not set.
`settings` maps names to the types that texts are read as, or lists names whose values have theirs.
#}
{% macro settings_row(registry, settings, value='value', where='true') -%}
select
    {%- for setting in settings %}
    {%- set read = 'try_cast(' ~ value ~ ' as ' ~ settings[setting] ~ ')' if settings is mapping else value %}
    max(case when setting = '{{ setting }}' then {{ read }} end) as {{ setting }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ registry }}
where {{ where }}
{%- endmacro %}
