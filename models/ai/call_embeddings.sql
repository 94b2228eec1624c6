{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='call_id',
        tags=['language'],
    )
}}

with results as (

    {{ task_results('call_embedding') }}

),

final as (

    select
        subject_key as call_id,
        {{ vector_from_json(json_field('output', 'vector'), 256) }} as embedding,
        engine,
        model,
        answered_at
    from results
    {% if is_incremental() %}
    -- a run of language work may still be writing: the last hour is read again
    where answered_at >= (
        select coalesce({{ dbt.dateadd('hour', -1, 'max(answered_at)') }}, cast('1970-01-01' as timestamp)) from {{ this }}
    )
    {% endif %}

)

select * from final
