{{ config(materialized='table') }}

with accounts as (

    select * from {{ ref('dim_accounts') }}

),

config as (

    select * from {{ ref('int_score_configs') }}
    where is_active

),

settings as (

    {{ settings_row(ref('stg_registry__sync_settings'), where="destination = 'salesforce'", settings={
        'stage_hysteresis': 'double', 'surge_hysteresis': 'double', 'surge_stages': 'varchar', 'create_stages': 'varchar',
        'create_queued': 'boolean',
    }) }}

),

queued_accounts as (

    select distinct account_key from {{ ref('activation_queue') }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

-- a signal names the account as it was known that day
third_party_signals as (

    select
        coalesce(aliases.account_key, signals.account_key) as account_key,
        max(signals.detected_at) as last_surge_date
    from {{ ref('fct_signals') }} as signals
    left join aliases on signals.account_key = aliases.alias_domain
    where signals.signal_name = 'intent_surged'
        and signals.detected_at <= {{ as_of_date() }}
    group by 1

),

final as (

    select
        accounts.account_key as record_key,
        '{{ salesforce_field("account_domain") }}' as key_field,
        accounts.account_key as key_value,
        '{}' as links,
        case
            when accounts.score_updated_at is not null
                then {{ source_row('marts.fct_daily_account_intent', "accounts.account_key || ' " ~ latest_snapshot_day() ~ "'") }}
            else {{ source_row('marts.dim_accounts', 'accounts.account_key') }}
        end as source_rows,

        case
            when settings.create_queued and queued_accounts.account_key is not null
                then 'not in Salesforce, and one of its people is in the queue'
            when {{ is_listed('accounts.intent_stage', 'settings.create_stages') }}
                then 'not in Salesforce, and ' || accounts.intent_stage
        end as make_reason,
        cast(null as varchar) as make_obstacle,

        accounts.account_key,
        accounts.account_name,
        coalesce(accounts.website, accounts.domain) as website,
        -- an account that nobody has seen has no figures: missing is not zero
        case when accounts.score_updated_at is not null then accounts.intent_score end as intent_score,
        case when accounts.score_updated_at is not null then accounts.intent_stage end as intent_stage,
        case when accounts.score_updated_at is not null then accounts.surge_level end as surge_level,
        case when accounts.score_updated_at is not null then accounts.top_lane end as top_lane,
        nullif({{ json_array_text('accounts.why_hot', ', ') }}, '') as why_hot,
        accounts.sixsense_buying_stage,
        accounts.sixsense_intent_score,
        accounts.sixsense_profile_fit,
        accounts.sixsense_topics,
        accounts.sixsense_segments,
        third_party_signals.last_surge_date as sixsense_last_surge_date,

        {{ tolerated_stages('accounts.intent_score', 'config', 'settings') }} as intent_stages_tolerated,
        {{ tolerated_surges('round(accounts.surge_ratio, 9)', 'accounts.intent_stage', 'config', 'settings') }} as surge_levels_tolerated,

        accounts.score_updated_at
    from accounts
    left join third_party_signals on accounts.account_key = third_party_signals.account_key
    left join queued_accounts on accounts.account_key = queued_accounts.account_key
    cross join config
    cross join settings

)

select * from final
