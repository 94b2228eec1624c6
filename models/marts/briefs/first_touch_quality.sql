{{ config(materialized='view') }}
{%- set patterns = ['any', 'length', 'reading_level', 'banned_claim', 'placeholder', 'not_in_evidence'] %}

with results as (

    select * from {{ source('ops', 'llm_results') }}
    where task = 'first_touch'
        and status in ('done', 'fallback')

),

patterns as (

    {%- for pattern in patterns %}
    select '{{ pattern }}' as pattern
    {{- '' if loop.last else ' union all' }}
    {%- endfor %}

),

counted as (

    select
        cast(results.created_at as date) as answered_on,
        results.engine,
        patterns.pattern,
        count(*) as message_count,
        count(
            case
                when patterns.pattern = 'any' then case when results.status = 'fallback' then 1 end
                when position(patterns.pattern || ':' in coalesce(results.reason, '')) > 0 then 1
            end
        ) as failed_count
    from results
    cross join patterns
    group by 1, 2, 3

),

final as (

    select
        cast(answered_on as varchar) || '|' || engine || '|' || pattern as quality_id,

        answered_on,
        engine,
        pattern,

        cast(message_count as integer) as message_count,
        cast(failed_count as integer) as failed_count,
        cast((message_count - failed_count) as double) / message_count as pass_rate
    from counted

)

select * from final
