with opportunities as (

    select * from {{ ref('int_opportunities_collected') }}

),

-- a reason that stays in the record of a deal that came back is none
versions as (

    select
        *,
        case
            when is_closed and not coalesce(is_won, false) and not coalesce(is_deleted, false) then loss_reason
        end as reason_lost
    from opportunities

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_keyed') }}

),

versions_in_order as (

    select
        *,
        row_number() over (partition by opportunity_id order by version_at) as version_number,
        lag(stage_name) over (partition by opportunity_id order by version_at) as stage_before,
        lag(opportunity_amount) over (partition by opportunity_id order by version_at) as amount_before,
        lag(is_closed) over (partition by opportunity_id order by version_at) as was_closed,
        lag(is_won) over (partition by opportunity_id order by version_at) as was_won,
        lag(reason_lost) over (partition by opportunity_id order by version_at) as reason_lost_before
    from versions

),

changes as (

    select * from versions_in_order
    where version_number = 1
        or stage_name is distinct from stage_before
        or opportunity_amount is distinct from amount_before
        or is_closed is distinct from was_closed
        or is_won is distinct from was_won
        or reason_lost is distinct from reason_lost_before

),

final as (

    select
        md5(changes.opportunity_id || '|' || cast(changes.version_number as varchar)) as opportunity_change_id,
        changes.opportunity_id,
        crm_accounts.account_key,
        changes.account_id as crm_account_id,
        changes.owner_id as crm_owner_id,

        changes.opportunity_name,
        cast(
            row_number() over (partition by changes.opportunity_id order by changes.version_at) as integer
        ) as change_number,
        changes.stage_before,
        changes.stage_name as stage_after,
        changes.reason_lost as loss_reason,

        changes.amount_before,
        changes.opportunity_amount as amount_after,

        coalesce(
            changes.version_number = 1
            and cast(changes.version_at as date) = cast(changes.created_at as date),
            false
        ) as is_creation,
        coalesce(changes.is_closed, false) as is_closed,
        coalesce(changes.is_won, false) as is_won,
        changes.is_deleted,

        changes.version_at as changed_at,
        changes.known_at
    from changes
    left join crm_accounts on changes.account_id = crm_accounts.account_id

)

select * from final
