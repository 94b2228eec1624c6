{# The texts of a snapshot, built from the columns of int_account_states. #}

{% macro lane_scores_text(lanes, window) -%}
    {#- The lanes with points, as the text of a JSON object: lane to points, six decimals. -#}
    {%- set pairs = [] -%}
    {%- for lane in lanes -%}
        {%- set points = 'lane_points_' ~ loop.index ~ window -%}
        {%- do pairs.append(
            "case when " ~ points ~ " >= 0.0000005 then '\"" ~ lane ~ "\":' || cast(cast(" ~ points
            ~ " as decimal(18, 6)) as varchar) end"
        ) -%}
    {%- endfor -%}
    '{' || {{ join_present(pairs) }} || '}'
{%- endmacro %}

{% macro top_lane_text(lanes) -%}
    {#- The lane with the largest share; `other` when there are no points. The earlier lane wins a tie. -#}
    {%- set shares = [] -%}
    {%- for lane in lanes %}{%- do shares.append('lane_share_' ~ loop.index) -%}{%- endfor -%}
    case greatest({{ shares | join(', ') }}, 0)
        when 0 then 'other'
        {%- for lane in lanes %}
        when lane_share_{{ loop.index }} then '{{ lane }}'
        {%- endfor %}
    end
{%- endmacro %}

{% macro key_events_text(key_events) -%}
    {#- The key events that happened, as the text of a JSON object: key to count. -#}
    {%- set pairs = [] -%}
    {%- for key_event in key_events -%}
        {%- set count = 'key_count_' ~ loop.index -%}
        {%- do pairs.append(
            "case when " ~ count ~ " > 0 then '\"" ~ key_event.key ~ "\":' || cast(" ~ count ~ " as varchar) end"
        ) -%}
    {%- endfor -%}
    '{' || {{ join_present(pairs) }} || '}'
{%- endmacro %}

{% macro why_hot_text(key_events) -%}
    {#-
      The three key events that contribute most, in the registry's order, as the text of a JSON array
      such as ["2× Pricing","1× Security"]. Of equal contributions the earlier in the registry counts.
    -#}
    {%- set reasons = [] -%}
    {%- for key_event in key_events -%}
        {%- set number = loop.index -%}
        {%- set larger = [] -%}
        {%- for other in key_events -%}
            {%- if loop.index != number -%}
                {%- do larger.append(
                    "case when key_share_" ~ loop.index ~ (" >= " if loop.index < number else " > ")
                    ~ "key_share_" ~ number ~ " then 1 else 0 end"
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do reasons.append(
            "case when key_count_" ~ number ~ " > 0" ~ (" and " ~ larger | join(" + ") ~ " < 3" if larger else "")
            ~ " then '\"' || cast(key_count_" ~ number ~ " as varchar) || '× " ~ key_event.label ~ "\"' end"
        ) -%}
    {%- endfor -%}
    '[' || {{ join_present(reasons) }} || ']'
{%- endmacro %}
