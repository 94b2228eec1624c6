with overrides as (

    select * from {{ ref('int_identity_overrides') }}

),

identities as (

    select
        identity_type,
        identity_value,
        person_id
    from {{ ref('int_identities_stated') }}
    union all
    select
        'person_id',
        person_id,
        person_id
    from {{ ref('int_people_stated') }}

),

final as (

    select distinct
        overrides.override_id,
        overrides.action,
        identities.person_id,
        others.person_id as other_person_id
    from overrides
    inner join identities
        on overrides.identity_type = identities.identity_type
        and overrides.identity_value = identities.identity_value
    inner join identities as others
        on overrides.other_identity_type = others.identity_type
        and overrides.other_identity_value = others.identity_value
    where identities.person_id < others.person_id

)

select * from final
