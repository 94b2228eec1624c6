with people as (

    select
        accounts.account_key,
        people.*
    from {{ ref('int_people_stated') }} as people
    inner join {{ ref('int_person_accounts_stated') }} as accounts on people.person_id = accounts.person_id

),

final as (

    -- a name that both give or both spell; with an initial alone it may be somebody else's
    select
        people.person_id,
        others.person_id as other_person_id,
        case when people.first_name_key = others.first_name_key then 'same_name' else 'same_initial' end as rule,
        'account:' || people.account_key as evidence
    from people
    inner join people as others
        on people.account_key = others.account_key
        and people.last_name_key = others.last_name_key
        and {{ agree('people.first_name_key', 'others.first_name_key') }}
        and people.person_id < others.person_id
    union all
    -- a personal address that spells the name of somebody in the account: annsmith77@gmail.com
    select
        people.person_id,
        others.person_id,
        'spelled_name',
        'account:' || people.account_key
    from people
    inner join people as others
        on people.account_key = others.account_key
        and people.mailbox_letters = others.first_name_key || others.last_name_key
        and people.person_id <> others.person_id
    where people.company_domain is null and not people.is_name_stated

)

select * from final
