with source as (

    {{ latest_records(source('gong', 'calls'), {'parties': json_field('payload', 'parties')}) }}

),

parties as (

    {{ json_array_rows('source', 'parties') }}

),

final as (

    select
        record_id as call_id,
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
        known_at
    from parties

)

select * from final
