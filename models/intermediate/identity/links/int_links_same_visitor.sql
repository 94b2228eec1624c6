with visitor_emails as (

    select * from {{ ref('int_visitor_emails') }}
    where linked_from <= {{ as_of_date() }}

),

separations as (

    select * from {{ ref('int_identity_separations') }}
    where identity_type = 'posthog_distinct_id'

),

people as (

    select * from {{ ref('int_people_stated') }}

),

visitor_people as (

    select distinct
        visitor_emails.distinct_id,
        {{ person_id('email', 'visitor_emails.email') }} as person_id
    from visitor_emails
    left join separations
        on visitor_emails.distinct_id = separations.identity_value
        and visitor_emails.email = separations.email
    where separations.email is null

),

-- one browser alone may be two people's: it needs names that agree, or an address that spells the name
final as (

    select
        people.person_id,
        others.person_id as other_person_id,
        case
            when people.last_name_key = others.last_name_key
                and {{ agree('people.first_name_key', 'others.first_name_key') }} then 'same_visitor'
            when {{ spells('people', 'others') }} or {{ spells('others', 'people') }} then 'same_visitor'
            else 'same_visitor_only'
        end as rule,
        'posthog_distinct_id:' || visitor_people.distinct_id as evidence
    from visitor_people
    inner join visitor_people as other_visitor_people
        on visitor_people.distinct_id = other_visitor_people.distinct_id
        and visitor_people.person_id < other_visitor_people.person_id
    inner join people on visitor_people.person_id = people.person_id
    inner join people as others on other_visitor_people.person_id = others.person_id

)

select * from final
