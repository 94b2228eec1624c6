with contacts as (

    select * from {{ ref('int_contacts_collected') }}
    where is_current

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_keyed') }}

),

product_users as (

    select * from {{ ref('int_product_users_keyed') }}

),

lead_requests as (

    select * from {{ ref('int_lead_requests_keyed') }}

),

final as (

    select
        'contact' as source_name,
        1 as source_rank,
        'crm_id' as identity_type,
        contacts.contact_id as identity_value,
        {{ clean_email('contacts.email') }} as email,
        contacts.distinct_id,
        contacts.first_name,
        contacts.last_name,
        contacts.title,
        contacts.phone,
        contacts.linkedin_url,
        contacts.contact_id as crm_contact_id,
        cast(null as varchar) as crm_lead_id,
        cast(null as varchar) as user_id,
        contacts.owner_id as crm_owner_id,
        crm_accounts.account_key,
        contacts.is_opted_out,
        contacts.is_do_not_contact,
        contacts.created_at as first_seen_at,
        cast(null as {{ dbt.type_timestamp() }}) as last_seen_at,
        contacts.version_at as stated_at
    from contacts
    left join crm_accounts on contacts.account_id = crm_accounts.account_id
    union all
    select
        'lead_request',
        2,
        'crm_id',
        crm_lead_id,
        {{ clean_email('email') }},
        distinct_id,
        first_name,
        last_name,
        null,
        phone,
        null,
        null,
        crm_lead_id,
        null,
        null,
        account_key,
        false,
        false,
        occurred_at,
        occurred_at,
        occurred_at
    from lead_requests
    union all
    select
        'product_user',
        3,
        'product_user_id',
        user_id,
        {{ clean_email('email') }},
        distinct_id,
        first_name,
        last_name,
        null,
        null,
        null,
        null,
        null,
        user_id,
        null,
        account_key,
        false,
        false,
        created_at,
        null,
        version_at
    from product_users

)

select * from final
