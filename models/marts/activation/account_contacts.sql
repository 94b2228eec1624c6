with people as (

    select * from {{ ref('int_activation_people') }}
    where account_key is not null

),

personas as (

    select * from {{ ref('int_activation_personas') }}

),

-- whom one may write to goes first, then seniority, then relevance
ranked as (

    select
        people.*,
        personas.persona,
        personas.seniority_order,
        personas.relevance_order,
        row_number() over (
            partition by people.account_key
            order by
                people.is_contactable desc,
                personas.seniority_order,
                personas.relevance_order,
                people.last_seen_at desc nulls last,
                people.person_id
        ) as contact_rank
    from people
    inner join personas
        on people.title is not distinct from personas.title
        and people.job_level is not distinct from personas.job_level
        and people.job_function is not distinct from personas.job_function

),

final as (

    select
        account_key,
        cast(contact_rank as integer) as contact_rank,
        person_id,
        crm_contact_id,
        outreach_prospect_id,

        persona,
        display_name,
        email,
        first_name,
        last_name,
        title,
        linkedin_url,
        source_name,

        email is not null as has_email,
        has_email_for_credit,
        is_contactable
    from ranked
    where contact_rank <= {{ var('contacts_per_account') }}

)

select * from final
