{{ config(materialized='table') }}

with signals as (

    select * from {{ ref('int_activation_signals') }}

),

contacts as (

    select * from {{ ref('account_contacts') }}

),

people as (

    select * from {{ ref('int_activation_people') }}

),

personas as (

    select * from {{ ref('int_activation_personas') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

sequences as (

    select * from {{ ref('int_activation_sequences') }}

),

enrolments as (

    select
        person_id,
        sequence_id,
        max(enrolled_on) as enrolled_on
    from {{ ref('int_outreach_enrolments') }}
    group by 1, 2

),

-- the person of the signal; of a signal of an account, its best people, or nobody
pairs as (

    select
        signals.*,
        signals.person_id as candidate_person_id,
        cast(0 as integer) as contact_rank
    from signals
    where signals.person_id is not null
    union all
    select
        signals.*,
        contacts.person_id,
        coalesce(contacts.contact_rank, 0)
    from signals
    left join contacts on signals.account_key = contacts.account_key
    where signals.person_id is null

),

-- of a person's signals the strongest, then the newest; one whose sequence she can enter before others
best_pairs as (

    select
        pairs.*,
        sequences.outreach_sequence_id,
        sequences.outreach_sequence_name,
        case
            when sequences.sequence_key is null then 'registry sequences has no row ' || pairs.sequence_key
            else sequences.closed_by
        end as sequence_closed_by,
        enrolments.enrolled_on as in_this_sequence_on,
        coalesce(pairs.candidate_person_id, pairs.account_key, pairs.signal_id) as subject
    from pairs
    left join sequences on pairs.sequence_key = sequences.sequence_key
    left join enrolments
        on pairs.candidate_person_id = enrolments.person_id
        and sequences.outreach_sequence_id = enrolments.sequence_id
    qualify row_number() over (
        partition by coalesce(pairs.candidate_person_id, pairs.account_key, pairs.signal_id)
        order by
            case
                when sequences.sequence_key is null or sequences.closed_by is not null then 1
                when enrolments.sequence_id is not null then 1
                else 0
            end,
            pairs.strength desc,
            pairs.occurred_at desc,
            pairs.signal_id
    ) = 1

),

final as (

    select
        md5(best_pairs.subject || '|' || best_pairs.signal_id) as candidate_id,
        best_pairs.candidate_person_id as person_id,
        coalesce(best_pairs.account_key, people.account_key) as account_key,
        best_pairs.signal_id,
        best_pairs.signal_name,
        best_pairs.sequence_key,
        best_pairs.outreach_sequence_id,
        best_pairs.outreach_sequence_name,
        coalesce(people.crm_owner_id, accounts.crm_owner_id) as crm_owner_id,
        accounts.crm_owner_id as account_crm_owner_id,

        best_pairs.signal_label,
        personas.persona,
        people.email,
        people.opted_out_by,
        best_pairs.sequence_closed_by,
        best_pairs.evidence,

        best_pairs.strength,
        best_pairs.contact_rank,
        coalesce(accounts.won_opportunity_count, 0) as won_opportunity_count,
        coalesce(accounts.open_opportunity_count, 0) as open_opportunity_count,
        coalesce(accounts.lost_opportunity_count, 0) as lost_opportunity_count,
        accounts.industry,
        accounts.sixsense_segments,

        coalesce(people.has_email_for_credit, false) as has_email_for_credit,
        coalesce(people.is_personal_mail, false) as is_personal_mail,
        coalesce(people.is_do_not_contact, false) as is_do_not_contact,

        people.bounced_on,
        people.last_touched_on,
        best_pairs.in_this_sequence_on,
        best_pairs.occurred_at,
        best_pairs.detected_at,
        best_pairs.valid_until
    from best_pairs
    left join people on best_pairs.candidate_person_id = people.person_id
    left join personas
        on people.title is not distinct from personas.title
        and people.job_level is not distinct from personas.job_level
        and people.job_function is not distinct from personas.job_function
    left join accounts on coalesce(best_pairs.account_key, people.account_key) = accounts.account_key

)

select * from final
