{#
The labels an account met most in seven days, as a query with account_key, snapshot_date and `name`,
a JSON array of {"<label>": …, "events": n}, most events first, at most var top_count.

    label      column of int_scored_event_days that names them
    condition  which event days count
#}
{% macro top_labels_7d(name, label, condition='true') %}
{%- set window = snapshot_window() -%}
with event_days as (

    select * from {{ ref('int_scored_event_days') }}
    where counted_on <= {{ sql_date(window.to) }}
        and event_date > {{ sql_date(day_plus(window['from'], -7)) }}
        and {{ condition }}

),

-- numbered in reverse alphabetical order: the number breaks ties
labels as (

    select
        {{ label }},
        {{ json_text_literal(label) }} as label_json,
        row_number() over (order by {{ label }} desc) as label_number
    from event_days
    group by 1

),

label_days as (

    select
        event_days.account_key,
        event_days.event_date,
        event_days.counted_on,
        labels.label_number,
        sum(event_days.event_count) as event_count
    from event_days
    inner join labels on event_days.{{ label }} = labels.{{ label }}
    group by 1, 2, 3, 4

),

recent_counts as (

    select
        label_days.account_key,
        {{ add_days('label_days.event_date', 'ages.number') }} as snapshot_date,
        label_days.label_number,
        sum(label_days.event_count) as event_count
    from label_days
    inner join {{ number_list(7) }} as ages
        on ages.number >= {{ days_between('label_days.event_date', 'label_days.counted_on') }}
    where {{ add_days('label_days.event_date', 'ages.number') }}
        between {{ sql_date(window['from']) }} and {{ sql_date(window.to) }}
    group by 1, 2, 3

),

final as (

    select
        recent_counts.account_key,
        recent_counts.snapshot_date,
        {{ json_array_of_top(
            "'{\"" ~ label ~ "\":' || labels.label_json || ',\"events\":' || cast(recent_counts.event_count as varchar) || '}'",
            'recent_counts.event_count * 1000000 + labels.label_number',
            var('top_count'),
        ) }} as {{ name }}
    from recent_counts
    inner join labels on recent_counts.label_number = labels.label_number
    group by 1, 2

)

select * from final
{% endmacro %}
