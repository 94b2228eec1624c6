-- who has left the CRM writes to nobody any more, unless the registry says whose mailbox does it for her
with crm_owners as (

    select
        user_id as crm_owner_id,
        {{ clean_email('email') }} as email
    from {{ ref('stg_salesforce__users') }}
    where is_current
        and coalesce(is_active, true)
    union all
    select
        owner_id,
        email
    from {{ ref('stg_hubspot__owners') }}
    where is_active

),

outreach_users as (

    select
        outreach_user_id,
        email
    from {{ ref('stg_outreach__users') }}
    where is_current

),

mailboxes as (

    select * from {{ ref('int_activation_mailboxes') }}

),

-- what the registry says goes before the address
pairs as (

    select
        crm_owner_id,
        mailbox_id,
        created_at,
        1 as pair_rank
    from mailboxes
    where crm_owner_id is not null
    union all
    select
        crm_owners.crm_owner_id,
        mailboxes.mailbox_id,
        mailboxes.created_at,
        2
    from crm_owners
    inner join outreach_users on crm_owners.email = outreach_users.email
    inner join mailboxes on outreach_users.outreach_user_id = mailboxes.outreach_user_id

),

final as (

    select
        crm_owner_id,
        mailbox_id
    from pairs
    qualify row_number() over (
        partition by crm_owner_id order by pair_rank, created_at, mailbox_id
    ) = 1

)

select * from final
