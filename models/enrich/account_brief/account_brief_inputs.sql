{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='account_key',
        full_refresh=false,
    )
}}

with accounts as (

    select * from {{ ref('account_brief_accounts') }}

),

evidence as (

    select * from {{ ref('account_brief_rows') }}

),

plays as (

    select * from {{ ref('account_brief_plays') }}

),

templates as (

    select * from {{ ref('stg_registry__prompt_templates') }}

),

held as (

    {%- if is_incremental() %}
    select
        account_key,
        brief_date,
        top_lane,
        intent_score,
        surge_level,
        template_hash
    from {{ this }}
    {%- else %}
    select
        cast(null as varchar) as account_key,
        cast(null as date) as brief_date,
        cast(null as varchar) as top_lane,
        cast(null as integer) as intent_score,
        cast(null as varchar) as surge_level,
        cast(null as varchar) as template_hash
    {%- endif %}

),

told as (

    select
        account_key,
        {{ json_array_agg(
            json_build({
                'id': 'evidence_id',
                'text': 'text',
                'table': 'source_table',
                'key': 'source_key',
            }),
            'row_rank',
        ) }} as evidence,
        {{ json_array_agg('case when is_behaviour then evidence_id end', 'row_rank') }} as behaviour,
        {{ json_array_agg("case when kind in ('lane', 'no_lane') then evidence_id end", 'row_rank') }} as lanes
    from evidence
    group by 1

),

advised as (

    select
        account_key,
        {{ json_array_agg(
            json_build({
                'section': 'section',
                'kind': 'statement_kind',
                'text': 'text',
                'evidence': 'evidence_id',
            }),
            'section, play_rank',
        ) }} as plays
    from plays
    group by 1

),

subjects as (

    select
        accounts.account_key || '|' || cast(accounts.snapshot_date as varchar) || '|' || accounts.top_lane as subject_key,
        accounts.top_lane as lane,
        '{{ var("brief_persona") }}' as persona,
        accounts.intent_stage,
        {{ json_build({
            'account': 'accounts.account_name',
            'date': 'cast(accounts.snapshot_date as varchar)',
            'behaviour': 'told.behaviour',
            'lanes': 'told.lanes',
            'plays': 'advised.plays',
        }) }} as input,
        told.evidence,
        {{ day_end('accounts.snapshot_date') }} as sort_at
    from accounts
    inner join told on accounts.account_key = told.account_key
    inner join advised on accounts.account_key = advised.account_key

),

asked as (

    {{ task_inputs('account_brief') }}

),

today as (

    select
        asked.*,
        accounts.account_key,
        accounts.snapshot_date as brief_date,
        accounts.top_lane,
        accounts.intent_score,
        accounts.surge_level,
        md5(
            templates.template_id || templates.system_prompt || templates.user_prompt
            || cast(templates.max_words as varchar)
        ) as template_hash
    from asked
    inner join accounts
        on asked.subject_key
            = accounts.account_key || '|' || cast(accounts.snapshot_date as varchar) || '|' || accounts.top_lane
    inner join templates on asked.template_id = templates.template_id

),

-- the last brief stays, with the facts of its day, until the score has moved, the surge or the template is another
-- one; on its own day also until the lane is another, since that is part of its name
final as (

    select
        today.subject_key,
        today.account_key,
        today.template_id,

        today.brief_date,
        today.top_lane,
        today.intent_score,
        today.surge_level,

        today.input,
        today.evidence,
        today.input_hash,
        today.template_hash,
        today.sort_at
    from today
    left join held on today.account_key = held.account_key
    where held.account_key is null
        or (
            today.brief_date >= held.brief_date
            and (
                abs(today.intent_score - held.intent_score) >= {{ var('brief_score_move') }}
                or today.surge_level <> held.surge_level
                or today.template_hash <> held.template_hash
                or (today.brief_date = held.brief_date and today.top_lane <> held.top_lane)
            )
        )

)

select * from final
