{%- set window = snapshot_window() %}
{%- set length = (
    modules.datetime.date.fromisoformat(window.to) - modules.datetime.date.fromisoformat(window['from'])
).days + 1 %}

with days as (

    {{ number_series(length) }}

),

final as (

    select
        cast(spans.n + 1 as integer) as state_days,
        cast(days.n as integer) as day_number
    from days as spans
    inner join days on days.n <= spans.n

)

select * from final
