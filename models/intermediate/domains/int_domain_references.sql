{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        post_hook='{{ mark_searched() }}',
    )
}}

{%- set window = read_window('searched_until') %}

with web_events as (

    select * from {{ ref('int_web_events_collected') }}
    where {{ known_within(window) }}

),

web_identifications as (

    select * from {{ ref('int_web_identifications') }}
    where known_on <= cast('{{ window.to }}' as date)
        {%- if is_incremental() %}
        and known_on >= cast('{{ window['from'] }}' as date)
        {%- endif %}

),

named_by_events as (

    select distinct
        account_domain,
        declared_account_key
    from web_events

),

mentioned as (

    select account_domain as domain_reference from named_by_events
    union all
    select declared_account_key from named_by_events
    union all
    select distinct {{ email_domain('email') }} from web_identifications
    {%- for model, columns in {
        'int_accounts_collected': ['website', 'domain'],
        'int_contacts_collected': ['email'],
        'int_lead_requests_collected': ['website', 'email'],
        'int_intent_accounts_collected': ['account_domain'],
        'int_product_users_collected': ['account_domain', 'email'],
        'int_job_postings_collected': ['account_domain'],
        'stg_outreach__prospects': ['email'],
        'stg_gong__call_parties': ['email'],
        'stg_files__calls': ['account_domain'],
        'stg_files__transcripts': ['email'],
        'stg_sixsense__people': ['account_domain'],
        'stg_sixsense__people_enrichment': ['account_domain'],
        'stg_clay__enrichments': ['account_domain'],
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
