{#
What a task of language work is asked, in the one shape all inputs models have, as a query over the CTE
`subjects`, with

    subject_key                  whom or what it is about, unique
    lane, persona, intent_stage  which template fits; null where it does not matter
    input                        JSON: the facts the subject is told by
    evidence                     JSON array of {"id", "text"[, "by"]}: rows that statements may cite
    sort_at                      which first: the newest

`input_hash` changes with the facts, the rows and the template's text: then the subject is asked again.
#}
{% macro task_inputs(task) %}
select
    subjects.subject_key,
    templates.template_id,
    subjects.input,
    subjects.evidence,
    md5(
        {{ json_to_text('subjects.input') }} || {{ json_to_text('subjects.evidence') }}
        || coalesce(templates.system_prompt || templates.user_prompt || cast(templates.max_words as varchar), '')
    ) as input_hash,
    subjects.sort_at
from subjects
left join {{ ref('stg_registry__prompt_templates') }} as templates
    on templates.task = '{{ task }}'
    and templates.enabled
    and templates.lane in (subjects.lane, '*')
    and templates.persona in (subjects.persona, '*')
    and templates.intent_stage in (subjects.intent_stage, '*')
qualify row_number() over (
    partition by subjects.subject_key
    order by
        -- the most specific first: what it says of the lane and persona, of the lane, of the persona, of neither
        case
            when templates.lane <> '*' and templates.persona <> '*' and templates.intent_stage <> '*' then 1
            when templates.lane <> '*' and templates.persona <> '*' then 2
            when templates.lane <> '*' and templates.intent_stage <> '*' then 3
            when templates.persona <> '*' and templates.intent_stage <> '*' then 4
            when templates.lane <> '*' then 5
            when templates.persona <> '*' then 6
            when templates.intent_stage <> '*' then 7
            else 8
        end,
        templates.template_id
) = 1
{% endmacro %}
