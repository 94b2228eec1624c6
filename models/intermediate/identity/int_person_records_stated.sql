with records as (

    select * from {{ ref('int_person_records') }}

),

separations as (

    select * from {{ ref('int_identity_separations') }}

),

visitor_owners as (

    select * from {{ ref('int_visitor_owners') }}

),

-- the record's own address unless it is kept apart from it, else that of its visitor
owned as (

    select
        records.*,
        coalesce(case when separations.email is null then records.email end, visitor_owners.email) as owner_email
    from records
    left join separations
        on records.identity_type = separations.identity_type
        and records.identity_value = separations.identity_value
        and records.email = separations.email
    left join visitor_owners on records.distinct_id = visitor_owners.distinct_id

),

-- a person is named by e-mail, else by the record's id, else by the visitor's
final as (

    select
        *,
        coalesce(
            {{ person_id('email', 'owner_email') }},
            md5(identity_type || ':' || identity_value),
            {{ person_id('posthog_distinct_id', 'distinct_id') }}
        ) as person_id
    from owned

)

select * from final
