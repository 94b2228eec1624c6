with results as (

    {{ task_results('closed_lost_brief') }}

),

final as (

    select
        subject_key as brief_month,
        {{ json_field('output', 'overview') }} as overview,
        {{ json_field('output', 'objections') }} as objections,
        {{ json_field('output', 'deprioritise') }} as deprioritise,
        {{ json_field('output', 'double_down') }} as double_down,
        {{ json_field('output', 'messaging') }} as messaging,
        {{ json_field('output', 'competitors') }} as competitors,
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
