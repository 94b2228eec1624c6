with measures as (

    select * from {{ ref('int_call_measures') }}
    where needs_coaching

),

calls as (

    select * from {{ ref('calls_enriched') }}

),

final as (

    select
        measures.call_id || ':' || measures.measure as coaching_id,
        measures.call_id,
        measures.rep_id,
        calls.account_key,
        calls.opportunity_id,

        calls.rep_name,
        calls.title,
        measures.measure,
        measures.label as reason,
        measures.advice,
        case when measures.measure = 'sentiment_score' then calls.most_negative end as said,

        measures.measure_value,
        measures.coach_at as threshold,
        measures.periods_ago,
        calls.started_at
    from measures
    inner join calls on measures.call_id = calls.call_id

)

select * from final
