with turns as (

    select * from {{ ref('int_call_turns') }}

),

sums as (

    select
        call_id,
        count(*) as turn_count,
        count(distinct speaker_id) as speaker_count,
        sum(word_count) as word_count,
        sum(case when is_internal then word_count else 0 end) as our_word_count,
        sum(spoken_ms) as spoken_ms,
        sum(case when is_internal then spoken_ms end) as our_spoken_ms,
        max(case when is_internal then turn_ms end) as our_longest_ms,
        max(case when not is_internal then turn_ms end) as their_longest_ms,
        sum(case when is_internal then question_count else 0 end) as our_question_count,
        sum(case when not is_internal then question_count else 0 end) as their_question_count,
        -- how long we wait before we speak, after they have
        avg(
            case
                when is_internal and not was_internal
                    then cast(case when pause_ms > 0 then pause_ms when pause_ms <= 0 then 0 end as double)
            end
        ) as waited_ms,
        max(ends_ms) as ends_ms,
        count(case when spoken_ms is null then 1 end) as untimed_count
    from turns
    group by 1

),

final as (

    select
        call_id,
        speaker_count,
        turn_count,
        word_count,
        our_question_count,
        their_question_count,
        -- by time where every turn has one, else by words
        case
            when untimed_count = 0 and spoken_ms > 0
                then cast(coalesce(our_spoken_ms, 0) as double) / spoken_ms
            when word_count > 0
                then cast(our_word_count as double) / word_count
        end as talk_ratio,
        cast(our_longest_ms as double) / 1000 as longest_monologue_seconds,
        cast(their_longest_ms as double) / 1000 as longest_customer_story_seconds,
        case when ends_ms > 0 then cast(turn_count - 1 as double) * 60000 / ends_ms end as turns_per_minute,
        waited_ms / 1000 as patience_seconds,
        untimed_count = 0 as is_timed
    from sums

)

select * from final
