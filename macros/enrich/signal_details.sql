{# What a signal's facts add in words, or nothing: ", 12 uses after 4 the week before". #}
{% macro signal_details(facts) -%}
    coalesce(', ' || {{ json_text(facts, 'event_count') }} || ' uses after '
        || {{ json_text(facts, 'previous_event_count') }} || ' the week before', '')
    || coalesce(', silent for ' || {{ json_text(facts, 'silent_days') }} || ' days', '')
    || coalesce(', request for ' || replace({{ json_text(facts, 'request_type') }}, '_', ' '), '')
    || coalesce(', role ' || replace({{ json_text(facts, 'job_role') }}, '_', ' '), '')
{%- endmacro %}
