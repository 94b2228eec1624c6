{{ config(materialized='view') }}

with accounts as (

    select * from {{ ref('account_brief_accounts') }}

),

final as (

    select
        account_key,
        'score' as evidence_id,
        'score' as kind,
        intent_stage as subject,
        intent_stage as label,
        'Intent score ' || cast(intent_score as varchar) || ' (' || intent_stage || '), surge ' || surge_level || ' at '
        || cast(cast(surge_ratio as decimal(18, 1)) as varchar) || 'x, ' || cast(snapshot_date as varchar) as text,
        'marts.fct_daily_account_intent' as source_table,
        account_key || ' ' || cast(snapshot_date as varchar) as source_key,
        false as is_behaviour,
        cast(100 as double) as weight
    from accounts
    union all
    select
        account_key,
        'score_change',
        'score_change',
        case when intent_score > intent_score_week_before then 'up' else 'down' end,
        cast(intent_score_week_before as varchar),
        'Intent score ' || cast(intent_score_week_before as varchar) || ' → ' || cast(intent_score as varchar)
        || ' in the week to ' || cast(snapshot_date as varchar),
        'marts.fct_daily_account_intent',
        account_key || ' ' || cast({{ add_days('snapshot_date', -7) }} as varchar) || ' and '
        || cast(snapshot_date as varchar),
        false,
        99.0
    from accounts
    where abs(intent_score - intent_score_week_before) >= {{ var('brief_score_move') }}
    union all
    select
        account_key,
        'surge',
        'surge',
        case when is_surge_significant then 'significant' else 'usual' end,
        surge_level,
        'The surge is ' || case when is_surge_significant then '' else 'not ' end
        || 'significant against the past of the account itself',
        'marts.fct_daily_account_intent',
        account_key || ' ' || cast(snapshot_date as varchar) || ' is_surge_significant',
        false,
        98.0
    from accounts
    where surge_level <> 'Normal'
    union all
    select
        account_key,
        'sixsense',
        'sixsense',
        sixsense_buying_stage,
        sixsense_buying_stage,
        '6sense on ' || cast(sixsense_observed_on as varchar) || ': buying stage ' || sixsense_buying_stage
        || coalesce(', intent score ' || cast(cast(round(sixsense_intent_score) as bigint) as varchar), '')
        || coalesce(', profile fit ' || sixsense_profile_fit, ''),
        'marts.dim_accounts',
        account_key,
        true,
        50.0
    from accounts
    where sixsense_buying_stage is not null
    union all
    select
        account_key,
        'firm',
        'firm',
        'industry',
        industry,
        'Industry ' || industry || coalesce(', ' || cast(employee_count as varchar) || ' employees', ''),
        'marts.dim_accounts',
        account_key,
        false,
        10.0
    from accounts
    where industry is not null
    union all
    select
        account_key,
        'product_users',
        'product_users',
        'known',
        cast(product_user_count as varchar),
        cast(product_user_count as varchar) || case when product_user_count = 1 then ' product user' else ' product users' end,
        'marts.dim_accounts',
        account_key,
        false,
        9.0
    from accounts
    where product_user_count > 0
    union all
    select
        account_key,
        'no_deal',
        'no_deal',
        'none',
        'none',
        'No open opportunity in the CRM',
        'marts.dim_accounts',
        account_key || ' open_opportunity_count',
        false,
        8.0
    from accounts
    where open_opportunity_count = 0

)

select * from final
