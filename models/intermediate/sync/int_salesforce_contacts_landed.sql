{{ config(materialized='table') }}

{%- set mappings = field_mappings('salesforce', 'Contact') %}
{%- set noes = ['HasOptedOutOfEmail', salesforce_field('contact_do_not_contact')] %}

with versions as (

    {{ landed('salesforce', 'contacts', fields=['Email'] + noes + mappings | map(attribute='field') | list) }}

),

records as (

    select
        *,
        {{ clean_email(json_text('payload', 'Email')) }} as email,
        coalesce({{ json_boolean('payload', 'IsDeleted') }}, false) as is_deleted,
        {% for field in noes %}coalesce({{ json_boolean('payload', field) }}, false){{ ' or ' if not loop.last }}{% endfor %} as is_opted_out
    from versions
    qualify row_number() over (partition by record_id order by version_at desc) = 1

),

keys as (

    select
        email,
        record_id
    from records
    union all
    {{ named_by_queue('crm_contact_id', 'records') }}

),

final as (

    select
        keys.email as record_key,
        records.record_id as external_id,
        {{ json_text('records.payload', 'Email') }} as key_value,
        records.is_deleted,
        records.is_opted_out,
        {{ landed_fields(mappings, 'records.payload') }}
        records.loaded_at as landed_at
    from records
    inner join keys on records.record_id = keys.record_id

)

select * from final
