with identities as (

    select * from {{ ref('int_person_identities') }}

),

records as (

    select * from {{ ref('int_person_records_merged') }}

),

seen as (

    select * from {{ ref('int_people_seen') }}

),

email_accounts as (

    select * from {{ ref('int_email_accounts') }}

),

-- a no holds for the address, whichever record says it
opt_outs as (

    select
        identities.person_id,
        max(case when email_opt_outs.is_opted_out then 1 else 0 end) = 1 as is_opted_out,
        max(case when email_opt_outs.is_do_not_contact then 1 else 0 end) = 1 as is_do_not_contact
    from identities
    inner join {{ ref('int_email_opt_outs') }} as email_opt_outs on identities.identity_value = email_opt_outs.email
    where identities.identity_type = 'email'
    group by 1

),

-- of several addresses the one the person is named by, which is at work where there is one
people as (

    select
        person_id,
        coalesce(
            max(case when person_id = {{ person_id('email', 'email') }} then email end),
            max(email)
        ) as email,
        count(case when identity_type <> 'hashed_email' then 1 end) as identity_count,
        count(case when identity_type = 'email' then 1 end) as email_count,
        count(case when identity_type = 'posthog_distinct_id' then 1 end) as visitor_id_count
    from identities
    group by 1

),

final as (

    select
        people.person_id,
        coalesce(email_accounts.account_key, records.account_key, seen.account_key) as account_key,
        records.crm_contact_id,
        records.crm_lead_id,
        records.crm_owner_id,
        records.user_id,
        records.outreach_prospect_id,

        -- only visitors that no record and no e-mail name have neither
        coalesce(
            nullif({{ trimmed("coalesce(records.first_name, '') || ' ' || coalesce(records.last_name, '')") }}, ''),
            people.email,
            case when records.person_id is null then 'Anonymous' else 'Unnamed' end
        ) as display_name,
        people.email,
        records.first_name,
        records.last_name,
        records.title,
        records.phone,
        records.linkedin_url,

        cast(people.identity_count as integer) as identity_count,
        cast(people.email_count as integer) as email_count,
        cast(people.visitor_id_count as integer) as visitor_id_count,
        cast(coalesce(records.crm_contact_count, 0) as integer) as crm_contact_count,
        cast(coalesce(records.lead_request_count, 0) as integer) as lead_request_count,

        records.person_id is null and people.email is null as is_anonymous,
        coalesce(records.is_opted_out, false) or coalesce(opt_outs.is_opted_out, false) as is_opted_out,
        coalesce(records.is_do_not_contact, false) or coalesce(opt_outs.is_do_not_contact, false)
            as is_do_not_contact,

        least(
            coalesce(seen.first_seen_at, records.first_seen_at),
            coalesce(records.first_seen_at, seen.first_seen_at)
        ) as first_seen_at,
        greatest(
            coalesce(seen.last_seen_at, records.last_seen_at),
            coalesce(records.last_seen_at, seen.last_seen_at)
        ) as last_seen_at
    from people
    left join records on people.person_id = records.person_id
    left join seen on people.person_id = seen.person_id
    left join opt_outs on people.person_id = opt_outs.person_id
    left join email_accounts on people.email = email_accounts.email

)

select * from final
