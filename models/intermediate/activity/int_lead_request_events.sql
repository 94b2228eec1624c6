with lead_requests as (

    select * from {{ ref('int_lead_requests_first_known') }}

),

final as (

    select
        'lead_request' as source_name,
        lead_request_id as event_id,
        distinct_id,
        {{ clean_email('email') }} as email,
        website as domain_reference,
        'form_submitted' as event_name,
        cast(null as varchar) as path,
        cast(null as varchar) as content_type,
        cast(null as varchar) as lane,
        cast(null as varchar) as cta_id,
        occurred_at,
        known_at,
        known_on,
        loaded_at
    from lead_requests
    where {{ is_known_by_as_of('occurred_at') }}

)

select * from final
