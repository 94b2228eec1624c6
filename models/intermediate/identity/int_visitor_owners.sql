with visitor_emails as (

    select * from {{ ref('int_visitor_emails') }}
    where {{ is_link_in_force() }}

),

visitor_days as (

    select * from {{ ref('int_visitor_days') }}
    where known_on <= {{ as_of_date() }}

),

addresses as (

    select email from {{ ref('int_person_records') }}
    union
    select email from visitor_emails
    union
    select email from visitor_days

),

separations as (

    select * from {{ ref('int_identity_separations') }}
    where identity_type = 'posthog_distinct_id'

),

visitors as (

    select distinct distinct_id from visitor_days
    where distinct_id not in (select distinct_id from visitor_emails)

),

-- some sites identify a visitor by the address itself, or by its hash
owners as (

    select
        distinct_id,
        email,
        linked_from
    from visitor_emails
    union all
    select
        visitors.distinct_id,
        addresses.email,
        cast(null as date)
    from visitors
    inner join addresses
        on lower(visitors.distinct_id) = addresses.email
    union all
    select
        visitors.distinct_id,
        addresses.email,
        cast(null as date)
    from visitors
    inner join addresses on lower(visitors.distinct_id) = {{ sha256_hex('addresses.email') }}

),

final as (

    select
        owners.distinct_id,
        owners.email,
        owners.linked_from
    from owners
    left join separations
        on owners.distinct_id = separations.identity_value
        and owners.email = separations.email
    where separations.email is null

)

select * from final
