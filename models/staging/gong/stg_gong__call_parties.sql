with source as (

    select
        record_id as call_id,
        version_at,
        coalesce(known_at, version_at) as version_known_at,
        {{ json_field('payload', 'parties') }} as parties
    from {{ source('gong', 'calls') }}

),

latest as (

    select *
    from source
    where {{ is_known_by_as_of('version_known_at') }}
    qualify row_number() over (partition by call_id order by version_at desc) = 1

),

parties as (

    {{ json_array_rows('latest', 'parties') }}

),

final as (

    select
        call_id,
        position as party_position,
        {{ json_text('element', 'id') }} as party_id,
        {{ json_text('element', 'speakerId') }} as speaker_id,
        {{ json_text('element', 'userId') }} as user_id,
        {{ clean_email(json_text('element', 'emailAddress')) }} as email,
        {{ json_text('element', 'name') }} as party_name,
        {{ json_text('element', 'title') }} as title,
        {{ json_text('element', 'affiliation') }} as affiliation,
        {{ json_text('element', 'phoneNumber') }} as phone,
        coalesce({{ json_text('element', 'affiliation') }} = 'Internal', false)
            or {{ json_text('element', 'userId') }} is not null as is_internal,
        version_at,
        version_known_at as known_at
    from parties

)

select * from final
