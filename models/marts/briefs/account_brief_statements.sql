{{ config(materialized='view') }}

with briefs as (

    select * from {{ ref('account_briefs') }}
    where is_latest

),

{%- for section in brief_sections() %}
{{ section }} as (

    {{ json_array_rows('briefs', section) }}

),
{%- endfor %}

stated as (

    {%- for section in brief_sections() %}
    select
        account_key,
        subject_key,
        '{{ section }}' as section,
        {{ loop.index }} as section_number,
        position + 1 as statement_number,
        {{ json_text('element', 'kind') }} as statement_kind,
        {{ json_text('element', 'text') }} as text,
        {{ json_field('element', 'evidence') }} as evidence
    from {{ section }}
    {{- '' if loop.last else ' union all' }}
    {%- endfor %}

),

final as (

    select
        account_key || '|' || section || '|' || cast(statement_number as varchar) as statement_id,
        account_key,
        subject_key,
        section,
        statement_kind,
        case when statement_kind = 'hypothesis' then 'Hypothesis: ' else '' end || text as text,
        cast({{ json_to_text('evidence') }} as varchar) as evidence_ids,
        cast(section_number as integer) as section_number,
        cast(statement_number as integer) as statement_number
    from stated

)

select * from final
