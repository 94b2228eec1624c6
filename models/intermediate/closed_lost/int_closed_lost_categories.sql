with points as (

    select * from {{ ref('int_closed_lost_points') }}
    where kind = 'objection'

),

-- each call speaks once for a category, by the most that was said of it there
of_calls as (

    select
        opportunity_id,
        category,
        call_id,
        max(severity) as severity,
        max(said_at) as said_at
    from points
    group by 1, 2, 3

),

of_deals as (

    select
        opportunity_id,
        category,
        sum(severity) as severity,
        count(*) as call_count,
        max(said_at) as last_said_at
    from of_calls
    group by 1, 2

),

final as (

    select
        opportunity_id,
        category,

        severity,
        call_count,

        row_number() over (
            partition by opportunity_id order by severity desc, last_said_at desc, category
        ) = 1 as is_primary
    from of_deals

)

select * from final
