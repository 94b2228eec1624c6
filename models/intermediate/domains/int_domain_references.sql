{{
    config(
        materialized='incremental',
        incremental_strategy='append',
    )
}}

{%- set window = read_window('searched_until') %}

with web_events as (

    select * from {{ ref('stg_files__web_events') }}
    where known_on <= cast('{{ window.to }}' as date)
        {%- if is_incremental() %}
        and {{ happened_and_known_since(window['from']) }}
        {%- endif %}

),

mentioned as (

    select distinct account_domain as domain_reference from web_events
    union all
    select distinct declared_account_key from web_events
    union all
    select distinct {{ email_domain('email') }} from web_events where email is not null
    {%- for model, columns in {
        'stg_files__accounts': ['website', 'domain'],
        'stg_files__contacts': ['email'],
        'stg_files__lead_requests': ['website', 'email'],
        'stg_files__intent_accounts': ['account_domain'],
        'stg_files__product_users': ['account_domain', 'email'],
        'stg_files__job_postings': ['account_domain'],
    }.items() %}
    {%- for column in columns %}
    union all
    select distinct {{ email_domain(column) if column == 'email' else column }} from {{ ref(model) }}
    {%- endfor %}
    {%- endfor %}
    union all
    select alias_domain from {{ ref('stg_registry__account_aliases') }}

),

final as (

    select distinct
        domain_reference,
        {{ host_of('domain_reference') }} as host,
        -- events up to this day have been searched
        cast('{{ window.to }}' as date) as searched_until
    from mentioned
    where domain_reference is not null
        {%- if is_incremental() %}
        and domain_reference not in (select domain_reference from {{ this }})
        {%- endif %}

)

select * from final
