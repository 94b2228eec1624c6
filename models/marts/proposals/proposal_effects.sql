with proposals as (

    select * from {{ source('ops', 'proposals') }}
    where status = 'approved'

),

suppressions as (

    select * from {{ ref('stg_registry__suppressions') }}

),

suppressed as (

    select * from {{ ref('suppressed_contacts') }}

),

sync_results as (

    select * from {{ source('ops', 'sync_results') }}
    where outcome = 'written'

),

llm_results as (

    select * from {{ source('ops', 'llm_results') }}

),

signals as (

    select * from {{ ref('fct_signals') }}

),

people as (

    select * from {{ ref('dim_people') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

approved as (

    select
        proposal_id,
        kind,
        {{ json_text('payload', 'registry') }} as registry,
        {{ json_text('payload', 'record_key') }} as record_key,
        change_id,
        decided_by,
        decided_at
    from proposals

),

held_back as (

    select
        approved.proposal_id,
        count(distinct suppressed.queue_date) as day_count,
        count(distinct suppressed.person_id) as refused_person_count,
        count(distinct case when suppressed.is_only_reason then suppressed.person_id end) as held_back_person_count,
        count(distinct case when suppressed.is_only_reason then suppressed.account_key end) as held_back_account_count,
        max(suppressed.queue_date) as last_held_back_on
    from approved
    inner join suppressed
        on approved.registry = 'suppressions'
        and approved.record_key = suppressed.suppression_id
        -- the queue of the day before is for the day of the approval
        and suppressed.queue_date >= {{ add_days('cast(approved.decided_at as date)', -1) }}
    group by 1

),

-- people of a suppressed industry who entered a sequence all the same
sent_anyway as (

    select
        approved.proposal_id,
        count(distinct people.person_id) as sent_person_count
    from approved
    inner join suppressions on approved.registry = 'suppressions' and approved.record_key = suppressions.suppression_id
    inner join accounts on lower(accounts.industry) = lower(suppressions.value)
    inner join people on accounts.account_key = people.account_key
    inner join sync_results
        on sync_results.action = 'enrol'
        and lower({{ dbt.split_part('sync_results.record_key', "'|'", 1) }}) = lower(people.email)
        and sync_results.attempted_at >= approved.decided_at
        and coalesce(sync_results.attempted_at <= suppressions.valid_until, true)
    where suppressions.kind = 'industry'
    group by 1

),

-- answers asked with the changed prompt, prospects written with the changed text
used as (

    select
        approved.proposal_id,
        count(*) as used_count
    from approved
    inner join llm_results
        on approved.registry = 'prompt_templates'
        and {{ dbt.split_part('llm_results.prompt_version', "':'", 1) }} = approved.record_key
        and llm_results.created_at >= approved.decided_at
    group by 1
    union all
    select
        approved.proposal_id,
        count(*) as used_count
    from approved
    inner join sync_results
        on approved.registry = 'sync_settings'
        and sync_results.object = 'prospect'
        and sync_results.attempted_at >= approved.decided_at
    group by 1
    union all
    -- messages written in the changed angle; they are named by person and signal
    select
        approved.proposal_id,
        count(*) as used_count
    from approved
    inner join signals
        on approved.registry = 'message_angles'
        and approved.record_key = signals.signal_name
    inner join llm_results
        on llm_results.task = 'first_touch'
        and {{ dbt.split_part('llm_results.subject_key', "'|'", 2) }} = signals.signal_id
        and llm_results.created_at >= approved.decided_at
    group by 1

),

final as (

    select
        approved.proposal_id,
        approved.change_id,

        approved.kind,
        approved.registry,
        approved.record_key,
        approved.decided_by,

        cast(coalesce(held_back.day_count, 0) as integer) as day_count,
        cast(coalesce(held_back.refused_person_count, 0) as integer) as refused_person_count,
        cast(coalesce(held_back.held_back_person_count, 0) as integer) as held_back_person_count,
        cast(coalesce(held_back.held_back_account_count, 0) as integer) as held_back_account_count,
        cast(coalesce(sent_anyway.sent_person_count, 0) as integer) as sent_person_count,
        cast(coalesce(used.used_count, 0) as integer) as used_count,

        approved.registry <> 'suppressions' or suppressions.suppression_id is not null as is_in_force,

        held_back.last_held_back_on,
        approved.decided_at
    from approved
    left join held_back on approved.proposal_id = held_back.proposal_id
    left join sent_anyway on approved.proposal_id = sent_anyway.proposal_id
    left join used on approved.proposal_id = used.proposal_id
    left join suppressions on approved.registry = 'suppressions' and approved.record_key = suppressions.suppression_id

)

select * from final
