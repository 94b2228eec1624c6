{{ config(materialized='view') }}

with snapshots as (

    select * from {{ ref('fct_daily_account_intent') }}

),

event_days as (

    select * from {{ ref('int_company_event_days') }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

class_scores as (

    select * from {{ ref('int_event_class_scores') }}
    where weight <> 0

),

score_versions as (

    select * from {{ ref('int_score_versions') }}

),

account_event_days as (

    select
        coalesce(aliases.account_key, event_days.company_domain) as account_key,
        event_days.event_date,
        event_days.counted_on,
        event_days.event_class_id,
        event_days.event_count
    from event_days
    left join aliases on event_days.company_domain = aliases.alias_domain

),

-- what a snapshot counted: known by its day, and at most 29 days old
counted as (

    select
        snapshots.account_key,
        snapshots.snapshot_date,
        snapshots.score_config_id,
        snapshots.score_version,
        account_event_days.event_date,
        account_event_days.event_class_id,
        account_event_days.event_count
    from snapshots
    inner join account_event_days
        on snapshots.account_key = account_event_days.account_key
        and account_event_days.counted_on <= snapshots.snapshot_date
        and account_event_days.event_date <= snapshots.snapshot_date
        and account_event_days.event_date > {{ add_days('snapshots.snapshot_date', -30) }}

),

entries as (

    select
        counted.account_key,
        counted.snapshot_date,
        counted.score_config_id,
        counted.score_version,
        counted.event_date,
        class_scores.event_name,
        class_scores.content_type,
        class_scores.cta_id,
        class_scores.lane,
        class_scores.weight,
        sum(counted.event_count) as event_count
    from counted
    inner join class_scores
        on counted.event_class_id = class_scores.event_class_id
        and counted.score_config_id = class_scores.score_config_id
        and counted.score_version = class_scores.score_version
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10

),

decayed as (

    select
        entries.*,
        {{ days_between('entries.event_date', 'entries.snapshot_date') }} as age_days,
        exp(-score_versions.lambda_decay * {{ days_between('entries.event_date', 'entries.snapshot_date') }}) as decay
    from entries
    inner join score_versions
        on entries.score_config_id = score_versions.score_config_id
        and entries.score_version = score_versions.score_version

),

final as (

    select
        account_key,
        snapshot_date,
        score_config_id,
        event_date,
        event_name,
        content_type,
        cta_id,
        lane,

        cast(event_count as integer) as event_count,
        weight,
        cast(age_days as integer) as age_days,
        decay,
        event_count * weight * decay as points
    from decayed

)

select * from final
