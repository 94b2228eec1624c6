with new_days as (

    select * from {{ ref('fct_daily_account_intent') }}

),

old_days as (

    select * from {{ replay_old('fct_daily_account_intent') }}

),

final as (

    select
        new_days.account_key,
        new_days.snapshot_date,
        old_days.score_config_id as old_score_config_id,
        new_days.score_config_id as new_score_config_id,

        old_days.intent_stage as old_intent_stage,
        new_days.intent_stage as new_intent_stage,
        old_days.surge_level as old_surge_level,
        new_days.surge_level as new_surge_level,

        old_days.intent_score as old_intent_score,
        new_days.intent_score as new_intent_score,
        new_days.intent_score - old_days.intent_score as score_change,
        old_days.raw_score_30d as old_raw_score_30d,
        new_days.raw_score_30d as new_raw_score_30d,
        {{ stage_number('new_days.intent_stage') }} - {{ stage_number('old_days.intent_stage') }} as stage_change
    from new_days
    inner join old_days
        on new_days.account_key = old_days.account_key
        and new_days.snapshot_date = old_days.snapshot_date

)

select * from final
