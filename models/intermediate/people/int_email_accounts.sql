with email_domains as (

    select * from {{ ref('int_email_domains') }}
    where {{ is_link_in_force() }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

final as (

    select
        email_domains.email,
        coalesce(aliases.account_key, email_domains.company_domain) as account_key
    from email_domains
    left join aliases on email_domains.company_domain = aliases.alias_domain

)

select * from final
