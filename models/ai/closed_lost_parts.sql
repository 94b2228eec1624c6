with results as (

    {{ task_results('closed_lost_deal') }}

),

-- a part that the deal has no longer, and a deal that has left the window, count no more
parts as (

    select
        subject_key,
        {{ dbt.split_part('subject_key', "':'", 1) }} as opportunity_id
    from {{ ref('closed_lost_deal_inputs') }}

),

final as (

    select
        parts.subject_key as part_id,
        parts.opportunity_id,

        {{ json_field('results.output', 'objections') }} as objections,
        {{ json_field('results.output', 'pain_points') }} as pain_points,
        {{ json_field('results.output', 'good_fit') }} as good_fit,
        {{ json_field('results.output', 'poor_fit') }} as poor_fit,
        {{ json_field('results.output', 'competitors') }} as competitors,
        {{ json_field('results.output', 'segment') }} as segment,
        {{ json_field('results.output', 'messaging') }} as messaging,
        results.engine,
        results.model,
        results.prompt_version,

        results.claims_made,
        results.claims_removed,

        results.status = 'fallback' as is_fallback,

        results.answered_at
    from parts
    inner join results on parts.subject_key = results.subject_key

)

select * from final
