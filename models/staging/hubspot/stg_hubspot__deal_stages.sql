with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at,
        {{ json_field('payload', 'stages') }} as stages
    from {{ source('hubspot', 'pipelines') }}

),

latest as (

    select *
    from source
    where {{ is_known_by_as_of('version_known_at') }}
    qualify row_number() over (partition by record_id order by version_at desc) = 1

),

stages as (

    {{ json_array_rows('latest', 'stages') }}

),

figures as (

    select
        *,
        {{ json_field('element', 'metadata') }} as metadata
    from stages

),

final as (

    select
        record_id as pipeline_id,
        {{ json_text('element', 'id') }} as stage_id,
        {{ json_text('payload', 'label') }} as pipeline_name,
        {{ json_text('element', 'label') }} as stage_name,
        {{ json_integer('element', 'displayOrder') }} as stage_position,
        {{ json_number('metadata', 'probability') }} as stage_probability,
        coalesce({{ json_boolean('metadata', 'isClosed') }}, false) as is_closed,
        coalesce(
            {{ json_boolean('metadata', 'isClosed') }} and {{ json_number('metadata', 'probability') }} = 1,
            false
        ) as is_won
    from figures

)

select * from final
