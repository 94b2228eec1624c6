-- What an opportunity was and when: its history tells stage, amount and close date of each change,
-- the opportunity itself the rest. Salesforce keeps no history of that rest, so a change of the
-- history takes it from the record as it was landed nearest to it: the last version before, or the
-- first there is.
with records as (

    select
        *,
        case
            when lag(version_at) over (partition by opportunity_id order by version_at) is null
                then cast('0001-01-01' as timestamp)
            else version_at
        end as holds_from,
        coalesce(
            lead(version_at) over (partition by opportunity_id order by version_at),
            cast('9999-12-31' as timestamp)
        ) as holds_until
    from {{ ref('base_salesforce__opportunities') }}

),

history as (

    select * from {{ ref('stg_salesforce__opportunity_history') }}

),

-- what a stage means, as the last opportunity seen in it says
stages as (

    select
        stage_name,
        is_closed,
        is_won
    from records
    where not is_deleted
    qualify row_number() over (partition by stage_name order by version_at desc, opportunity_id) = 1

),

changes as (

    select
        history.opportunity_id,
        records.account_id,
        records.opportunity_name,
        history.stage_name,
        history.opportunity_amount,
        -- a stage that no opportunity is in any more says it by its forecast category
        coalesce(
            stages.is_closed,
            history.forecast_category = 'Closed'
            or (history.forecast_category = 'Omitted' and history.win_probability = 0),
            false
        ) as is_closed,
        coalesce(stages.is_won, history.forecast_category = 'Closed', false) as is_won,
        false as is_deleted,
        history.close_date,
        case when history.stage_name = records.stage_name then records.loss_reason end as loss_reason,
        records.owner_id,
        records.created_at,
        history.version_at,
        history.known_at,
        history.loaded_at,
        2 as source_rank,
        history.opportunity_history_id as tie_breaker
    from history
    inner join records
        on history.opportunity_id = records.opportunity_id
        and history.version_at >= records.holds_from
        and history.version_at < records.holds_until
    left join stages on history.stage_name = stages.stage_name

),

states as (

    select
        opportunity_id,
        account_id,
        opportunity_name,
        -- what was deleted is no open deal, and none that was won
        case when is_deleted then 'Deleted' else stage_name end as stage_name,
        opportunity_amount,
        is_closed or is_deleted as is_closed,
        is_won and not is_deleted as is_won,
        is_deleted,
        close_date,
        loss_reason,
        owner_id,
        created_at,
        version_at,
        known_at,
        loaded_at,
        1 as source_rank,
        opportunity_id as tie_breaker
    from records
    where {{ is_known_by_as_of('known_at') }}

),

versions as (

    select * from changes
    union all
    select * from states

),

final as (

    select
        opportunity_id,
        account_id,
        opportunity_name,
        stage_name,
        opportunity_amount,
        is_closed,
        is_won,
        is_deleted,
        close_date,
        loss_reason,
        owner_id,
        created_at,
        version_at,
        known_at,
        loaded_at
    from versions
    qualify row_number() over (
        partition by opportunity_id, version_at
        order by source_rank, tie_breaker desc
    ) = 1

)

select * from final
