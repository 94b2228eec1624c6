with links as (

    select * from {{ ref('int_identity_links_merged') }}

),

people as (

    select * from {{ ref('int_people_stated') }}

),

{{ connected_components('links', 'people') }},

links_by_person as (

    select
        person_id,
        rule,
        confidence,
        evidence
    from links
    union all
    select
        other_person_id,
        rule,
        confidence,
        evidence
    from links

),

-- the surest of what ties a person to the others
surest_links as (

    select * from links_by_person
    qualify row_number() over (partition by person_id order by confidence desc, rule, evidence) = 1

),

final as (

    select
        connected_components.person_id,
        substr(connected_components.label, 3) as merged_person_id,
        surest_links.rule,
        surest_links.confidence,
        surest_links.evidence
    from connected_components
    inner join surest_links on connected_components.person_id = surest_links.person_id
    where connected_components.person_id <> substr(connected_components.label, 3)

)

select * from final
