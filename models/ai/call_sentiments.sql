with results as (

    {{ task_results('call_sentiment') }}

),

final as (

    select
        subject_key as call_id,
        {{ json_text('output', 'label') }} as sentiment,
        {{ json_number('output', 'score') }} as sentiment_score,
        {{ json_field('output', 'most_negative') }} as most_negative,
        {{ json_field('output', 'most_positive') }} as most_positive,
        engine,
        model,
        prompt_version,
        claims_made,
        claims_removed,
        status = 'fallback' as is_fallback,
        answered_at
    from results

)

select * from final
