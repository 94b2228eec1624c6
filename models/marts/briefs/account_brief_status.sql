{{ config(materialized='view') }}

with briefs as (

    select * from {{ ref('account_briefs') }}
    where is_latest

),

inputs as (

    select * from {{ ref('account_brief_inputs') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

final as (

    select
        briefs.account_key,
        briefs.subject_key,

        accounts.account_name,
        briefs.brief_date,
        briefs.top_lane,
        briefs.engine,
        briefs.model,
        briefs.prompt_version,

        accounts.intent_score,
        accounts.intent_stage,
        accounts.surge_level,
        cast(briefs.claims_made as integer) as claims_made,
        cast(briefs.claims_removed as integer) as claims_removed,

        briefs.is_fallback,
        coalesce(inputs.input_hash <> briefs.input_hash, false) as is_due
    from briefs
    left join inputs on briefs.account_key = inputs.account_key
    left join accounts on briefs.account_key = accounts.account_key

)

select * from final
