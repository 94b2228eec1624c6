{#
A sync model: the records of one object that a destination has to be told about, and nothing else.
What we want is compared with what the destination says: as landed, with our own writes since laid
over it, so that nothing is planned twice. One row per record:

    destination, object, record_key, action (create | update | enrol | skip | refuse), external_id,
    key_field, key_value, before, after, links, reason, source_rows, payload_hash

    desired   relation of what we want, one row per record_key: key_field, key_value, links and source_rows
              (JSON as text), make_reason (why it is made where it is not there; null: it is not),
              make_obstacle (why it cannot be), and the columns that mappings name
    landed    relation of what the destination holds, one row per record there and key that finds it, also of
              deleted ones: record_key, external_id, key_value, is_deleted, landed_at, landed_<field> of each
              mapping; none where nothing of the kind is to be found again
    made_by   what making a record is called: create or enrol
    obstructed_by  what an obstacle is called: refuse, or skip where it passes by itself
    values_in_reason  whether reasons tell values; not where these are about persons

Which fields are compared, how, and which of them cause a write, is said by the registry
field_mappings. A record that stands for two there is refused, never the first one picked. What was
refused or skipped is told once, until its reason changes.
#}
{% macro sync_rows(destination, object, desired, landed=none, made_by='create', obstructed_by='refuse', values_in_reason=false) %}
{%- set mappings = field_mappings(destination, object) %}
{%- set causing = mappings | rejectattr('write_on', 'equalto', 'with_others') | list %}
{%- if execute %}{%- do checked_field_mappings(mappings, desired) %}{%- endif %}

with desired as (

    select * from {{ desired }}

),

results as (

    select * from {{ source('ops', 'sync_results') }}
    where destination = '{{ destination }}' and object = '{{ object }}'

),

written as (

    select * from results
    where outcome in ('written', 'unchanged') and external_id is not null

),

{% if landed is not none -%}
landed as (

    select * from {{ landed }}

),

{% endif -%}
counts as (

    {{ external_ids(destination, object, landed, made_by) }}

),

-- what we have written since it was landed: of each field the latest, '' where it was cleared
overlays as (

    select
        written.external_id{{ ',' if mappings }}
        {%- for mapping in mappings %}
        max_by(
            coalesce({{ json_text('written.after', mapping.field) }}, ''),
            case when {{ json_has('written.after', mapping.field) }} then written.attempted_at end
        ) as written_{{ mapping.field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from written
    {%- if landed is not none %}
    left join landed on written.external_id = landed.external_id
    where coalesce(written.attempted_at > landed.landed_at, true)
    {%- endif %}
    group by written.external_id

),

-- ours and theirs, each value in the one text that stands for it
compared as (

    select
        desired.record_key,
        desired.key_field,
        {{ 'coalesce(landed.key_value, desired.key_value)' if landed is not none else 'desired.key_value' }} as key_value,
        desired.links,
        desired.source_rows,
        desired.make_reason,
        desired.make_obstacle,
        counts.external_id,
        coalesce(counts.record_count, 0) as record_count,
        counts.first_external_id,
        counts.last_external_id,
        {%- for mapping in mappings %}
        {{ our_text(mapping, 'desired') }} as our_{{ mapping.field }},
        nullif(coalesce(overlays.written_{{ mapping.field }}{{ ', landed.landed_' ~ mapping.field if landed is not none }}, ''), '') as their_{{ mapping.field }},
        {%- if mapping.tolerated %}
        desired.{{ mapping.tolerated }} as tolerated_{{ mapping.field }},
        {%- endif %}
        {%- endfor %}
        coalesce(counts.deleted_count, 0) as deleted_count
    from desired
    left join counts on desired.record_key = counts.record_key
    {%- if landed is not none %}
    left join landed on counts.external_id = landed.external_id and counts.record_key = landed.record_key
    {%- endif %}
    left join overlays on counts.external_id = overlays.external_id

),

-- which fields would be written with the record
differing as (

    select
        *,
        {%- for mapping in mappings %}
        {{ field_differs(mapping) }} as differs_{{ mapping.field }},
        {%- endfor %}
        record_count = 0 as is_new
    from compared

),

-- and which are a reason to write it
moved as (

    select
        *,
        {%- for mapping in causing %}
        {{ field_moved(mapping) }} as moved_{{ mapping.field }},
        {%- endfor %}
        {% for mapping in causing %}{{ field_moved(mapping) }}
        or {% endfor %}false as is_moved
    from differing

),

judged as (

    select
        *,
        case
            when record_count > 1
                then 'refuse'
            when record_count = 1
                then case when is_moved then 'update' end
            when make_reason is null
                then null
            when deleted_count > 0
                then 'refuse'
            when make_obstacle is not null
                then '{{ obstructed_by }}'
            else '{{ made_by }}'
        end as action
    from moved

),

worded as (

    select
        *,
        action in ('update', 'create', 'enrol') as is_sent,
        case
            when record_count > 1
                then cast(record_count as varchar) || ' records stand for this one ('
                    || first_external_id || case when record_count > 2 then ' … ' else ', ' end || last_external_id
                    || '): merge them in {{ destination }}'
            when record_count = 1
                then {{ changes_text(causing, values_in_reason) }}
            when deleted_count > 0
                then 'it was deleted in {{ destination }}: restore it there, or it stays out'
            else coalesce(make_obstacle, make_reason)
        end as reason
    from judged
    where action is not null

),

told as (

    select distinct
        record_key,
        action,
        reason
    from results
    where action in ('refuse', 'skip')

),

{% if landed is not none -%}
-- what an apply left as it was (a person had changed it, she was in a sequence already) rests until a later pull
resting as (

    select distinct record_key from results
    where action in ('update', 'create', 'enrol')
        and outcome = 'skipped'
        and coalesce(attempted_at > (select max(landed_at) from landed), true)

),

{% endif -%}

written_out as (

    select
        worded.record_key,
        worded.action,
        worded.external_id,
        worded.key_field,
        worded.key_value,
        '{' || {{ sync_object(mappings, 'their_', only_updates=true) }} || '}' as before_text,
        '{' || {{ sync_object(mappings, 'our_') }} || '}' as after_text,
        case when worded.is_new and worded.is_sent then worded.links else '{}' end as links_text,
        worded.reason,
        worded.source_rows
    from worded
    left join told
        on worded.record_key = told.record_key
        and worded.action = told.action
        and worded.reason = told.reason
    {%- if landed is not none %}
    left join resting on worded.record_key = resting.record_key
    {%- endif %}
    where told.record_key is null
        {%- if landed is not none %}
        and resting.record_key is null
        {%- endif %}

),

final as (

    select
        '{{ destination }}' as destination,
        '{{ object }}' as object,
        record_key,

        action,
        external_id,
        key_field,
        key_value,

        {{ as_json('before_text') }} as before,
        {{ as_json('after_text') }} as after,
        {{ as_json('links_text') }} as links,
        reason,
        {{ as_json('source_rows') }} as source_rows,
        md5({{ concat_text(['key_value', 'after_text', 'links_text']) }}) as payload_hash
    from written_out

)

select * from final
{% endmacro %}


{% macro field_differs(mapping) -%}
    {#- True where the field would be changed, were the record written: not worth a write by itself. -#}
    {%- set ours, theirs = 'our_' ~ mapping.field, 'their_' ~ mapping.field -%}
    (
        {{ ours }} is distinct from {{ theirs }}
        {%- if mapping.null_meaning == 'leave' %}
        and {{ ours }} is not null
        {%- endif %}
        {%- if mapping.overwrite == 'when_empty' %}
        and {{ theirs }} is null
        {%- endif %}
    )
{%- endmacro %}

{% macro field_moved(mapping) -%}
    {#- True where the difference is a reason to write the record: a stage, a move large enough. -#}
    {%- set ours, theirs = 'our_' ~ mapping.field, 'their_' ~ mapping.field -%}
    (
        differs_{{ mapping.field }}
        {%- if mapping.write_on == 'move' %}
        and coalesce(abs(cast({{ ours }} as decimal(24, 6)) - cast({{ theirs }} as decimal(24, 6))) >= {{ mapping.tolerance }}, true)
        {%- endif %}
        {%- if mapping.tolerated %}
        and not coalesce({{ is_listed(theirs, 'tolerated_' ~ mapping.field) }}, false)
        {%- endif %}
    )
{%- endmacro %}

{% macro changes_text(causing, values_in_reason) -%}
    {#- What causes an update, as a text: Intent_Stage__c Warm → Hot; X6Sense_Profile_Fit__c empty → Strong -#}
    {%- set parts = ["''"] -%}
    {%- for mapping in causing -%}
        {%- set words = "'" ~ mapping.field ~ "'" -%}
        {%- if values_in_reason -%}
            {%- set words = words ~ " || ' ' || coalesce(their_" ~ mapping.field ~ ", 'empty') || ' → ' || coalesce(our_"
                ~ mapping.field ~ ", 'empty')" -%}
        {%- endif -%}
        {%- do parts.append("case when moved_" ~ mapping.field ~ " then " ~ words ~ " || '; ' else '' end") -%}
    {%- endfor -%}
    {{ regexp_removed(parts | join(' || '), "'; $'") }}
{%- endmacro %}

{% macro sync_object(mappings, prefix, only_updates=false) -%}
    {#- The fields to be written, as the inside of a JSON object: their values, or ours (of a new record those there are). -#}
    {%- if not mappings -%}''{%- else -%}
    {%- set parts = [] -%}
    {%- for mapping in mappings -%}
        {%- set value = prefix ~ mapping.field -%}
        {%- set condition = 'is_sent and differs_' ~ mapping.field -%}
        {%- if only_updates -%}
            {%- set condition = condition ~ ' and not is_new' -%}
        {%- else -%}
            {%- set condition = condition ~ ' and (not is_new or ' ~ value ~ ' is not null)' -%}
        {%- endif -%}
        {%- do parts.append("case when " ~ condition ~ " then '\"" ~ mapping.field ~ "\":' || " ~ value_literal(value, mapping) ~ " end") -%}
    {%- endfor -%}
    {{ join_present(parts) }}
    {%- endif -%}
{%- endmacro %}
