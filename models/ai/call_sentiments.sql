with results as (

    {{ task_results('call_sentiment') }}

),

-- a call may have turned private since it was read
calls as (

    select * from {{ ref('fct_calls') }}
    where not is_private

),

final as (

    select
        results.subject_key as call_id,
        {{ json_text('results.output', 'label') }} as sentiment,
        {{ json_number('results.output', 'score') }} as sentiment_score,
        {{ json_field('results.output', 'most_negative') }} as most_negative,
        {{ json_field('results.output', 'most_positive') }} as most_positive,
        results.engine,
        results.model,
        results.prompt_version,
        results.claims_made,
        results.claims_removed,
        results.status = 'fallback' as is_fallback,
        results.answered_at
    from results
    inner join calls on results.subject_key = calls.call_id

)

select * from final
