with links as (

    select * from {{ ref('int_identity_links_judged') }}
    where objection is null

),

people as (

    select * from {{ ref('int_people_stated') }}

),

{{ connected_components('links', 'people') }},

final as (

    select
        person_id,
        substr(label, 3) as group_id
    from connected_components

)

select * from final
