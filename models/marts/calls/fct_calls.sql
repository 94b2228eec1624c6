with calls as (

    select * from {{ ref('int_calls_collected') }}

),

call_accounts as (

    select * from {{ ref('int_call_accounts') }}

),

call_opportunities as (

    select * from {{ ref('int_call_opportunities') }}

),

participants as (

    select * from {{ ref('int_call_participants') }}

),

metrics as (

    select * from {{ ref('int_call_metrics') }}

),

guests as (

    select
        call_id,
        count(*) as participant_count,
        count(case when not is_internal then 1 end) as guest_count
    from participants
    group by 1

),

deals as (

    select
        call_id,
        max(case when is_primary then opportunity_id end) as opportunity_id,
        count(*) as opportunity_count
    from call_opportunities
    group by 1

),

final as (

    select
        calls.call_id,
        call_accounts.account_key,
        deals.opportunity_id,
        calls.rep_id,

        calls.source_name,
        calls.title,
        calls.direction,
        calls.call_language,
        calls.url,
        calls.rep_name,
        calls.rep_email,
        calls.brief,

        cast(calls.duration_seconds as integer) as duration_seconds,
        cast(coalesce(guests.participant_count, 0) as integer) as participant_count,
        cast(coalesce(guests.guest_count, 0) as integer) as guest_count,
        cast(coalesce(deals.opportunity_count, 0) as integer) as opportunity_count,
        cast(metrics.speaker_count as integer) as speaker_count,
        cast(metrics.turn_count as integer) as turn_count,
        cast(metrics.word_count as integer) as word_count,
        cast(metrics.our_question_count as integer) as our_question_count,
        cast(metrics.their_question_count as integer) as their_question_count,
        metrics.talk_ratio,
        metrics.longest_monologue_seconds,
        metrics.longest_customer_story_seconds,
        metrics.turns_per_minute,
        metrics.patience_seconds,

        metrics.call_id is not null as is_transcribed,
        coalesce(metrics.is_timed, false) as is_timed,
        calls.is_private,

        calls.started_at,
        calls.known_at,
        calls.loaded_at
    from calls
    left join call_accounts on calls.call_id = call_accounts.call_id
    left join deals on calls.call_id = deals.call_id
    left join guests on calls.call_id = guests.call_id
    left join metrics on calls.call_id = metrics.call_id

)

select * from final
