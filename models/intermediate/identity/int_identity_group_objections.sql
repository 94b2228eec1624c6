with groups as (

    select * from {{ ref('int_identity_groups') }}

),

links as (

    select * from {{ ref('int_identity_links_judged') }}
    where objection is null

),

people as (

    select
        groups.group_id,
        people.*
    from groups
    inner join {{ ref('int_people_stated') }} as people on groups.person_id = people.person_id

),

decisions as (

    select * from {{ ref('int_identity_decisions') }}
    where action = 'separate'

),

pairs as (

    select
        people.group_id,
        case
            when decisions.override_id is not null then 'decided'
            when {{ names_contradict('people', 'others') }} then 'different_names'
            when links.person_id is null and {{ two_work_addresses('people', 'others') }} then 'two_work_addresses'
        end as objection
    from people
    inner join people as others
        on people.group_id = others.group_id
        and people.person_id < others.person_id
    left join decisions
        on people.person_id = decisions.person_id
        and others.person_id = decisions.other_person_id
    left join links
        on people.person_id = links.person_id
        and others.person_id = links.other_person_id

),

-- a chain that the rounds did not come to the end of
unfinished as (

    select
        groups.group_id,
        others.group_id as other_group_id
    from links
    inner join groups on links.person_id = groups.person_id
    inner join groups as others on links.other_person_id = others.person_id
    where groups.group_id <> others.group_id

),

objections as (

    select
        group_id,
        objection
    from pairs
    where objection is not null
    union all
    select
        group_id,
        'too_long'
    from unfinished
    union all
    select
        other_group_id,
        'too_long'
    from unfinished

),

final as (

    select
        group_id,
        min(objection) as objection
    from objections
    group by 1

)

select * from final
