{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='call_id',
    )
}}

with gong_transcripts as (

    select
        call_id,
        transcript,
        version_at,
        known_at
    from {{ ref('stg_gong__transcripts') }}
    where is_transcribed

),

file_sentences as (

    select * from {{ ref('stg_files__transcripts') }}

),

{%- if is_incremental() %}

told as (

    select distinct
        call_id,
        version_at
    from {{ this }}

),

{%- endif %}

new_transcripts as (

    select gong_transcripts.*
    from gong_transcripts
    {%- if is_incremental() %}
    left join told
        on gong_transcripts.call_id = told.call_id
        and gong_transcripts.version_at = told.version_at
    where told.call_id is null
    {%- endif %}

),

transcript_turns as (

    {{ json_array_rows('new_transcripts', 'transcript') }}

),

turns as (

    select
        call_id,
        version_at,
        known_at,
        position as turn_position,
        {{ json_text('element', 'speakerId') }} as speaker_id,
        {{ json_text('element', 'topic') }} as topic,
        {{ json_field('element', 'sentences') }} as sentences
    from transcript_turns

),

turn_sentences as (

    {{ json_array_rows('turns', 'sentences') }}

),

file_versions as (

    select
        call_id,
        max(loaded_at) as version_at
    from file_sentences
    group by 1

),

sentences as (

    select
        call_id,
        speaker_id,
        topic,
        {{ json_text('element', 'text') }} as text,
        {{ json_integer('element', 'start') }} as starts_ms,
        {{ json_integer('element', 'end') }} as ends_ms,
        row_number() over (partition by call_id order by turn_position, position) - 1 as segment_number,
        version_at,
        known_at
    from turn_sentences
    union all
    select
        file_sentences.call_id,
        file_sentences.speaker_id,
        file_sentences.topic,
        file_sentences.text,
        file_sentences.starts_ms,
        file_sentences.ends_ms,
        row_number() over (partition by file_sentences.call_id order by file_sentences.position) - 1,
        file_versions.version_at,
        file_sentences.known_at
    from file_sentences
    inner join file_versions on file_sentences.call_id = file_versions.call_id
    {%- if is_incremental() %}
    left join told
        on file_versions.call_id = told.call_id
        and file_versions.version_at = told.version_at
    where told.call_id is null
    {%- endif %}

),

marked as (

    select
        *,
        case
            when lag(speaker_id) over (partition by call_id order by segment_number) = speaker_id then 0
            else 1
        end as is_new_turn
    from sentences
    where text is not null

),

final as (

    select
        call_id || ':' || cast(segment_number as varchar) as segment_id,
        call_id,
        speaker_id,

        topic,
        text,

        cast(segment_number as integer) as segment_number,
        cast(sum(is_new_turn) over (
            partition by call_id order by segment_number rows between unbounded preceding and current row
        ) as integer) as turn_number,
        cast(starts_ms as bigint) as starts_ms,
        cast(ends_ms as bigint) as ends_ms,
        cast(
            length({{ trimmed('text') }}) - length(replace({{ trimmed('text') }}, ' ', '')) + 1 as integer
        ) as word_count,

        -- also as Chinese, Japanese and Arabic write it
        right({{ trimmed('text') }}, 1) in ('?', '？', '؟') as is_question,

        version_at,
        known_at
    from marked

)

select * from final
