{{ config(materialized='table') }}

{%- set mappings = field_mappings('salesforce', 'Contact') %}

with versions as (

    {{ landed('salesforce', 'contacts', fields=['Email'] + mappings | map(attribute='field') | list) }}

),

records as (

    select * from versions
    qualify row_number() over (partition by record_id order by version_at desc) = 1

),

final as (

    select
        {{ clean_email(json_text('payload', 'Email')) }} as record_key,
        record_id as external_id,
        {{ json_text('payload', 'Email') }} as key_value,
        coalesce({{ json_boolean('payload', 'IsDeleted') }}, false) as is_deleted,
        {{ landed_fields(mappings) }}
        loaded_at as landed_at
    from records

)

select * from final
