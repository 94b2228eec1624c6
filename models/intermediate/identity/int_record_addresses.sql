with contacts as (

    select * from {{ ref('int_contacts_collected') }}

),

product_users as (

    select * from {{ ref('int_product_users_collected') }}

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

)

select * from final
