{{ config(materialized='table') }}

with identities as (

    select * from {{ ref('int_identities_stated') }}

),

merges as (

    select * from {{ ref('int_person_merges') }}

),

final as (

    select
        identities.identity_type,
        identities.identity_value,
        coalesce(merges.merged_person_id, identities.person_id) as person_id,
        identities.email
    from identities
    left join merges on identities.person_id = merges.person_id

)

select * from final
