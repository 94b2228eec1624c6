{{ config(materialized='view') }}

with plays as (

    select * from {{ ref('stg_registry__brief_plays') }}
    where enabled

),

evidence as (

    select * from {{ ref('account_brief_rows') }}

),

-- a play is made once, of the first row that calls for it
made as (

    select
        evidence.account_key,
        plays.section,
        plays.play_id,
        plays.statement_kind,
        evidence.evidence_id,
        replace(replace(plays.text, '{label}', evidence.label), '{row}', evidence.text) as text,
        plays.priority
    from plays
    inner join evidence
        on plays.row_kind = evidence.kind
        and plays.row_subject in (evidence.subject, '*')
    qualify row_number() over (
        partition by evidence.account_key, plays.play_id order by evidence.row_rank
    ) = 1

),

final as (

    select
        account_key,
        section,
        cast(row_number() over (partition by account_key, section order by priority, play_id) as integer) as play_rank,
        play_id,
        statement_kind,
        evidence_id,
        text
    from made
    qualify row_number() over (partition by account_key, section order by priority, play_id)
        <= {{ var('brief_plays_per_section') }}

)

select * from final
