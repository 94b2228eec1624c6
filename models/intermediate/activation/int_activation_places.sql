{{ config(materialized='table') }}

{#-
  Places are given in the order of the queue, to whoever finds one in the account's week, the sequence's
  day and the mailbox's day. Rounds instead of one person after the other: who has a place even if all
  before her get theirs, has it; who finds one full of people that have theirs, has none; the rest is
  asked again. Who is still open after the last round gets none today.
-#}
{%- set rounds = 10 -%}
{%- set kinds = ['account', 'sequence', 'mailbox'] -%}
{%- set round_columns = [
    'candidate_id', 'valid_until', 'outreach_sequence_name', 'account_id', 'sequence_id', 'mailbox_id', 'weekly_cap',
    'recent_count', 'oldest_on', 'sequence_capacity', 'mailbox_capacity', 'account_room', 'sequence_room',
    'mailbox_room', 'place',
] -%}

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

-- whom no rule refuses, in the order of the queue; a room without a limit is null
round_0 as (

    select
        candidates.candidate_id,
        candidates.valid_until,
        candidates.outreach_sequence_name,
        candidates.account_key as account_id,
        coalesce(candidates.outreach_sequence_id, candidates.sequence_key) as sequence_id,
        candidate_mailboxes.mailbox_id,
        rules.weekly_cap,
        coalesce(recent.recent_count, 0) as recent_count,
        recent.oldest_on,
        sequences.daily_capacity as sequence_capacity,
        candidate_mailboxes.daily_capacity as mailbox_capacity,
        case when candidates.account_key is not null then rules.weekly_cap - coalesce(recent.recent_count, 0) end
            as account_room,
        case when rules.is_capacity_kept then sequences.daily_capacity - sequences.entered_count end
            as sequence_room,
        case when rules.is_capacity_kept then candidate_mailboxes.daily_capacity - candidate_mailboxes.planned_count end
            as mailbox_room,
        row_number() over (
            order by
                candidates.strength desc,
                candidates.occurred_at desc,
                candidates.contact_rank,
                candidates.candidate_id
        ) as place,
        cast(null as boolean) as fits
    from candidates
    cross join rules
    inner join candidate_mailboxes on candidates.candidate_id = candidate_mailboxes.candidate_id
    left join refusals on candidates.candidate_id = refusals.candidate_id
    left join sequences on candidates.sequence_key = sequences.sequence_key
    left join recent on candidates.account_key = recent.account_key
    where refusals.candidate_id is null

),
{% for round in range(1, rounds + 1) %}
counted_{{ round }} as (

    select
        *
        {%- for kind in kinds %},
        coalesce(sum(case when fits then 1 else 0 end) over (
            partition by {{ kind }}_id order by place rows between unbounded preceding and 1 preceding
        ), 0) as {{ kind }}_taken,
        coalesce(sum(case when coalesce(fits, true) then 1 else 0 end) over (
            partition by {{ kind }}_id order by place rows between unbounded preceding and 1 preceding
        ), 0) as {{ kind }}_wanted
        {%- endfor %}
    from round_{{ round - 1 }}

),

round_{{ round }} as (

    select
        {{ round_columns | join(', ') }},
        case
            when fits is not null then fits
            when {% for kind in kinds %}coalesce({{ kind }}_wanted < {{ kind }}_room, true){{ ' and ' if not loop.last }}{% endfor %} then true
            when {% for kind in kinds %}coalesce({{ kind }}_taken >= {{ kind }}_room, false){{ ' or ' if not loop.last }}{% endfor %} then false
        end as fits
    from counted_{{ round }}

),
{% endfor %}
-- who is full of those before her, in this order
final as (

    select
        {{ round_columns | join(', ') }},
        coalesce(fits, false) as fits,
        case
            when coalesce(fits, false) then null
            {%- for kind in kinds %}
            when coalesce(sum(case when fits then 1 else 0 end) over (
                partition by {{ kind }}_id order by place rows between unbounded preceding and 1 preceding
            ), 0) >= {{ kind }}_room then '{{ kind }}'
            {%- endfor %}
            else 'open'
        end as full_kind
    from round_{{ rounds }}

)

select * from final
