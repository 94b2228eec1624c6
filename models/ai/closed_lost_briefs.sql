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
    where subject_key not in (select turned_private.subject_key from turned_private)

)

select * from final
