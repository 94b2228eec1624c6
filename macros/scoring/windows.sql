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

{% macro days_frame(oldest_age, youngest_age) -%}
    {#- Window over one account's days: those whose age, at the row's day, lies between the two. -#}
    partition by account_key order by day_number
    range between {{ oldest_age }} preceding and {{ youngest_age ~ ' preceding' if youngest_age else 'current row' }}
{%- endmacro %}

{% macro lane_scores_text(lanes, prefix) -%}
    {#- The lanes with points, as the text of a JSON object: lane to points, six decimals. -#}
    {%- set pairs = [] -%}
    {%- for lane in lanes -%}
        {%- set points = prefix ~ loop.index -%}
        {%- do pairs.append(
            "case when " ~ points ~ " > 0 then '\"" ~ lane ~ "\":' || cast(cast(" ~ points
            ~ " as decimal(18, 6)) as varchar) end"
        ) -%}
    {%- endfor -%}
    '{' || {{ join_present(pairs) }} || '}'
{%- endmacro %}
