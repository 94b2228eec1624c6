{{ config(materialized='table') }}

with mailboxes as (

    select * from {{ ref('stg_outreach__mailboxes') }}
    where is_current

),

-- who left is locked in Outreach, which sends nothing in her name
locked_users as (

    select outreach_user_id
    from {{ ref('stg_outreach__users') }}
    where is_current
        and is_locked

),

registry as (

    select * from {{ ref('stg_registry__mailboxes') }}

),

mailings as (

    select * from {{ ref('stg_outreach__mailings') }}
    where is_current

),

rules as (

    select * from {{ ref('stg_registry__eligibility_rules') }}
    where rule = 'capacity'

),

-- what leaves the mailbox on the day of contact anyway, the day after the as-of day
planned as (

    select
        mailbox_id,
        count(*) as planned_count
    from mailings
    where cast(coalesce(delivered_at, scheduled_at) as date) = {{ add_days(as_of_date(), 1) }}
        and state not in ('bounced', 'failed')
    group by 1

),

entered as (

    select
        mailbox_id,
        count(*) as entered_count
    from {{ ref('int_outreach_enrolments') }}
    where not is_landed
        and enrolled_on > {{ as_of_date() }}
    group by 1

),

final as (

    select
        mailboxes.mailbox_id,
        mailboxes.outreach_user_id,
        {{ crm_id18('registry.crm_owner_id') }} as crm_owner_id,
        mailboxes.email as mailbox_email,

        coalesce(registry.daily_capacity, mailboxes.daily_limit_count, rules.limit_value) as daily_capacity,
        coalesce(planned.planned_count, 0) + coalesce(entered.entered_count, 0) as planned_count,

        coalesce(registry.is_default, false) as is_default,
        mailboxes.created_at
    from mailboxes
    cross join rules
    left join locked_users on mailboxes.outreach_user_id = locked_users.outreach_user_id
    left join registry on mailboxes.email = {{ clean_email('registry.mailbox_email') }}
    left join planned on mailboxes.mailbox_id = planned.mailbox_id
    left join entered on mailboxes.mailbox_id = entered.mailbox_id
    where coalesce(registry.enabled, true)
        and not coalesce(mailboxes.is_send_disabled, false)
        and mailboxes.send_permanent_error_at is null
        and locked_users.outreach_user_id is null

)

select * from final
