with links as (

    select * from {{ ref('int_identity_links_judged') }}
    where objection is null

),

groups as (

    select * from {{ ref('int_identity_groups') }}

),

objections as (

    select * from {{ ref('int_identity_group_objections') }}

),

-- of a group that contradicts itself, only what a person decided
final as (

    select
        links.person_id,
        links.other_person_id,
        links.rule,
        links.confidence,
        links.evidence
    from links
    inner join groups on links.person_id = groups.person_id
    left join objections on groups.group_id = objections.group_id
    where objections.group_id is null or links.rule = 'decided'

)

select * from final
