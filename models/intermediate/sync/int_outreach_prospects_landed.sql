{{ config(materialized='table') }}

{%- set mappings = field_mappings('outreach', 'prospect') %}

with records as (

    select
        *,
        {{ json_field('payload', 'attributes') }} as attributes,
        {{ json_field(json_field('payload', 'attributes'), 'emails') }} as emails
    from {{ source('outreach', 'prospects') }}
    qualify row_number() over (partition by record_id order by version_at desc) = 1

),

emails as ({{ json_array_rows('records', 'emails') }}),

final as (

    select
        {{ clean_email('element_text') }} as record_key,
        record_id as external_id,
        element_text as key_value,
        {{ json_text('attributes', 'trashedAt') }} is not null as is_deleted,
        {{ landed_fields(mappings, 'attributes') }}
        loaded_at as landed_at
    from emails
    where {{ clean_email('element_text') }} is not null
    qualify row_number() over (partition by record_id, {{ clean_email('element_text') }} order by position) = 1

)

select * from final
