with record_addresses as (

    select * from {{ ref('int_record_addresses') }}

),

identities as (

    select * from {{ ref('int_identities_stated') }}

),

separations as (

    select * from {{ ref('int_identity_separations') }}

),

final as (

    select
        identities.person_id,
        {{ person_id('email', 'record_addresses.email') }} as other_person_id,
        'same_record' as rule,
        record_addresses.identity_type || ':' || record_addresses.identity_value as evidence
    from record_addresses
    inner join identities
        on record_addresses.identity_type = identities.identity_type
        and record_addresses.identity_value = identities.identity_value
    left join separations
        on record_addresses.identity_type = separations.identity_type
        and record_addresses.identity_value = separations.identity_value
        and record_addresses.email = separations.email
    where separations.email is null

)

select * from final
