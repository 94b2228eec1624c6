with results as (

    {{ task_results('account_brief') }}

),

final as (

    select
        subject_key,
        split_part(subject_key, '|', 1) as account_key,
        cast(split_part(subject_key, '|', 2) as date) as brief_date,
        split_part(subject_key, '|', 3) as top_lane,
        input_hash,
        {%- for section in brief_sections() %}
        {{ json_field('output', section) }} as {{ section }},
        {%- endfor %}
        engine,
        model,
        prompt_version,
        claims_made,
        claims_removed,
        status = 'fallback' as is_fallback,
        row_number() over (
            partition by split_part(subject_key, '|', 1)
            order by split_part(subject_key, '|', 2) desc, answered_at desc, subject_key
        ) = 1 as is_latest,
        answered_at
    from results

)

select * from final
