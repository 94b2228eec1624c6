{{ config(materialized='table') }}

with candidates as (

    select * from {{ ref('int_activation_candidates') }}

),

refusals as (

    select distinct candidate_id from {{ ref('int_activation_refusals') }}

),

candidate_mailboxes as (

    select * from {{ ref('int_activation_candidate_mailboxes') }}

),

sequences as (

    select * from {{ ref('int_activation_sequences') }}

),

people as (

    select * from {{ ref('int_activation_people') }}

),

-- who of the account entered a sequence in the seven days before the day of contact, or on it
recent as (

    select
        people.account_key,
        count(distinct enrolments.person_id) as recent_count,
        min(enrolments.enrolled_on) as oldest_on
    from {{ ref('int_outreach_enrolments') }} as enrolments
    inner join people on enrolments.person_id = people.person_id
    where enrolments.enrolled_on > {{ add_days(as_of_date(), -6) }}
        and people.account_key is not null
    group by 1

),

rules as (

    select
        max(case when rule = 'weekly_cap' then limit_value end) as weekly_cap,
        max(case when rule = 'capacity' then 1 else 0 end) = 1 as is_capacity_kept
    from {{ ref('stg_registry__eligibility_rules') }}
    where enabled

),

-- whom no rule refuses, in the order of the queue
ranked as (

    select
        candidates.candidate_id,
        candidates.account_key,
        candidates.outreach_sequence_name,
        candidates.valid_until,
        coalesce(candidates.outreach_sequence_id, candidates.sequence_key) as sequence_id,
        candidate_mailboxes.mailbox_id,
        coalesce(recent.recent_count, 0) as recent_count,
        recent.oldest_on,
        rules.weekly_cap,
        case when rules.is_capacity_kept then sequences.daily_capacity end as sequence_capacity,
        sequences.entered_count,
        case when rules.is_capacity_kept then candidate_mailboxes.daily_capacity end as mailbox_capacity,
        candidate_mailboxes.planned_count,
        row_number() over (
            order by
                candidates.strength desc,
                candidates.occurred_at desc,
                candidates.contact_rank,
                candidates.candidate_id
        ) as place
    from candidates
    cross join rules
    inner join candidate_mailboxes on candidates.candidate_id = candidate_mailboxes.candidate_id
    left join refusals on candidates.candidate_id = refusals.candidate_id
    left join sequences on candidates.sequence_key = sequences.sequence_key
    left join recent on candidates.account_key = recent.account_key
    where refusals.candidate_id is null

),

-- the account's places of the week go to its first people
in_account as (

    select
        *,
        row_number() over (partition by account_key order by place) as account_place
    from ranked

),

within_account as (

    select
        *,
        coalesce(recent_count + account_place <= weekly_cap, true) or account_key is null as fits_account
    from in_account

),

-- of those, a sequence's places of the day go to its first people
in_sequence as (

    select
        *,
        case when fits_account then row_number() over (partition by sequence_id, fits_account order by place) end
            as sequence_place
    from within_account

),

within_sequence as (

    select
        *,
        fits_account and coalesce(entered_count + sequence_place <= sequence_capacity, true) as fits_sequence
    from in_sequence

),

-- and of those a mailbox's
in_mailbox as (

    select
        *,
        case when fits_sequence then row_number() over (partition by mailbox_id, fits_sequence order by place) end
            as mailbox_place
    from within_sequence

),

final as (

    select
        *,
        fits_sequence and coalesce(planned_count + mailbox_place <= mailbox_capacity, true) as fits_mailbox
    from in_mailbox

)

select * from final
