with queue as (

    select * from {{ ref('activation_queue') }}
    qualify row_number() over (partition by email order by queue_rank) = 1

),

signals as (

    select * from {{ ref('stg_registry__signals') }}

),

accounts as (

    {{ external_ids('salesforce', 'Account', ref('int_salesforce_accounts_landed')) }}

),

account_keys as (

    select * from {{ ref('int_account_keys') }}

),

technographics as (

    select distinct
        account_keys.account_key,
        technographics.technology
    from {{ ref('stg_files__technographics') }} as technographics
    inner join account_keys on technographics.account_domain = account_keys.domain_reference

),

tech_stacks as (

    select
        account_key,
        {{ json_array_text(json_array_agg('technology', 'technology'), ', ') }} as tech_stack
    from technographics
    group by 1

),

enrichments as (

    select
        account_keys.account_key,
        {{ json_array_text(json_field('enrichments.result', 'technologies'), ', ') }} as tech_stack,
        {{ json_text('enrichments.result', 'news') }} as company_news
    from {{ ref('stg_clay__enrichments') }} as enrichments
    inner join account_keys on enrichments.account_domain = account_keys.domain_reference
    where enrichments.is_current
    qualify row_number() over (
        partition by account_keys.account_key order by enrichments.version_at desc, enrichments.enrichment_id
    ) = 1

),

final as (

    select
        queue.email as record_key,
        'Email' as key_field,
        queue.email as key_value,
        '{"AccountId":' || {{ link_to('Account', 'queue.account_key', 'accounts.external_id') }} || '}' as links,
        {{ source_row('marts.activation_queue', "queue.person_id || ' ' || cast(queue.queue_date as varchar)") }} as source_rows,

        'new person of the queue: ' || signals.label as make_reason,
        case
            when queue.last_name is null then 'her last name is not known, and Salesforce wants one'
            else {{ account_obstacle('accounts') }}
        end as make_obstacle,

        queue.email,
        queue.first_name,
        queue.last_name,
        queue.title,
        queue.linkedin_url,
        coalesce(enrichments.tech_stack, tech_stacks.tech_stack) as tech_stack,
        enrichments.company_news,
        signals.label as signal_source,
        queue.strength
    from queue
    inner join signals on queue.signal_name = signals.signal_name
    left join accounts on queue.account_key = accounts.record_key
    left join tech_stacks on queue.account_key = tech_stacks.account_key
    left join enrichments on queue.account_key = enrichments.account_key

)

select * from final
