{%- set lanes = lanes_in_force() %}
{%- set key_events = key_events_in_force() %}

with entries as (

    select * from {{ ref('int_account_entries') }}

),

states as (

    select * from {{ ref('int_account_states') }}
    where event_count_7d > 0

),

final as (

    select
        states.account_number,
        states.state_from,
        {%- for lane in lanes %}
        sum(entries.lane_points_{{ loop.index }}) as lane_points_{{ loop.index }}_7d,
        {%- endfor %}
        {%- for key_event in key_events %}
        sum(entries.key_count_{{ loop.index }}) as key_count_{{ loop.index }}_7d,
        sum(entries.key_points_{{ loop.index }}) as key_points_{{ loop.index }}_7d,
        {%- endfor %}
        sum(entries.event_count) as event_count
    from entries
    inner join ({{ number_series(7) }}) as ages
        on ages.n >= {{ days_between('entries.event_date', 'entries.enters_on') }}
    inner join states
        on entries.account_number = states.account_number
        and {{ add_days('entries.event_date', 'ages.n') }} = states.state_from
    group by 1, 2

)

select * from final
