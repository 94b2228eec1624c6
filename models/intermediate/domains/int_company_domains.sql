with domain_references as (

    select * from {{ ref('int_domain_references') }}

),

domains as (

    select * from {{ ref('int_domains') }}

),

final as (

    select
        domain_references.domain_reference,
        case when not domains.is_personal_mail then domains.registrable_domain end as company_domain
    from domain_references
    inner join domains on domain_references.host = domains.host

)

select * from final
