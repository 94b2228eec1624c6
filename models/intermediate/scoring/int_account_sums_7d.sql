{%- set lanes = lanes_in_force() %}
{%- set key_events = key_events_in_force() %}

with entries as (

    select * from {{ ref('int_account_entries') }}

),

states as (

    select * from {{ ref('int_account_states') }}
    where event_count_7d > 0

),

sums as (

    select
        states.account_number,
        states.state_from,
        {%- for lane in lanes %}
        sum(entries.lane_points_{{ loop.index }}) as lane_points_{{ loop.index }},
        {%- endfor %}
        {%- for key_event in key_events %}
        cast(sum(entries.key_count_{{ loop.index }}) as integer) as key_count_{{ loop.index }},
        sum(entries.key_points_{{ loop.index }}) as key_points_{{ loop.index }},
        {%- endfor %}
        nullif(sum(entries.points), 0) as points
    from entries
    inner join ({{ number_series(7) }}) as ages
        on ages.n >= {{ days_between('entries.event_date', 'entries.enters_on') }}
    inner join states
        on entries.account_number = states.account_number
        and {{ add_days('entries.event_date', 'ages.n') }} = states.state_from
    group by 1, 2

),

-- Who leads is decided on rounded shares: equal shares are equal, however the sums were added up.
final as (

    select
        account_number,
        state_from,
        {%- for lane in lanes %}
        lane_points_{{ loop.index }} as lane_points_{{ loop.index }}_7d,
        round(coalesce(lane_points_{{ loop.index }} / points, 0), 9) as lane_share_{{ loop.index }},
        {%- endfor %}
        {%- for key_event in key_events %}
        key_count_{{ loop.index }},
        case
            when key_count_{{ loop.index }} > 0
                then round(coalesce(key_points_{{ loop.index }} / points, 0), 9)
            else -1
        end as key_share_{{ loop.index }}{{ "," if not loop.last }}
        {%- endfor %}
    from sums

)

select * from final
