with days as (

    select * from {{ ref('int_run_days') }}

),

final as (

    select
        spans.day_number + 1 as state_days,
        days.day_number
    from days as spans
    inner join days on days.day_number <= spans.day_number

)

select * from final
