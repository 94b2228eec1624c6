{{ config(materialized='table') }}

with people as (

    select * from {{ ref('dim_people') }}

),

identities as (

    select * from {{ ref('int_person_identities') }}
    where identity_type = 'email'

),

email_opt_outs as (

    select * from {{ ref('int_email_opt_outs') }}

),

found as (

    select * from {{ ref('int_people_found') }}

),

outreach_people as (

    select * from {{ ref('int_outreach_people') }}

),

-- as they stand behind the @: below a domain of personal mail is personal, too
personal_mail_domains as (

    select domain from {{ ref('personal_mail_domains') }}
    union
    select host from {{ ref('int_domains') }}
    where is_personal_mail

),

-- of a person's addresses one of work, then the one she goes by
addresses as (

    select
        identities.person_id,
        identities.identity_value as email
    from identities
    left join people on identities.person_id = people.person_id
    left join personal_mail_domains on {{ email_domain('identities.identity_value') }} = personal_mail_domains.domain
    qualify row_number() over (
        partition by identities.person_id
        order by
            case when personal_mail_domains.domain is null then 0 else 1 end,
            case when identities.identity_value = people.email then 0 else 1 end,
            identities.identity_value
    ) = 1

),

-- whom a name means in an account, where it means one person
named as (

    select
        account_key,
        lower(first_name || ' ' || last_name) as full_name,
        max(person_id) as person_id
    from people
    where account_key is not null
        and first_name is not null
        and last_name is not null
    group by 1, 2
    having count(*) = 1

),

found_people as (

    select
        found.*,
        coalesce(
            identities.person_id,
            named.person_id,
            case when found.email is not null then {{ person_id('email', 'found.email') }} end,
            md5(found.found_id)
        ) as person_id
    from found
    left join identities on found.email = identities.identity_value
    left join named
        on found.account_key = named.account_key
        and lower(found.first_name || ' ' || found.last_name) = named.full_name
    qualify row_number() over (
        partition by coalesce(
            identities.person_id,
            named.person_id,
            case when found.email is not null then {{ person_id('email', 'found.email') }} end,
            md5(found.found_id)
        )
        order by case when found.email is null then 1 else 0 end, found.source_name desc, found.found_id
    ) = 1

),

-- a no holds for the address, whoever the record that says it is taken for
opt_outs as (

    select
        addresses_had.person_id,
        max(case when email_opt_outs.is_opted_out then 1 else 0 end) = 1 as is_opted_out,
        max(case when email_opt_outs.is_do_not_contact then 1 else 0 end) = 1 as is_do_not_contact
    from (
        select person_id, identity_value as email from identities
        union all
        select person_id, email from found_people
    ) as addresses_had
    inner join email_opt_outs on addresses_had.email = email_opt_outs.email
    group by 1

),

described as (

    select
        coalesce(people.person_id, found_people.person_id) as person_id,
        coalesce(people.account_key, found_people.account_key) as account_key,
        coalesce(addresses.email, people.email, found_people.email) as email,
        coalesce(people.first_name, found_people.first_name) as first_name,
        coalesce(people.last_name, found_people.last_name) as last_name,
        coalesce(people.title, found_people.title) as title,
        coalesce(people.linkedin_url, found_people.linkedin_url) as linkedin_url,
        people.display_name,
        people.crm_contact_id,
        people.crm_owner_id,
        found_people.job_level,
        found_people.job_function,
        case
            when people.crm_contact_id is not null then 'crm'
            when people.person_id is null then found_people.source_name
            when people.user_id is not null then 'product'
            -- a visit or a lead request
            when people.last_seen_at is not null then 'web'
            when people.outreach_prospect_id is not null then 'outreach'
            else 'calls'
        end as source_name,
        coalesce(found_people.has_email_for_credit, false) as has_email_for_credit,
        coalesce(people.is_do_not_contact, false) or coalesce(opt_outs.is_do_not_contact, false) as is_do_not_contact,
        coalesce(people.is_opted_out, false) or coalesce(opt_outs.is_opted_out, false) as is_opted_out,
        people.last_seen_at
    from people
    full outer join found_people on people.person_id = found_people.person_id
    left join addresses on coalesce(people.person_id, found_people.person_id) = addresses.person_id
    left join opt_outs on coalesce(people.person_id, found_people.person_id) = opt_outs.person_id

),

final as (

    select
        described.person_id,
        described.account_key,
        described.crm_contact_id,
        described.crm_owner_id,
        outreach_people.outreach_prospect_id,

        described.email,
        described.first_name,
        described.last_name,
        coalesce(
            described.display_name,
            nullif({{ trimmed("coalesce(described.first_name, '') || ' ' || coalesce(described.last_name, '')") }}, ''),
            described.email,
            'Unnamed'
        ) as display_name,
        described.title,
        described.job_level,
        described.job_function,
        described.linkedin_url,
        described.source_name,

        described.has_email_for_credit,
        described.is_do_not_contact,
        personal_mail_domains.domain is not null as is_personal_mail,
        -- Outreach tells how she did; what it does not know of, the CRM says
        coalesce(
            outreach_people.opted_out_by,
            case when described.is_opted_out then 'the CRM says so' end
        ) as opted_out_by,
        described.email is not null
            and personal_mail_domains.domain is null
            and outreach_people.bounced_on is null
            and outreach_people.opted_out_by is null
            and not described.is_opted_out
            and not described.is_do_not_contact as is_contactable,

        outreach_people.bounced_on,
        outreach_people.last_touched_on,
        described.last_seen_at
    from described
    left join outreach_people on described.person_id = outreach_people.person_id
    left join personal_mail_domains on {{ email_domain('described.email') }} = personal_mail_domains.domain

)

select * from final
