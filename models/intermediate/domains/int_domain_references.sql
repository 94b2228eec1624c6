{{
    config(
        materialized='incremental',
        incremental_strategy='append',
    )
}}

{%- set window = read_window('first_known_on') %}

with web_events as (

    select * from {{ ref('stg_files__web_events') }}
    where known_on <= cast('{{ window.to }}' as date)
        {%- if is_incremental() %}
        and {{ happened_and_known_since(window['from']) }}
        {%- endif %}

),

mentioned as (

    select account_domain as domain_reference, min(known_on) as known_on from web_events group by 1
    union all
    select declared_account_key, min(known_on) from web_events group by 1
    union all
    select {{ email_domain('email') }}, min(known_on) from web_events where email is not null group by 1
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
    select
        {{ email_domain(column) if column == 'email' else column }},
        cast('{{ window.to }}' as date)
    from {{ ref(model) }}
    {%- endfor %}
    {%- endfor %}
    union all
    select alias_domain, cast('{{ window.to }}' as date) from {{ ref('stg_registry__account_aliases') }}

),

final as (

    select
        domain_reference,
        {{ host_of('domain_reference') }} as host,
        min(known_on) as first_known_on
    from mentioned
    where domain_reference is not null
        {%- if is_incremental() %}
        and domain_reference not in (select domain_reference from {{ this }})
        {%- endif %}
    group by 1, 2

)

select * from final
