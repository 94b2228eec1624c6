{#
The rows of a signal model, in the one shape all of them have, as a query over the CTEs `firings` and
`signal` (the signal's terms). Firings have

    account_key, person_id, occurred_at, detected_at, source_name, source_record_id, loaded_at
    facts       JSON: the rows and figures the signal rests on
    each of `modifiers`: how many times it applies; 0 or null where it does not

The strength is the base and the modifiers' points, clamped to 0–100; the evidence keeps the facts and
the parts that were added up.
#}
{% macro signal_rows(signal_name, modifiers=[]) %}
{%- set parts = ["'{\"part\":\"base\",\"points\":' || cast(base_strength as varchar) || '}'"] %}
{%- for modifier in modifiers %}
    {%- do parts.append(
        "case when " ~ modifier ~ "_part <> 0 then '{\"part\":\"" ~ modifier ~ "\",\"points\":' || cast("
        ~ modifier ~ "_part as varchar) || '}' end"
    ) %}
{%- endfor %}
select
    md5({{ concat_text([
        "'" ~ signal_name ~ "'", 'account_key', 'person_id', 'detected_at', 'source_record_id',
    ]) }}) as signal_id,
    '{{ signal_name }}' as signal_name,
    account_key,
    person_id,

    occurred_at,
    detected_at,

    cast(
        least(100, greatest(0, base_strength{% for modifier in modifiers %} + {{ modifier }}_part{% endfor %}))
        as integer
    ) as strength,
    {{ as_json(
        "'{\"facts\":' || " ~ json_to_text('facts') ~ " || ',\"strength_parts\":[' || " ~ join_present(parts) ~ " || ']}'"
    ) }} as evidence,

    source_name,
    source_record_id,
    loaded_at
from (
    select
        firings.*,
        signal.base_strength
        {%- for modifier in modifiers %},
        cast(
            least(1000000, greatest(-1000000, coalesce(firings.{{ modifier }}, 0) * signal.{{ modifier }}_points))
            as integer
        ) as {{ modifier }}_part
        {%- endfor %}
    from firings
    cross join signal
) as parted
{% endmacro %}


{# 1 where a condition holds, else 0: how often a modifier applies that applies or does not. #}
{% macro once_if(condition) -%}
case when {{ condition }} then 1 else 0 end
{%- endmacro %}


{# Whom a signal is about, one text per signal: its account and person, else the record it came from. #}
{% macro signal_subject(relation) -%}
{{ concat_text([
    relation ~ '.signal_name',
    relation ~ '.account_key',
    relation ~ '.person_id',
    'case when coalesce(' ~ relation ~ '.account_key, ' ~ relation ~ '.person_id) is null then '
    ~ relation ~ '.source_record_id end',
]) }}
{%- endmacro %}
