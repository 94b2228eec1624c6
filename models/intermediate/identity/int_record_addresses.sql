with contacts as (

    select * from {{ ref('int_contacts_collected') }}

),

product_users as (

    select * from {{ ref('int_product_users_collected') }}

),

leads as (

    select * from {{ ref('stg_salesforce__leads') }}
    where converted_contact_id is not null

),

prospects as (

    select * from {{ ref('stg_outreach__prospects') }}
    where trashed_at is null
    qualify row_number() over (partition by outreach_prospect_id order by version_at desc) = 1

),

prospect_addresses as (

    {{ json_array_rows('prospects', 'emails') }}

),

-- what a record had before counts too: people keep their old addresses
final as (

    select distinct
        'crm_id' as identity_type,
        contact_id as identity_value,
        {{ clean_email('email') }} as email
    from contacts
    where {{ clean_email('email') }} is not null
    union
    select
        'product_user_id',
        user_id,
        {{ clean_email('email') }}
    from product_users
    where {{ clean_email('email') }} is not null
    union
    select
        'outreach_prospect_id',
        outreach_prospect_id,
        {{ clean_email('element_text') }}
    from prospect_addresses
    where {{ clean_email('element_text') }} is not null
    union
    -- a lead that became a contact, a prospect that came from one
    select
        'crm_id',
        converted_contact_id,
        {{ clean_email('email') }}
    from leads
    where {{ clean_email('email') }} is not null
    union
    select
        'crm_id',
        {{ salesforce_id18('external_id') }},
        {{ clean_email('element_text') }}
    from prospect_addresses
    where external_id is not null and {{ clean_email('element_text') }} is not null

)

select * from final
