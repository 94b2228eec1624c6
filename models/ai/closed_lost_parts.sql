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

private_calls as (

    select
        call_opportunities.opportunity_id,
        calls.call_id
    from {{ ref('call_opportunities') }} as call_opportunities
    inner join {{ ref('fct_calls') }} as calls on call_opportunities.call_id = calls.call_id
    where calls.is_private

),

-- what tells of a call that has turned private since it was read is not shown: it is read again without it
turned_private as (

    select distinct parts.subject_key
    from parts
    inner join results on parts.subject_key = results.subject_key
    inner join private_calls
        on parts.opportunity_id = private_calls.opportunity_id
        and {{ text_contains(json_to_text('results.output'), quoted_call('private_calls.call_id')) }}

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
    where parts.subject_key not in (select turned_private.subject_key from turned_private)

)

select * from final
