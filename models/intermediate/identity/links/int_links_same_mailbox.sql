{%- set full_name = "'^[a-z]+[._-][a-z]+$'" %}

with people as (

    select
        *,
        split_part(company_domain, '.', 1) as domain_label
    from {{ ref('int_people_stated') }}
    where company_domain is not null

),

final as (

    -- two domains that the registry or the suffix list puts in one account
    select
        people.person_id,
        others.person_id as other_person_id,
        'same_mailbox' as rule,
        'account:' || people.address_account_key as evidence
    from people
    inner join people as others
        on people.address_account_key = others.address_account_key
        and people.mailbox_name = others.mailbox_name
        and people.person_id < others.person_id
    union all
    -- two domains that differ in their ending alone: acme.io, acme.com
    select
        people.person_id,
        others.person_id,
        'same_mailbox_other_ending',
        'domains:' || least(people.company_domain, others.company_domain)
        || ',' || greatest(people.company_domain, others.company_domain)
    from people
    inner join people as others
        on people.domain_label = others.domain_label
        and people.mailbox_name = others.mailbox_name
        and people.address_account_key <> others.address_account_key
        and people.person_id < others.person_id
    where {{ regexp_found('people.mailbox_name', full_name) }}

)

select * from final
