{# The pieces of the scoring models' windows over days. #}

{% macro sql_date(day) -%}
    cast('{{ day }}' as date)
{%- endmacro %}

{% macro picked_score_config() -%}
    {#- Condition on int_score_configs: the active config, or the one a replay names. -#}
    {%- if var('replay_config') -%}
        score_config_id = '{{ var("replay_config") }}'
    {%- else -%}
        is_active
    {%- endif -%}
{%- endmacro %}

{% macro is_in_lane(lane, lanes) -%}
    {#- True for rows of a lane; `other` also takes what names no lane of the registry. -#}
    {%- if lane == 'other' -%}
        {%- if lanes | length > 1 -%}
        lane not in (
            {%- for name in lanes if name != 'other' %}'{{ name }}'{{ ", " if not loop.last }}{% endfor -%}
        )
        {%- else -%}
        true
        {%- endif -%}
    {%- else -%}
        lane = '{{ lane }}'
    {%- endif -%}
{%- endmacro %}
