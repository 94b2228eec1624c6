{{ config(materialized='table') }}

with jobs as (

    select distinct
        title,
        job_level,
        job_function
    from {{ ref('int_activation_people') }}
    where coalesce(title, job_level, job_function) is not null

),

personas as (

    select * from {{ ref('stg_registry__personas') }}
    where enabled

),

texts as (

    select
        title,
        job_level,
        job_function,
        lower(coalesce(title, '')) as title_text,
        lower(coalesce(title, '') || ' | ' || coalesce(job_level, '')) as level_text,
        lower(coalesce(title, '') || ' | ' || coalesce(job_function, '')) as function_text
    from jobs

),

final as (

    select
        texts.title,
        texts.job_level,
        texts.job_function,
        personas.persona,
        personas.seniority_order,
        personas.relevance_order
    from texts
    inner join personas
        on {{ regexp_found('texts.level_text', 'personas.level_pattern') }}
        and {{ regexp_found('texts.function_text', 'personas.function_pattern') }}
        and not coalesce({{ regexp_found('texts.title_text', 'personas.except_pattern') }}, false)
    qualify row_number() over (
        partition by texts.title, texts.job_level, texts.job_function
        order by personas.seniority_order, personas.relevance_order, personas.persona
    ) = 1

)

select * from final
