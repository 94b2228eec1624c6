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

prospects as (

    select * from {{ ref('stg_outreach__prospects') }}
    where is_current

),

-- those who were met on a call: the sellers themselves are nobody's prospects
call_guests as (

    select * from {{ ref('stg_gong__call_parties') }}
    where not is_internal and party_id is not null and coalesce(email, party_name) is not null

),

call_accounts as (

    select
        call_contexts.call_id,
        min(crm_accounts.account_key) as account_key
    from {{ ref('stg_gong__call_contexts') }} as call_contexts
    inner join crm_accounts on call_contexts.object_id = crm_accounts.account_id
    group by 1

),

records as (

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
        cast(null as varchar) as outreach_prospect_id,
        contacts.owner_id as crm_owner_id,
        crm_accounts.account_key,
        contacts.is_opted_out,
        contacts.is_do_not_contact,
        contacts.is_deleted,
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
        null,
        account_key,
        false,
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
        null,
        account_key,
        false,
        false,
        false,
        created_at,
        null,
        version_at
    from product_users
    union all
    select
        'outreach_prospect',
        4,
        'outreach_prospect_id',
        outreach_prospect_id,
        email,
        null,
        first_name,
        last_name,
        title,
        null,
        linkedin_url,
        null,
        null,
        null,
        outreach_prospect_id,
        null,
        null,
        coalesce(is_opted_out, false)
            or coalesce(is_email_opted_out, false)
            or coalesce(emails_opt_status = 'opted_out', false),
        false,
        false,
        created_at,
        null,
        version_at
    from prospects
    where trashed_at is null
    union all
    select
        'call_guest',
        5,
        'gong_party_id',
        call_guests.party_id,
        call_guests.email,
        null,
        {{ first_word('call_guests.party_name') }},
        {{ words_after_first('call_guests.party_name') }},
        call_guests.title,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        call_accounts.account_key,
        false,
        false,
        false,
        null,
        null,
        call_guests.version_at
    from call_guests
    left join call_accounts on call_guests.call_id = call_accounts.call_id

),

final as (

    select
        *,
        {{ name_key('first_name') }} as first_name_key,
        {{ name_key('last_name') }} as last_name_key
    from records

)

select * from final
