with calls as (

    select * from {{ ref('fct_calls') }}
    where is_transcribed

),

said as (

    select * from {{ ref('call_evidence') }}

),

subjects as (

    select
        calls.call_id as subject_key,
        cast(null as varchar) as lane,
        cast(null as varchar) as persona,
        cast(null as varchar) as intent_stage,
        {{ json_build({'title': 'calls.title'}) }} as input,
        said.evidence,
        calls.started_at as sort_at
    from calls
    inner join said on calls.call_id = said.call_id

),

final as (

    {{ task_inputs('call_embedding') }}

)

select * from final
