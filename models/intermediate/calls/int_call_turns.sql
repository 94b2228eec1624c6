with segments as (

    select * from {{ ref('int_call_segments') }}
    where {{ is_known_by_as_of('known_at') }}

),

participants as (

    select * from {{ ref('int_call_participants') }}
    where speaker_id is not null

),

speakers as (

    select
        call_id,
        speaker_id,
        max(case when is_internal then 1 else 0 end) = 1 as is_internal
    from participants
    group by 1, 2

),

turns as (

    select
        call_id,
        turn_number,
        min(speaker_id) as speaker_id,
        sum(ends_ms - starts_ms) as spoken_ms,
        max(ends_ms) - min(starts_ms) as turn_ms,
        sum(word_count) as word_count,
        count(case when is_question then 1 end) as question_count,
        min(starts_ms) as starts_ms,
        max(ends_ms) as ends_ms
    from segments
    group by 1, 2

),

final as (

    select
        turns.*,
        coalesce(speakers.is_internal, false) as is_internal,
        lag(coalesce(speakers.is_internal, false)) over (
            partition by turns.call_id order by turns.turn_number
        ) as was_internal,
        turns.starts_ms - lag(turns.ends_ms) over (
            partition by turns.call_id order by turns.turn_number
        ) as pause_ms
    from turns
    left join speakers
        on turns.call_id = speakers.call_id
        and turns.speaker_id = speakers.speaker_id

)

select * from final
