with candidates as (

    select * from {{ ref('int_activation_candidates') }}

),

owner_mailboxes as (

    select * from {{ ref('int_owner_mailboxes') }}

),

mailboxes as (

    select * from {{ ref('int_activation_mailboxes') }}

),

default_mailboxes as (

    select max(mailbox_id) as mailbox_id
    from mailboxes
    where is_default

),

-- the contact's owner, else the account's, else the default
chosen as (

    select
        candidates.candidate_id,
        coalesce(of_person.mailbox_id, of_account.mailbox_id, default_mailboxes.mailbox_id) as mailbox_id
    from candidates
    cross join default_mailboxes
    left join owner_mailboxes as of_person on candidates.crm_owner_id = of_person.crm_owner_id
    left join owner_mailboxes as of_account on candidates.account_crm_owner_id = of_account.crm_owner_id

),

final as (

    select
        chosen.candidate_id,
        mailboxes.mailbox_id,
        mailboxes.mailbox_email,
        mailboxes.daily_capacity,
        mailboxes.planned_count
    from chosen
    inner join mailboxes on chosen.mailbox_id = mailboxes.mailbox_id

)

select * from final
