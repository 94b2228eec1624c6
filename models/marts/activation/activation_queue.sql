with places as (

    select * from {{ ref('int_activation_places') }}
    where fits

),

candidates as (

    select * from {{ ref('int_activation_candidates') }}

),

candidate_mailboxes as (

    select * from {{ ref('int_activation_candidate_mailboxes') }}

),

people as (

    select * from {{ ref('int_activation_people') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

final as (

    select
        {{ as_of_date() }} as queue_date,
        cast(row_number() over (order by places.place) as integer) as queue_rank,

        candidates.person_id,
        candidates.account_key,
        candidates.signal_id,
        accounts.crm_account_id,
        people.crm_contact_id,
        candidates.crm_owner_id,
        people.outreach_prospect_id,
        candidates.outreach_sequence_id,
        candidate_mailboxes.mailbox_id,

        candidates.signal_name,
        candidates.strength,
        candidates.evidence,
        candidates.sequence_key,
        candidate_mailboxes.mailbox_email,
        -- one sentence for the seller: why now
        candidates.signal_label || ' on ' || cast(candidates.detected_at as varchar)
            || coalesce('; the account is ' || accounts.intent_stage || ' and its surge ' || accounts.surge_level, '')
            || coalesce(': ' || nullif({{ json_array_text('accounts.why_hot', ', ') }}, ''), '') || '.' as reason,

        people.email,
        people.first_name,
        people.last_name,
        people.display_name,
        people.title,
        candidates.persona,
        people.linkedin_url,

        accounts.account_name,
        accounts.intent_score,
        accounts.intent_stage,
        accounts.surge_level,
        accounts.top_lane,
        accounts.why_hot,

        candidates.detected_at
    from places
    inner join candidates on places.candidate_id = candidates.candidate_id
    inner join candidate_mailboxes on places.candidate_id = candidate_mailboxes.candidate_id
    inner join people on candidates.person_id = people.person_id
    left join accounts on candidates.account_key = accounts.account_key

)

select * from final
