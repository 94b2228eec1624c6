-- No two identities that a person decided to keep apart are one person. A row that cannot hold, such as
-- one of two records with the same address, has to be told otherwise: keep the record from its address.
with overrides as (

    select * from {{ ref('int_identity_overrides') }}
    where action = 'separate'

),

people as (

    select
        'person_id' as identity_type,
        people_stated.person_id as identity_value,
        coalesce(merges.merged_person_id, people_stated.person_id) as person_id
    from {{ ref('int_people_stated') }} as people_stated
    left join {{ ref('int_person_merges') }} as merges on people_stated.person_id = merges.person_id

),

identities as (

    select
        identity_type,
        identity_value,
        person_id
    from {{ ref('int_person_identities') }}
    union all
    select
        identity_type,
        identity_value,
        person_id
    from people

)

select
    overrides.override_id,
    identities.person_id
from overrides
inner join identities
    on overrides.identity_type = identities.identity_type
    and overrides.identity_value = identities.identity_value
inner join identities as others
    on overrides.other_identity_type = others.identity_type
    and overrides.other_identity_value = others.identity_value
where identities.person_id = others.person_id
