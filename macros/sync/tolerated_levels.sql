{#
What the destination may still say: lists (separated by `;`) of the levels that it may hold without a
write. The level itself is among them, and the next higher ones as long as the figure, with the
hysteresis granted, would reach them. A lower level never is: a rise is written at once.

`config` and `settings` are relations of one row: the score config, and stage_hysteresis (points),
surge_hysteresis (so many times the ratio), surge_stages (where surge matters; elsewhere any level may stay).
#}
{% macro tolerated_stages(score, config, settings) -%}
{{ joined_levels({
    'Cold': score ~ ' <= ' ~ config ~ '.cold_max',
    'Warm': score ~ ' <= ' ~ config ~ '.warm_max and ' ~ score ~ ' + ' ~ settings ~ '.stage_hysteresis > ' ~ config ~ '.cold_max',
    'Hot': score ~ ' + ' ~ settings ~ '.stage_hysteresis > ' ~ config ~ '.warm_max',
}) }}
{%- endmacro %}

{% macro tolerated_surges(ratio, stage, config, settings) -%}
{%- set granted = ratio ~ ' * (1 + ' ~ settings ~ '.surge_hysteresis)' -%}
case
    when {{ is_listed(stage, settings ~ '.surge_stages') }} then {{ joined_levels({
        'Normal': ratio ~ ' < ' ~ config ~ '.surge_surging_min',
        'Surging': ratio ~ ' <= ' ~ config ~ '.surge_exploding_min and ' ~ granted ~ ' >= ' ~ config ~ '.surge_surging_min',
        'Exploding': granted ~ ' > ' ~ config ~ '.surge_exploding_min',
    }) }}
    else 'Normal;Surging;Exploding'
end
{%- endmacro %}

{% macro joined_levels(conditions) -%}
{%- set parts = [] -%}
{%- for level, condition in conditions.items() -%}
    {%- do parts.append("case when " ~ condition ~ " then '" ~ level ~ ";' else '' end") -%}
{%- endfor -%}
{{ regexp_removed(parts | join(' || '), "';$'") }}
{%- endmacro %}
