{%- set window = snapshot_window() %}
{%- set key_events = key_events_in_force() %}

with event_days as (

    select * from {{ ref('int_scored_event_days') }}
    where counted_on <= {{ sql_date(window.to) }}
        and event_date > {{ sql_date(day_plus(window['from'], -7)) }}
        and key_event is not null

),

config as (

    select * from {{ ref('int_score_configs') }}
    where {{ picked_score_config() }}

),

key_event_days as (

    select
        account_key,
        event_date,
        counted_on,
        key_event,
        sum(event_count) as event_count,
        sum(points) as points
    from event_days
    group by 1, 2, 3, 4

),

recent as (

    select
        key_event_days.account_key,
        {{ add_days('key_event_days.event_date', 'ages.number') }} as snapshot_date,
        {%- for key_event in key_events %}
        sum(case when key_event_days.key_event = '{{ key_event.key }}' then key_event_days.event_count else 0 end)
            as count_{{ loop.index }},
        -- compared, never shown
        sum(
            case
                when key_event_days.key_event = '{{ key_event.key }}'
                    then key_event_days.points * exp(-config.lambda_decay * ages.number)
            end
        ) as points_{{ loop.index }}{{ "," if not loop.last }}
        {%- endfor %}
    from key_event_days
    cross join config
    inner join {{ number_list(7) }} as ages
        on ages.number >= {{ days_between('key_event_days.event_date', 'key_event_days.counted_on') }}
    where {{ add_days('key_event_days.event_date', 'ages.number') }}
        between {{ sql_date(window['from']) }} and {{ sql_date(window.to) }}
    group by 1, 2

),

{%- set counted = [] %}
{%- set reasons = [] %}
{%- for key_event in key_events %}
{%- set number = loop.index %}
{%- set larger = [] %}
{%- for other in key_events %}
{%- do larger.append(
    "case when points_" ~ loop.index ~ (" >= " if loop.index < number else " > ") ~ "points_" ~ number ~ " then 1 else 0 end"
) %}
{%- endfor %}
{%- do counted.append("case when count_" ~ number ~ " > 0 then '\"" ~ key_event.key ~ "\":' || cast(count_" ~ number ~ " as varchar) end") %}
{%- do reasons.append(
    "case when count_" ~ number ~ " > 0 and " ~ larger | join(" + ") ~ " < 3 then '\"' || cast(count_" ~ number
    ~ " as varchar) || '× " ~ key_event.label ~ "\"' end"
) %}
{%- endfor %}

final as (

    select
        account_key,
        snapshot_date,
        '{' || {{ join_present(counted) }} || '}' as key_events_7d,
        '[' || {{ join_present(reasons) }} || ']' as why_hot
    from recent

)

select * from final
