with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at
    from {{ source('gong', 'transcripts') }}

),

latest as (

    select *
    from source
    where {{ is_known_by_as_of('version_known_at') }}
    qualify row_number() over (partition by record_id order by version_at desc) = 1

),

final as (

    select
        record_id as call_id,
        {{ json_field('payload', 'transcript') }} as transcript,
        {{ json_field('payload', 'transcript') }} is not null as is_transcribed,
        {{ json_utc('payload', 'callStarted') }} as call_started_at,
        version_at,
        version_known_at as known_at,
        loaded_at
    from latest

)

select * from final
