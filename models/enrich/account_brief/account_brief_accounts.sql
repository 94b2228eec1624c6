{{ config(materialized='view') }}
{%- set day = latest_snapshot_day() %}

with snapshots as (

    select * from {{ ref('fct_daily_account_intent') }}
    where snapshot_date in ({{ sql_date(day) }}, {{ sql_date(day_plus(day, -7)) }})

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

week_before as (

    select account_key, intent_score from snapshots
    where snapshot_date = {{ sql_date(day_plus(day, -7)) }}

),

first_snapshot as (

    select min(snapshot_date) as snapshot_date from {{ ref('fct_daily_account_intent') }}

),

final as (

    select
        snapshots.account_key,
        snapshots.snapshot_date,
        accounts.account_name,
        accounts.industry,
        snapshots.top_lane,
        snapshots.intent_score,
        snapshots.intent_stage,
        snapshots.surge_level,
        snapshots.surge_ratio,
        snapshots.is_surge_significant,
        snapshots.unique_people_7d,
        snapshots.top_pages_7d,
        -- no row that day: cold, unless there were no snapshots yet
        case
            when first_snapshot.snapshot_date <= {{ sql_date(day_plus(day, -7)) }} then coalesce(week_before.intent_score, 0)
        end as intent_score_week_before,
        accounts.employee_count,
        accounts.product_user_count,
        accounts.open_opportunity_count,
        accounts.sixsense_buying_stage,
        accounts.sixsense_intent_score,
        accounts.sixsense_profile_fit,
        accounts.sixsense_observed_on,
        accounts.last_seen_at
    from snapshots
    cross join first_snapshot
    inner join accounts on snapshots.account_key = accounts.account_key
    left join week_before on snapshots.account_key = week_before.account_key
    where snapshots.snapshot_date = {{ sql_date(day) }}
        and snapshots.intent_stage in ({{ "'" ~ var('brief_stages') | join("', '") ~ "'" }})

)

select * from final
