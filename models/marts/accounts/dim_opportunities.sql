with opportunities as (

    select * from {{ ref('int_opportunities_collected') }}
    where is_current

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_keyed') }}

),

-- a deal that somebody deleted is neither open, won nor lost
outcomes as (

    select
        *,
        case
            when is_deleted then 'deleted'
            when not coalesce(is_closed, false) then 'open'
            when is_won then 'won'
            else 'lost'
        end as outcome
    from opportunities

),

final as (

    select
        outcomes.opportunity_id,
        crm_accounts.account_key,
        outcomes.account_id as crm_account_id,
        outcomes.owner_id as crm_owner_id,

        outcomes.opportunity_name,
        outcomes.stage_name,
        outcomes.outcome,
        case when outcomes.outcome = 'lost' then outcomes.loss_reason end as loss_reason,

        outcomes.opportunity_amount,

        outcomes.close_date,
        outcomes.created_at,
        outcomes.version_at as changed_at
    from outcomes
    left join crm_accounts on outcomes.account_id = crm_accounts.account_id

)

select * from final
