with links as (

    select * from {{ ref('int_identity_links_judged') }}
    where rule <> 'decided' and coalesce(objection, '') <> 'decided'

),

groups as (

    select * from {{ ref('int_identity_groups') }}

),

group_objections as (

    select * from {{ ref('int_identity_group_objections') }}
    where objection <> 'decided'

),

separations as (

    select * from {{ ref('int_identity_separations') }}
    where reason <> 'decided'

),

alias_candidates as (

    select * from {{ ref('int_account_alias_candidates') }}

),

people as (

    select * from {{ ref('int_people_stated') }}

),

merges as (

    select * from {{ ref('int_person_merges') }}

),

rules as (

    select * from {{ ref('stg_registry__identity_rules') }}

),

-- what is against a link itself, else against the people it would bring together with others
held_links as (

    select
        links.*,
        coalesce(links.objection, group_objections.objection) as held_by
    from links
    left join groups on links.person_id = groups.person_id and links.objection is null
    left join group_objections on groups.group_id = group_objections.group_id

),

-- of several links between two the surest; none where others have merged them
held_pairs as (

    select
        people.identity,
        others.identity as other_identity,
        held_links.person_id,
        held_links.other_person_id,
        held_links.rule,
        held_links.confidence,
        held_links.evidence,
        held_links.held_by as reason
    from held_links
    inner join people on held_links.person_id = people.person_id
    inner join people as others on held_links.other_person_id = others.person_id
    left join merges on held_links.person_id = merges.person_id
    left join merges as other_merges on held_links.other_person_id = other_merges.person_id
    where held_links.held_by is not null
        and coalesce(merges.merged_person_id, held_links.person_id)
        <> coalesce(other_merges.merged_person_id, held_links.other_person_id)
    qualify row_number() over (
        partition by held_links.person_id, held_links.other_person_id
        order by held_links.confidence desc, held_links.rule
    ) = 1

),

held as (

    select * from held_pairs
    union all
    select
        identity_type || ':' || identity_value,
        'email:' || email,
        md5(identity_type || ':' || identity_value),
        {{ person_id('email', 'email') }},
        null,
        null,
        null,
        reason
    from separations
    union all
    select
        'domain:' || domain,
        'domain:' || other_domain,
        null,
        null,
        null,
        null,
        evidence,
        'alias_not_registered'
    from alias_candidates

),

final as (

    select
        md5({{ concat_text(['held.identity', 'held.other_identity']) }}) as quarantine_id,
        held.person_id,
        held.other_person_id,

        held.identity,
        held.other_identity,
        held.rule,
        held.reason,
        case held.reason
            when 'below_floor' then 'Too little speaks for it'
            when 'different_names' then 'The names differ'
            when 'two_work_addresses' then 'Each has an own address at the same company'
            when 'shared_address' then 'Several people use the address'
            when 'shared_visitor' then 'Several people use the browser'
            when 'too_long' then 'Too many hang together'
            when 'alias_not_registered' then 'The two domains look like one account: account_aliases can say so'
        end || coalesce(': ' || lower(left(rules.label, 1)) || substr(rules.label, 2), '') as explanation,
        held.evidence,

        held.confidence
    from held
    left join rules on held.rule = rules.rule

)

select * from final
