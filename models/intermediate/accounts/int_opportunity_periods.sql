with opportunities as (

    select * from {{ ref('int_opportunities_collected') }}

),

{{ version_periods('opportunities', key='opportunity_id') }},

final as (

    select
        opportunity_id,
        account_id,
        opportunity_amount,
        loss_reason,
        coalesce(is_closed, false) as is_closed,
        coalesce(is_won, false) as is_won,
        coalesce(close_date, cast(version_at as date)) as closed_on,
        known_from,
        known_until,
        loaded_at
    from version_periods
    -- a deal that somebody deleted is none from then on
    where not is_deleted

)

select * from final
