{#
  The versions of a source's records that were known by the end of the as-of day. One that does not
  say when it became known counts from its own time.

  landed    the raw table, or a CTE of the same columns
  columns   what the model reads out of the payload more than once: name to SQL
#}
{% macro known_records(landed, columns={}) -%}
select
        record_id,
        version_at,
        coalesce(known_at, version_at) as known_at,
        payload,
        {%- for name, value in columns.items() %}
        {{ value }} as {{ name }},
        {%- endfor %}
        loaded_at
    from {{ landed }}
    where {{ is_known_by_as_of('coalesce(known_at, version_at)') }}
{%- endmacro %}

{% macro latest_records(landed, columns={}) -%}
    {#- The latest of these versions of each record. -#}
    {{ known_records(landed, columns) }}
    qualify row_number() over (partition by record_id order by version_at desc) = 1
{%- endmacro %}

{% macro known_events(landed) -%}
    {#-
      The events that had happened and were known by the end of the as-of day, with `event_known_at`: one that does not
      say when it became known was known at once, and one with a time in the future waits for its day.
    -#}
    select
        *,
        coalesce(known_at, occurred_at) as event_known_at
    from {{ landed }}
    where {{ is_known_by_as_of('coalesce(known_at, occurred_at)') }}
        and {{ is_known_by_as_of('occurred_at') }}
{%- endmacro %}
