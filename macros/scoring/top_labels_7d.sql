{#
The labels an account met most in the last seven days, as a query with account_number, state_from and
`name`: JSON text, an array of {"<label>": …, "events": n}, most events first, at most var top_count.

    label      column of int_picked_class_scores that names them
    condition  which event classes count
#}
{% macro top_labels_7d(name, label, condition='true') %}
{%- set window = snapshot_window() -%}
with event_days as (

    select * from {{ ref('int_window_event_days') }}
    where event_date > {{ sql_date(day_plus(window['from'], -7)) }}
        and enters_on < {{ add_days('event_date', 7) }}

),

states as (

    select * from {{ ref('int_account_states') }}
    where event_count_7d > 0

),

-- numbered in reverse alphabetical order: the number breaks ties
labels as (

    select
        {{ label }} as label,
        {{ json_text_literal(label) }} as label_json,
        cast(row_number() over (order by {{ label }} desc) as integer) as label_number
    from {{ ref('int_picked_class_scores') }}
    where {{ condition }}
    group by 1

),

class_labels as (

    select
        class_scores.event_class_id,
        labels.label_number
    from {{ ref('int_picked_class_scores') }} as class_scores
    inner join labels on class_scores.{{ label }} = labels.label
    where {{ condition }}

),

label_days as (

    select
        event_days.account_number,
        event_days.event_date,
        event_days.enters_on,
        class_labels.label_number,
        cast(sum(event_days.event_count) as integer) as event_count
    from event_days
    inner join class_labels on event_days.event_class_id = class_labels.event_class_id
    group by 1, 2, 3, 4

),

-- counted on the days something changes: until the next one the counts stand
label_counts as (

    select
        states.account_number,
        states.state_from,
        label_days.label_number,
        cast(sum(label_days.event_count) as bigint) as event_count
    from label_days
    inner join ({{ number_series(7) }}) as ages
        on ages.n >= {{ days_between('label_days.event_date', 'label_days.enters_on') }}
    inner join states
        on label_days.account_number = states.account_number
        and {{ add_days('label_days.event_date', 'ages.n') }} = states.state_from
    group by 1, 2, 3

),

-- the largest counts first; the label rides along in the last nine digits
tops as (

    select
        account_number,
        state_from,
        {{ largest_values('event_count * 1000000000 + label_number', var('top_count')) }} as largest
    from label_counts
    group by 1, 2

),

final as (

    select
        tops.account_number,
        tops.state_from,
        {%- set fragments = [] %}
        {%- for place in range(var('top_count')) %}
        {%- set entry = array_item('tops.largest', place) %}
        {%- do fragments.append(
            "'{\"" ~ label ~ "\":' || label_" ~ place ~ ".label_json || ',\"events\":' || cast(cast(floor(cast("
            ~ entry ~ " as double) / 1000000000) as bigint) as varchar) || '}'"
        ) %}
        {%- endfor %}
        '[' || {{ join_present(fragments) }} || ']' as {{ name }}
    from tops
    {%- for place in range(var('top_count')) %}
    left join labels as label_{{ place }}
        on {{ array_item('tops.largest', place) }} % 1000000000 = label_{{ place }}.label_number
    {%- endfor %}

)

select * from final
{% endmacro %}
