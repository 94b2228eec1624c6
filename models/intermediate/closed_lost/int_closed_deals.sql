{{ config(materialized='table') }}

with opportunities as (

    select * from {{ ref('int_opportunities_collected') }}
    where is_current
        and is_closed

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_keyed') }}

),

settings as (

    select * from {{ ref('int_closed_lost_settings') }}

),

call_opportunities as (

    select * from {{ ref('call_opportunities') }}

),

calls as (

    select * from {{ ref('fct_calls') }}

),

deal_calls as (

    select
        call_opportunities.opportunity_id,
        count(*) as call_count,
        count(case when calls.is_transcribed and not calls.is_private then 1 end) as transcribed_call_count
    from call_opportunities
    inner join calls on call_opportunities.call_id = calls.call_id
    group by 1

),

final as (

    select
        opportunities.opportunity_id,
        crm_accounts.account_key,
        opportunities.owner_id,

        opportunities.opportunity_name,
        crm_accounts.account_name,
        crm_accounts.industry,
        {{ company_size('crm_accounts.employee_count') }} as company_size,
        opportunities.loss_reason as crm_loss_reason,

        opportunities.opportunity_amount,
        cast(coalesce(deal_calls.call_count, 0) as integer) as call_count,
        cast(coalesce(deal_calls.transcribed_call_count, 0) as integer) as transcribed_call_count,

        coalesce(opportunities.is_won, false) as is_won,

        opportunities.close_date
    from opportunities
    cross join settings
    left join crm_accounts on opportunities.account_id = crm_accounts.account_id
    left join deal_calls on opportunities.opportunity_id = deal_calls.opportunity_id
    where opportunities.close_date <= {{ as_of_date() }}
        and opportunities.close_date > {{ dbt.dateadd('month', '-settings.window_months', as_of_date()) }}
        -- a deal that somebody deleted was not lost
        and not opportunities.is_deleted

)

select * from final
