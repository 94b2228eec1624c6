with results as (

    {{ task_results('call_summary') }}

),

final as (

    select
        subject_key as call_id,
        {{ json_field('output', 'summary') }} as summary,
        {{ json_field('output', 'concerns') }} as concerns,
        {{ json_field('output', 'next_steps') }} as next_steps,
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
