with source as (

    {{ latest_records(source('gong', 'transcripts')) }}

),

final as (

    select
        record_id as call_id,
        {{ json_field('payload', 'transcript') }} as transcript,
        {{ json_field('payload', 'transcript') }} is not null as is_transcribed,
        {{ json_utc('payload', 'callStarted') }} as call_started_at,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
