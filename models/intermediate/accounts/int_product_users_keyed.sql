{{ config(materialized='table') }}

with product_users as (

    select * from {{ ref('int_product_users_collected') }}
    where is_current

),

account_keys as (

    select * from {{ ref('int_account_keys') }}

),

email_accounts as (

    select * from {{ ref('int_email_accounts') }}

),

final as (

    select
        product_users.*,
        coalesce(account_keys.account_key, email_accounts.account_key) as account_key
    from product_users
    left join account_keys on product_users.account_domain = account_keys.domain_reference
    left join email_accounts on {{ clean_email('product_users.email') }} = email_accounts.email

)

select * from final
