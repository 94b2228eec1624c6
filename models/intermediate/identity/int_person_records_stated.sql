with records as (

    select * from {{ ref('int_person_records') }}

),

separations as (

    select * from {{ ref('int_identity_separations') }}

),

visitor_owners as (

    select * from {{ ref('int_visitor_owners') }}

),

-- the record's own address, else that of its visitor, unless it is kept apart from it
owned as (

    select
        records.*,
        coalesce(
            case when separations.email is null then records.email end,
            case when visitor_separations.email is null then visitor_owners.email end
        ) as owner_email
    from records
    left join separations
        on records.identity_type = separations.identity_type
        and records.identity_value = separations.identity_value
        and records.email = separations.email
    left join visitor_owners on records.distinct_id = visitor_owners.distinct_id
    left join separations as visitor_separations
        on records.identity_type = visitor_separations.identity_type
        and records.identity_value = visitor_separations.identity_value
        and visitor_owners.email = visitor_separations.email

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
