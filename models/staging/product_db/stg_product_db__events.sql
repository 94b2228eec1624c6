with source as (

    select
        *,
        coalesce(known_at, occurred_at) as event_known_at
    from {{ source('product_db', 'events') }}

),

final as (

    select
        event_id,
        user_id,
        event_name,
        team_id,
        properties,
        occurred_at,
        event_known_at as known_at,
        loaded_at
    from source
    where {{ is_known_by_as_of('event_known_at') }}
        and {{ is_known_by_as_of('occurred_at') }}

)

select * from final
