{%- set window = snapshot_window() %}

with days as (

    select number from {{ number_list(
        (modules.datetime.date.fromisoformat(window.to)
        - modules.datetime.date.fromisoformat(window['from'])).days + 1
    ) }} as days

),

final as (

    select
        spans.number + 1 as state_days,
        days.number as day_number
    from days as spans
    inner join days on days.number <= spans.number

)

select * from final
