{#
  A replay builds the scored models under another config, into tables of its own in schema replay:
  <model>__new under the config on trial, <model>__old under the one it is compared with.
#}

{% macro is_replayed(node) -%}
    {{- return(
        node.resource_type == 'model'
        and var('replay_side') != ''
        and 'scored' in node.config.tags
        and 'daily_aggregate' not in node.config.tags
    ) -}}
{%- endmacro %}

{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- set alias = default__generate_alias_name(custom_alias_name, node) | trim -%}
    {{- alias ~ '__' ~ var('replay_side') if is_replayed(node) else alias -}}
{%- endmacro %}

{% macro replay_old(model) -%}
    {#- The table that the other side of the replay made of a model. -#}
    {{- api.Relation.create(database=target.database, schema='replay', identifier=model ~ '__old') -}}
{%- endmacro %}

{% macro replay_score(points, normalize_k) -%}
    {#- The intent score before it is rounded. -#}
    (100 * (1 - exp(-({{ points }}) / {{ normalize_k }})))
{%- endmacro %}

{% macro decay_sum(lambda_decay, youngest_age, oldest_age) -%}
    {#- The decays of a span of ages, both ends included, added up: a geometric series. -#}
    case
        when {{ lambda_decay }} = 0 then {{ oldest_age }} - {{ youngest_age }} + 1
        else (exp(-{{ lambda_decay }} * {{ youngest_age }}) - exp(-{{ lambda_decay }} * ({{ oldest_age }} + 1)))
            / nullif(1 - exp(-{{ lambda_decay }}), 0)
    end
{%- endmacro %}

{% macro stage_number(stage) -%}
    case {{ stage }} when 'Hot' then 2 when 'Warm' then 1 else 0 end
{%- endmacro %}
