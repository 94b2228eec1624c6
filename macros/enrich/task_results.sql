{#
The answers of a task that count, as a query: of each subject the latest one that is done, or that the
offline writer gave instead, with subject_key, input_hash, output (JSON), engine, model, prompt_version, status,
claims_made, claims_removed, reason and answered_at.
#}
{% macro task_results(task) %}
select
    subject_key,
    input_hash,
    output,
    engine,
    model,
    prompt_version,
    status,
    claims_made,
    claims_removed,
    reason,
    created_at as answered_at
from {{ source('ops', 'llm_results') }}
where task = '{{ task }}'
    and status in ('done', 'fallback')
qualify row_number() over (partition by subject_key order by created_at desc, result_id) = 1
{% endmacro %}
