with results as (

    {{ task_results('first_touch') }}

),

final as (

    select
        subject_key,
        split_part(subject_key, '|', 1) as person_id,
        split_part(subject_key, '|', 2) as signal_id,
        {{ json_text(json_field('output', 'opening'), 'text') }} as opening,
        {{ json_text(json_field('output', 'call_to_action'), 'text') }} as call_to_action,
        engine,
        model,
        prompt_version,
        reason,
        claims_made,
        claims_removed,
        {{ json_field('output', 'opening') }} is not null
        and {{ json_field('output', 'call_to_action') }} is not null as is_passed,
        status = 'fallback' as is_fallback,
        answered_at
    from results

)

select * from final
