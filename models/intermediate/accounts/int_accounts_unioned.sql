with parents as (

    select * from {{ ref('int_account_parents') }}

),

keys as (

    {%- for model in [
        'int_crm_accounts_merged', 'int_account_sightings', 'int_sixsense_accounts_latest',
        'int_product_users_keyed', 'int_lead_requests_keyed', 'int_email_accounts', 'int_call_accounts',
    ] %}
    select account_key from {{ ref(model) }}
    union
    {%- endfor %}
    select parent_account_key from parents
    union
    select ultimate_parent_account_key from parents

),

final as (

    select account_key from keys
    where account_key is not null

)

select * from final
