{%- set last_day = sql_date(last_day_of_run()) %}

with account_days as (

    select * from {{ ref('replay_account_days') }}

),

event_days as (

    select * from {{ ref('int_company_event_days') }}
    where counted_on <= {{ last_day }}
        and event_date between {{ add_days(last_day, -29) }} and {{ last_day }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

new_classes as (

    select * from {{ ref('int_picked_class_scores') }}

),

configs as (

    select
        max(case when score_config_id = '{{ var("replay_config") }}' then lambda_decay end) as new_lambda,
        max(case when score_config_id = '{{ var("replay_config") }}' then normalize_k end) as new_k,
        max(case when score_config_id = '{{ var("replay_against") }}' then lambda_decay end) as old_lambda,
        max(case when score_config_id = '{{ var("replay_against") }}' then normalize_k end) as old_k
    from {{ ref('int_score_configs') }}

),

-- what the new weights alone would make of the last day
reweighted as (

    select
        coalesce(aliases.account_key, event_days.company_domain) as account_key,
        sum(
            event_days.event_count * new_classes.weight
            * exp(-configs.old_lambda * {{ days_between('event_days.event_date', last_day) }})
        ) as raw_score_30d
    from event_days
    inner join new_classes on event_days.event_class_id = new_classes.event_class_id
    cross join configs
    left join aliases on event_days.company_domain = aliases.alias_domain
    group by 1

),

moves as (

    select
        account_key,
        sum(case when stage_change <> 0 then 1 else 0 end) as days_in_another_stage,
        count(*) as day_count
    from account_days
    group by 1

),

final as (

    select
        last_days.*,
        -- from the old score to the new one in three steps: weights, then decay, then scale
        {{ replay_score('coalesce(reweighted.raw_score_30d, 0)', 'configs.old_k') }}
        - {{ replay_score('last_days.old_raw_score_30d', 'configs.old_k') }} as score_change_by_weights,
        {{ replay_score('last_days.new_raw_score_30d', 'configs.old_k') }}
        - {{ replay_score('coalesce(reweighted.raw_score_30d, 0)', 'configs.old_k') }} as score_change_by_decay,
        {{ replay_score('last_days.new_raw_score_30d', 'configs.new_k') }}
        - {{ replay_score('last_days.new_raw_score_30d', 'configs.old_k') }} as score_change_by_scale,
        moves.days_in_another_stage,
        moves.day_count
    from account_days as last_days
    cross join configs
    inner join moves on last_days.account_key = moves.account_key
    left join reweighted on last_days.account_key = reweighted.account_key
    where last_days.snapshot_date = {{ last_day }}

)

select * from final
