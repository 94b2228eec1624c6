-- a request whose time, address or text was corrected on a later day stays what it was: it has been counted
with lead_requests as (

    select
        *,
        cast(greatest(occurred_at, known_at) as date) as known_on
    from {{ ref('int_lead_requests_collected') }}

),

final as (

    select *
    from lead_requests
    qualify row_number() over (
        partition by lead_request_id
        order by known_on, version_at desc
    ) = 1

)

select * from final
