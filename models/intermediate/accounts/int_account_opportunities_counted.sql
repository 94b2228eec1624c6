with opportunities as (

    select * from {{ ref('int_opportunities_collected') }}
    where is_current
        -- a deal that somebody deleted was neither open nor lost
        and not is_deleted

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_keyed') }}

),

final as (

    select
        crm_accounts.account_key,
        count(*) as opportunity_count,
        count(case when not coalesce(opportunities.is_closed, false) then 1 end) as open_opportunity_count,
        count(case when opportunities.is_closed and opportunities.is_won then 1 end) as won_opportunity_count,
        count(case when opportunities.is_closed and not coalesce(opportunities.is_won, false) then 1 end)
            as lost_opportunity_count,
        sum(case when not coalesce(opportunities.is_closed, false) then opportunities.opportunity_amount end)
            as open_opportunity_amount
    from opportunities
    inner join crm_accounts on opportunities.account_id = crm_accounts.account_id
    where crm_accounts.account_key is not null
    group by 1

)

select * from final
