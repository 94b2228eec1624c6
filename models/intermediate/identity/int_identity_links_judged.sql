with links as (

    select * from {{ ref('int_identity_links') }}

),

people as (

    select * from {{ ref('int_people_stated') }}

),

decisions as (

    select distinct
        person_id,
        other_person_id
    from {{ ref('int_identity_decisions') }}
    where action = 'separate'

),

final as (

    select
        links.*,
        -- why the two are not merged by this rule; null where nothing speaks against it
        case
            when links.rule = 'decided' then null
            when decisions.person_id is not null then 'decided'
            when {{ names_contradict('people', 'others') }} then 'different_names'
            when people.is_shared_address or others.is_shared_address then 'shared_address'
            when not links.allows_two_addresses and {{ two_work_addresses('people', 'others') }} then 'two_work_addresses'
            when links.confidence < {{ var('identity_confidence_floor') }} then 'below_floor'
        end as objection
    from links
    inner join people on links.person_id = people.person_id
    inner join people as others on links.other_person_id = others.person_id
    left join decisions
        on links.person_id = decisions.person_id
        and links.other_person_id = decisions.other_person_id

)

select * from final
