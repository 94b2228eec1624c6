with source as (

    {{ latest_records(source('gong', 'calls'), {
        'meta_data': json_field('payload', 'metaData'),
        'content': json_field('payload', 'content'),
        'interaction': json_field('payload', 'interaction'),
    }) }}

),

final as (

    select
        record_id as call_id,
        {{ json_text('meta_data', 'primaryUserId') }} as primary_user_id,
        {{ json_text('meta_data', 'workspaceId') }} as workspace_id,
        {{ json_text('meta_data', 'title') }} as title,
        {{ json_text('meta_data', 'url') }} as url,
        {{ json_text('meta_data', 'direction') }} as direction,
        {{ json_text('meta_data', 'system') }} as call_system,
        {{ json_text('meta_data', 'scope') }} as call_scope,
        {{ json_text('meta_data', 'media') }} as media,
        {{ json_text('meta_data', 'language') }} as call_language,
        {{ json_text('meta_data', 'purpose') }} as purpose,
        {{ json_text(json_field('content', 'callOutcome'), 'name') }} as call_outcome,
        {{ json_text('content', 'brief') }} as brief,
        {{ json_field('content', 'keyPoints') }} as key_points,
        {{ json_field('content', 'outline') }} as outline,
        {{ json_field('content', 'highlights') }} as highlights,
        {{ json_field('content', 'pointsOfInterest') }} as points_of_interest,
        {{ json_field('content', 'topics') }} as topics,
        {{ json_field('content', 'trackers') }} as trackers,
        {{ json_field('interaction', 'speakers') }} as speakers,
        {{ json_field('interaction', 'interactionStats') }} as interaction_stats,
        {{ json_integer('meta_data', 'duration') }} as duration_seconds,
        {{ json_integer(json_field('interaction', 'questions'), 'companyCount') }} as company_question_count,
        {{ json_integer(json_field('interaction', 'questions'), 'nonCompanyCount') }} as customer_question_count,
        {{ json_boolean('meta_data', 'isPrivate') }} as is_private,
        -- ISO text, or in some answers seconds since 1970
        coalesce(
            {{ json_utc('meta_data', 'started') }},
            {{ dbt.dateadd('second', json_integer('meta_data', 'started'), "cast('1970-01-01' as timestamp)") }}
        ) as started_at,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
