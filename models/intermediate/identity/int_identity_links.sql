with rules as (

    select * from {{ ref('stg_registry__identity_rules') }}
    where enabled

),

decisions as (

    select * from {{ ref('int_identity_decisions') }}
    where action = 'merge'

),

found as (

    {%- for model in [
        'int_links_same_record', 'int_links_same_linkedin_url', 'int_links_same_mailbox', 'int_links_same_visitor',
        'int_links_same_phone', 'int_links_same_name',
    ] %}
    select * from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

links as (

    select
        least(found.person_id, found.other_person_id) as person_id,
        greatest(found.person_id, found.other_person_id) as other_person_id,
        found.rule,
        rules.confidence,
        rules.allows_two_addresses,
        found.evidence
    from found
    inner join rules on found.rule = rules.rule
    where found.person_id <> found.other_person_id
    union all
    select
        person_id,
        other_person_id,
        'decided',
        1,
        true,
        'override_id:' || override_id
    from decisions

),

final as (

    select
        person_id,
        other_person_id,
        rule,
        confidence,
        allows_two_addresses,
        min(evidence) as evidence
    from links
    group by 1, 2, 3, 4, 5

)

select * from final
