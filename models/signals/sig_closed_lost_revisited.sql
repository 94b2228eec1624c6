{%- set modifiers = ['hot', 'large_deal'] %}

with signal as (

    {{ signal_terms(
        'closed_lost_revisited',
        settings={'min_intent_score': 'double', 'quiet_days': 'integer', 'max_days_since_lost': 'integer'},
        modifiers=modifiers,
    ) }}

),

run_days as (

    select * from {{ ref('int_run_days') }}

),

first_snapshot as (

    select min(snapshot_date) as snapshot_date from {{ ref('fct_daily_account_intent') }}

),

warm_days as (

    select snapshots.*
    from {{ ref('fct_daily_account_intent') }} as snapshots
    cross join signal
    where snapshots.intent_score >= signal.min_intent_score
        and snapshots.snapshot_date >= {{ add_days('(select min(run_date) from run_days)', '-signal.quiet_days') }}

),

warm_days_in_order as (

    select
        *,
        lag(snapshot_date) over (partition by account_key order by snapshot_date) as previous_warm_date
    from warm_days

),

-- the days on which an account is warm again after a quiet time that we have seen
fresh_days as (

    select warm_days_in_order.*
    from warm_days_in_order
    inner join run_days on warm_days_in_order.snapshot_date = run_days.run_date
    cross join first_snapshot
    cross join signal
    where coalesce(
        {{ days_between('warm_days_in_order.previous_warm_date', 'warm_days_in_order.snapshot_date') }} > signal.quiet_days,
        true
    )
        and {{ days_between('first_snapshot.snapshot_date', 'warm_days_in_order.snapshot_date') }} >= signal.quiet_days

),

opportunities as (

    select * from {{ ref('int_opportunity_periods') }}

),

account_domains as (

    select * from {{ ref('int_crm_account_domains') }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

-- every domain that stands for a fresh account
account_keys as (

    select distinct
        account_key,
        account_key as company_domain
    from fresh_days
    union all
    select
        account_key,
        alias_domain
    from aliases

),

-- the CRM accounts that a fresh account was on its day
crm_accounts as (

    select
        fresh_days.*,
        account_domains.account_id
    from fresh_days
    inner join account_keys on fresh_days.account_key = account_keys.account_key
    inner join account_domains
        on account_keys.company_domain = account_domains.company_domain
        and fresh_days.snapshot_date >= account_domains.linked_from
        and fresh_days.snapshot_date < account_domains.linked_until

),

-- the account's deals as that day knew them
deals as (

    select
        crm_accounts.account_key,
        crm_accounts.snapshot_date,
        crm_accounts.intent_score,
        crm_accounts.intent_stage,
        crm_accounts.surge_level,
        crm_accounts.top_lane,
        opportunities.opportunity_id,
        opportunities.opportunity_amount,
        opportunities.loss_reason,
        opportunities.is_won,
        opportunities.closed_on,
        opportunities.loaded_at,
        max(case when opportunities.is_closed then 0 else 1 end) over (
            partition by crm_accounts.account_key, crm_accounts.snapshot_date
        ) as has_open_deal,
        row_number() over (
            partition by crm_accounts.account_key, crm_accounts.snapshot_date
            order by opportunities.closed_on desc, opportunities.opportunity_id
        ) as deal_rank
    from crm_accounts
    inner join opportunities
        on crm_accounts.account_id = opportunities.account_id
        and crm_accounts.snapshot_date >= opportunities.known_from
        and crm_accounts.snapshot_date < opportunities.known_until

),

firings as (

    select
        deals.account_key,
        cast(null as varchar) as person_id,
        cast(deals.snapshot_date as {{ dbt.type_timestamp() }}) as occurred_at,
        deals.snapshot_date as detected_at,
        'crm' as source_name,
        deals.opportunity_id as source_record_id,
        deals.loaded_at,
        {{ json_build({
            'opportunity_id': 'deals.opportunity_id',
            'lost_on': 'cast(deals.closed_on as varchar)',
            'loss_reason': 'deals.loss_reason',
            'opportunity_amount': 'deals.opportunity_amount',
            'snapshot_date': 'cast(deals.snapshot_date as varchar)',
            'intent_score': 'deals.intent_score',
            'intent_stage': 'deals.intent_stage',
            'surge_level': 'deals.surge_level',
            'top_lane': 'deals.top_lane',
            'quiet_days': 'signal.quiet_days',
        }) }} as facts,
        {{ once_if("deals.intent_stage = 'Hot'") }} as hot,
        {{ once_if('deals.opportunity_amount >= signal.large_deal_threshold') }} as large_deal
    from deals
    cross join signal
    where deals.deal_rank = 1
        and not deals.is_won
        and deals.has_open_deal = 0
        and {{ days_between('deals.closed_on', 'deals.snapshot_date') }}
            between signal.quiet_days and signal.max_days_since_lost

),

final as (
    {{ signal_rows('closed_lost_revisited', modifiers) }}
)

select * from final
