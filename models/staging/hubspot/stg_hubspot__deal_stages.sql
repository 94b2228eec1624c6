with source as (

    {{ latest_records(source('hubspot', 'pipelines'), {'stages': json_field('payload', 'stages')}) }}

),

stages as (

    {{ json_array_rows('source', 'stages') }}

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
