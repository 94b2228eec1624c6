{{ config(materialized='table') }}

with accounts as (

    select * from {{ ref('int_accounts_collected') }}
    where is_current

),

account_domains as (

    select * from {{ ref('int_crm_account_domains') }}
    where {{ is_link_in_force() }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

final as (

    select
        accounts.*,
        coalesce(aliases.account_key, account_domains.company_domain) as account_key
    from accounts
    left join account_domains on accounts.account_id = account_domains.account_id
    left join aliases on account_domains.company_domain = aliases.alias_domain

)

select * from final
