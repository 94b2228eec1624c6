with results as (

    {{ task_results('call_summary') }}

),

-- a call may have turned private since it was summarised
calls as (

    select * from {{ ref('fct_calls') }}
    where not is_private

),

final as (

    select
        results.subject_key as call_id,
        {{ json_field('results.output', 'summary') }} as summary,
        {{ json_field('results.output', 'concerns') }} as concerns,
        {{ json_field('results.output', 'next_steps') }} as next_steps,
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
