with results as (

    {{ task_results('closed_lost_brief') }}

),

private_calls as (

    select * from {{ ref('fct_calls') }}
    where is_private

),

-- what quotes a call that has turned private since it was written is not shown: it is written again without it
turned_private as (

    select distinct results.subject_key
    from results
    inner join private_calls
        on {{ text_contains(json_to_text('results.output'), quoted_call('private_calls.call_id')) }}

),

final as (

    select
        results.subject_key as brief_month,
        {{ json_field('results.output', 'overview') }} as overview,
        {{ json_field('results.output', 'objections') }} as objections,
        {{ json_field('results.output', 'deprioritise') }} as deprioritise,
        {{ json_field('results.output', 'double_down') }} as double_down,
        {{ json_field('results.output', 'messaging') }} as messaging,
        {{ json_field('results.output', 'competitors') }} as competitors,
        results.engine,
        results.model,
        results.prompt_version,
        results.claims_made,
        results.claims_removed,
        results.status = 'fallback' as is_fallback,
        results.answered_at
    from results
    left join turned_private on results.subject_key = turned_private.subject_key
    where turned_private.subject_key is null

)

select * from final
