with identities as (

    select * from {{ ref('int_identities_stated') }}

),

records as (

    select * from {{ ref('int_person_records_stated') }}

),

address_names as (

    select * from {{ ref('int_address_names') }}

),

shared_addresses as (

    select distinct email from {{ ref('int_identity_separations') }}
    where reason = 'shared_address'

),

company_domains as (

    select * from {{ ref('int_company_domains') }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

people as (

    select
        person_id,
        max(email) as email,
        min(identity_type || ':' || identity_value) as least_identity
    from identities
    group by 1

),

-- the fullest name there is: Ann goes before A
record_names as (

    select
        person_id,
        first_name_key,
        last_name_key
    from records
    where last_name_key is not null
    qualify row_number() over (
        partition by person_id
        order by length(first_name_key) desc nulls last, source_rank, first_name_key, last_name_key
    ) = 1

),

contacts as (

    select distinct person_id from records
    where crm_contact_id is not null

),

final as (

    select
        people.person_id,
        coalesce('email:' || people.email, people.least_identity) as identity,
        people.email,
        split_part(people.email, '@', 1) as mailbox_name,
        nullif({{ regexp_removed("split_part(people.email, '@', 1)", "'[^a-z]'") }}, '') as mailbox_letters,
        company_domains.company_domain,
        coalesce(aliases.account_key, company_domains.company_domain) as address_account_key,
        coalesce(record_names.first_name_key, address_names.first_name_key) as first_name_key,
        coalesce(record_names.last_name_key, address_names.last_name_key) as last_name_key,
        record_names.person_id is not null as is_name_stated,
        shared_addresses.email is not null
            or split_part(people.email, '@', 1) in ('{{ var('shared_mailbox_names') | join("', '") }}') as is_shared_address,

        -- whose word goes first when people are merged: a work address the CRM knows, another, a personal one
        case
            when people.email is null then 5
            when company_domains.company_domain is not null then case when contacts.person_id is not null then 1 else 2 end
            when contacts.person_id is not null then 3
            else 4
        end as merge_rank
    from people
    left join record_names on people.person_id = record_names.person_id
    left join contacts on people.person_id = contacts.person_id
    left join address_names
        on people.email = address_names.email
        and not address_names.is_stated
    left join shared_addresses on people.email = shared_addresses.email
    left join company_domains on {{ email_domain('people.email') }} = company_domains.domain_reference
    left join aliases on company_domains.company_domain = aliases.alias_domain

)

select * from final
