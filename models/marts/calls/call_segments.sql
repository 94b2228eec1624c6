with calls as (

    select * from {{ ref('int_calls_collected') }}
    where not is_private

),

segments as (

    select * from {{ ref('int_call_segments') }}
    where {{ is_known_by_as_of('known_at') }}

),

participants as (

    select * from {{ ref('int_call_participants') }}
    where speaker_id is not null
    qualify row_number() over (partition by call_id, speaker_id order by participant_id) = 1

),

final as (

    select
        segments.segment_id,
        segments.call_id,
        segments.speaker_id,
        participants.person_id,

        participants.participant_name as speaker_name,
        segments.topic,
        segments.text,

        segments.segment_number,
        segments.turn_number,
        segments.starts_ms,
        segments.ends_ms,
        segments.word_count,

        coalesce(participants.is_internal, false) as is_internal,
        segments.is_question,

        segments.known_at
    from segments
    inner join calls on segments.call_id = calls.call_id
    left join participants
        on segments.call_id = participants.call_id
        and segments.speaker_id = participants.speaker_id

)

select * from final
