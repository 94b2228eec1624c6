{#
What the registries say of one signal, as a query with one row; none when it is switched off, so that
a cross join with it fires nothing.

    base_strength
    each of `settings` (name to type) under its name; null where it is not set
    <modifier>_points (0 where there are none) and <modifier>_threshold of each of `modifiers`
#}
{% macro signal_terms(signal_name, settings={}, modifiers=[]) %}
select
    max(signals.base_strength) as base_strength
    {%- for setting, type in settings.items() %},
    max(case when signal_settings.setting = '{{ setting }}' then try_cast(signal_settings.value as {{ type }}) end)
        as {{ setting }}
    {%- endfor %}
    {%- for modifier in modifiers %},
    coalesce(max(case when signal_modifiers.modifier = '{{ modifier }}' then signal_modifiers.points end), 0)
        as {{ modifier }}_points,
    max(case when signal_modifiers.modifier = '{{ modifier }}' then signal_modifiers.threshold end)
        as {{ modifier }}_threshold
    {%- endfor %}
from {{ ref('stg_registry__signals') }} as signals
left join {{ ref('stg_registry__signal_settings') }} as signal_settings
    on signals.signal_name = signal_settings.signal_name
left join {{ ref('stg_registry__signal_modifiers') }} as signal_modifiers
    on signals.signal_name = signal_modifiers.signal_name
where signals.signal_name = '{{ signal_name }}'
    and signals.enabled
group by signals.signal_name
{% endmacro %}


{# True where a text is an entry of a list setting (separated by `;`), in any case; null where either is null. #}
{% macro is_listed(expr, list) -%}
position(';' || lower({{ expr }}) || ';' in ';' || lower({{ list }}) || ';') > 0
{%- endmacro %}
