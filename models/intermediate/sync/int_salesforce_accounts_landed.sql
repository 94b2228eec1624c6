{{ config(materialized='table') }}

{%- set mappings = field_mappings('salesforce', 'Account') %}
{%- set domain_field = salesforce_field('account_domain') %}

with versions as (

    {{ landed('salesforce', 'accounts', fields=[domain_field, 'Website'] + mappings | map(attribute='field') | list) }}

),

-- as Salesforce says it now, whatever day the run is pinned to: that is what a write changes
records as (

    select
        *,
        {{ host_of("coalesce(" ~ json_text('payload', domain_field) ~ ", " ~ json_text('payload', 'Website') ~ ")") }} as host
    from versions
    qualify row_number() over (partition by record_id order by version_at desc) = 1

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_keyed') }}

),

account_keys as (

    select * from {{ ref('int_account_keys') }}

),

final as (

    select
        -- one that is newer than the day of the run is known by its host alone
        coalesce(crm_accounts.account_key, account_keys.account_key) as record_key,
        records.record_id as external_id,
        {{ json_text('records.payload', domain_field) }} as key_value,
        coalesce({{ json_boolean('records.payload', 'IsDeleted') }}, false) as is_deleted,
        {{ landed_fields(mappings, 'records.payload') }}
        records.loaded_at as landed_at
    from records
    left join crm_accounts on records.record_id = crm_accounts.account_id
    left join account_keys on records.host = account_keys.domain_reference

)

select * from final
