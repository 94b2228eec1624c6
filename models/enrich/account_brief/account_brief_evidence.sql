{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='brief_evidence_id',
        full_refresh=false,
    )
}}

with inputs as (

    select
        subject_key,
        account_key,
        evidence
    from {{ ref('account_brief_inputs') }}

),

told as (

    {{ json_array_rows('inputs', 'evidence') }}

),

final as (

    select
        subject_key || '|' || {{ json_text('element', 'id') }} as brief_evidence_id,
        subject_key,
        account_key,
        {{ json_text('element', 'id') }} as evidence_id,
        {{ json_text('element', 'text') }} as text,
        {{ json_text('element', 'table') }} as source_table,
        {{ json_text('element', 'key') }} as source_key
    from told

)

select * from final
