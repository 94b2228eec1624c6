with calls as (

    select * from {{ ref('fct_calls') }}
    where is_transcribed

),

said as (

    select * from {{ ref('call_evidence') }}

),

opportunities as (

    select * from {{ ref('int_opportunities_collected') }}
    where is_current

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

subjects as (

    select
        calls.call_id as subject_key,
        cast(null as varchar) as lane,
        cast(null as varchar) as persona,
        cast(null as varchar) as intent_stage,
        {{ json_build({
            'title': 'calls.title',
            'account': 'accounts.account_name',
            'deal': 'opportunities.opportunity_name',
            'deal_stage': 'opportunities.stage_name',
            'brief': 'calls.brief',
        }) }} as input,
        said.evidence,
        calls.started_at as sort_at
    from calls
    inner join said on calls.call_id = said.call_id
    left join opportunities on calls.opportunity_id = opportunities.opportunity_id
    left join accounts on calls.account_key = accounts.account_key

),

final as (

    {{ task_inputs('call_summary') }}

)

select * from final
