{{ config(materialized='table') }}

{%- set mappings = field_mappings('outreach', 'prospect') %}

with records as (

    select
        *,
        {{ json_field('payload', 'attributes') }} as attributes,
        {{ json_field(json_field('payload', 'attributes'), 'emails') }} as emails,
        {{ json_text(json_field('payload', 'attributes'), 'trashedAt') }} is not null as is_deleted
    from {{ source('outreach', 'prospects') }}
    qualify row_number() over (partition by record_id order by version_at desc) = 1

),

emails as ({{ json_array_rows('records', 'emails') }}),

addresses as (

    select
        {{ clean_email('element_text') }} as email,
        record_id,
        is_deleted,
        element_text
    from emails
    where {{ clean_email('element_text') }} is not null
    qualify row_number() over (partition by record_id, {{ clean_email('element_text') }} order by position) = 1

),

keys as (

    select
        email,
        record_id,
        element_text
    from addresses
    union all
    select
        named.email,
        named.record_id,
        named.email
    from ({{ named_by_queue('outreach_prospect_id', 'records', 'addresses') }}) as named

),

final as (

    select
        keys.email as record_key,
        records.record_id as external_id,
        keys.element_text as key_value,
        records.is_deleted,
        {{ landed_fields(mappings, 'records.attributes') }}
        records.loaded_at as landed_at
    from records
    inner join keys on records.record_id = keys.record_id

)

select * from final
