with calls as (

    select * from {{ ref('fct_calls') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

opportunities as (

    select * from {{ ref('int_opportunities_collected') }}
    where is_current

),

summaries as (

    select * from {{ ref('call_summaries') }}

),

sentiments as (

    select * from {{ ref('call_sentiments') }}

),

final as (

    select
        calls.call_id,
        calls.account_key,
        calls.opportunity_id,
        coalesce(calls.rep_id, calls.rep_email, calls.rep_name) as rep_id,

        calls.title,
        calls.rep_name,
        accounts.account_name,
        opportunities.opportunity_name,
        opportunities.stage_name,

        sentiments.sentiment,
        {{ as_json(json_to_text('summaries.summary')) }} as summary,
        {{ as_json(json_to_text('summaries.concerns')) }} as concerns,
        {{ as_json(json_to_text('summaries.next_steps')) }} as next_steps,
        {{ as_json(json_to_text('sentiments.most_negative')) }} as most_negative,
        {{ as_json(json_to_text('sentiments.most_positive')) }} as most_positive,
        summaries.engine as summary_engine,
        sentiments.engine as sentiment_engine,

        calls.duration_seconds,
        calls.talk_ratio,
        calls.longest_monologue_seconds,
        cast(calls.our_question_count as double) * 600 / nullif(calls.duration_seconds, 0)
            as our_questions_per_10_minutes,
        calls.turns_per_minute,
        calls.patience_seconds,
        sentiments.sentiment_score,
        cast({{ json_array_length('summaries.concerns') }} as integer) as concern_count,
        cast({{ json_array_length('summaries.next_steps') }} as integer) as next_step_count,
        cast(opportunities.opportunity_amount as double) as opportunity_amount,
        opportunities.close_date,

        calls.is_transcribed,
        calls.is_private,
        coalesce(not opportunities.is_closed, false) as is_deal_open,
        opportunities.is_won as is_deal_won,

        calls.started_at
    from calls
    left join accounts on calls.account_key = accounts.account_key
    left join opportunities on calls.opportunity_id = opportunities.opportunity_id
    left join summaries on calls.call_id = summaries.call_id
    left join sentiments on calls.call_id = sentiments.call_id

)

select * from final
