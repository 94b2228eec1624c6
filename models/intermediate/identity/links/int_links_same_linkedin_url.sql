with records as (

    select * from {{ ref('int_person_records_stated') }}

),

-- without protocol, country and what follows the profile's name
profiles as (

    select distinct
        person_id,
        {{ regexp_group('lower(linkedin_url)', "'linkedin[.]com/in/([^/?#]+)'") }} as linkedin_name
    from records

),

final as (

    select
        profiles.person_id,
        others.person_id as other_person_id,
        'same_linkedin_url' as rule,
        'linkedin' as evidence
    from profiles
    inner join profiles as others
        on profiles.linkedin_name = others.linkedin_name
        and profiles.person_id < others.person_id

)

select * from final
