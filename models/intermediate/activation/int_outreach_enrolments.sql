{{ config(materialized='table') }}

with sequence_states as (

    select * from {{ ref('stg_outreach__sequence_states') }}
    where is_current

),

prospect_people as (

    select distinct
        outreach_prospect_id,
        person_id
    from {{ ref('int_outreach_prospect_emails') }}

),

-- of each person and sequence, what became of our own last attempt
own_attempts as (

    select
        *,
        {{ clean_email("split_part(record_key, '|', 1)") }} as email,
        split_part(record_key, '|', 2) as sequence_id
    from {{ source('ops', 'sync_results') }}
    where destination = 'outreach'
        and object = 'sequenceState'
        and action in ('enrol', 'undo')
        and outcome in ('written', 'unchanged', 'unknown')
    qualify row_number() over (partition by record_key order by attempted_at desc, action desc) = 1

),

plan_records as (

    select * from {{ source('ops', 'sync_plan_records') }}
    where destination = 'outreach' and object = 'sequenceState'

),

identities as (

    select * from {{ ref('int_person_identities') }}
    where identity_type = 'email'

),

landed as (

    select
        prospect_people.person_id,
        sequence_states.sequence_id,
        sequence_states.mailbox_id,
        sequence_states.state,
        cast(sequence_states.created_at as date) as enrolled_on
    from sequence_states
    inner join prospect_people on sequence_states.outreach_prospect_id = prospect_people.outreach_prospect_id

),

-- what we wrote counts at once, until Outreach tells of it
own as (

    select
        coalesce(identities.person_id, {{ person_id('email', 'own_attempts.email') }}) as person_id,
        own_attempts.sequence_id,
        {{ json_text(json_field('plan_records.links', 'mailbox'), 'external_id') }} as mailbox_id,
        case when own_attempts.action = 'undo' then 'finished' else 'pending' end as state,
        cast(own_attempts.attempted_at as date) as enrolled_on
    from own_attempts
    left join plan_records
        on own_attempts.plan_id = plan_records.plan_id
        and own_attempts.record_key = plan_records.record_key
    left join identities on own_attempts.email = identities.identity_value

),

final as (

    select
        person_id,
        sequence_id,
        mailbox_id,
        state,
        enrolled_on,
        true as is_landed
    from landed
    union all
    select
        own.person_id,
        own.sequence_id,
        own.mailbox_id,
        own.state,
        own.enrolled_on,
        false
    from own
    left join landed
        on own.person_id = landed.person_id
        and own.sequence_id = landed.sequence_id
    where landed.person_id is null

)

select * from final
