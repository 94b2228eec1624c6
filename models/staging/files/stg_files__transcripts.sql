with source as (

    select
        *,
        coalesce(known_at, occurred_at) as sentence_known_at
    from {{ source('files', 'transcripts') }}

),

final as (

    select
        call_id,
        position,
        speaker as speaker_id,
        speaker_name,
        {{ clean_email('speaker_email') }} as email,
        speaker_title as title,
        topic,
        text,
        starts_ms,
        ends_ms,
        is_internal,
        occurred_at,
        sentence_known_at as known_at,
        loaded_at
    from source
    where {{ is_known_by_as_of('sentence_known_at') }}

)

select * from final
