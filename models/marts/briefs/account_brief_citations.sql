{{ config(materialized='view') }}

with statements as (

    select
        *,
        {{ json_parse('evidence_ids') }} as cited
    from {{ ref('account_brief_statements') }}

),

evidence as (

    select * from {{ ref('account_brief_evidence') }}

),

citations as (

    {{ json_array_rows('statements', 'cited') }}

),

final as (

    select
        citations.statement_id || '|' || citations.element_text as citation_id,
        citations.statement_id,
        citations.account_key,
        citations.element_text as evidence_id,
        evidence.text,
        evidence.source_table,
        evidence.source_key
    from citations
    left join evidence
        on citations.subject_key = evidence.subject_key
        and citations.element_text = evidence.evidence_id

)

select * from final
