with calls as (

    select * from {{ ref('int_calls_collected') }}

),

contexts as (

    select * from {{ ref('stg_gong__call_contexts') }}

),

file_calls as (

    select * from {{ ref('stg_files__calls') }}

),

call_opportunities as (

    select * from {{ ref('int_call_opportunities') }}

),

opportunities as (

    select * from {{ ref('int_opportunities_collected') }}
    where is_current

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_keyed') }}

),

account_keys as (

    select * from {{ ref('int_account_keys') }}

),

participants as (

    select * from {{ ref('int_call_participants') }}

),

-- the CRM's own link, then the deal's company, then the domain given, then the guests' addresses
statements as (

    select
        contexts.call_id,
        crm_accounts.account_key,
        case when contexts.is_linked_at_call then 1 else 2 end as statement_rank,
        1 as mention_count
    from contexts
    inner join crm_accounts on contexts.object_id = crm_accounts.account_id
    where contexts.object_type in ('Account', 'Company')
    union all
    select
        file_calls.call_id,
        crm_accounts.account_key,
        1,
        1
    from file_calls
    inner join crm_accounts on file_calls.account_id = crm_accounts.account_id
    union all
    select
        call_opportunities.call_id,
        crm_accounts.account_key,
        3,
        1
    from call_opportunities
    inner join opportunities on call_opportunities.opportunity_id = opportunities.opportunity_id
    inner join crm_accounts on opportunities.account_id = crm_accounts.account_id
    where call_opportunities.is_primary
    union all
    select
        calls.call_id,
        account_keys.account_key,
        4,
        1
    from calls
    inner join account_keys on calls.account_domain = account_keys.domain_reference
    union all
    select
        call_id,
        account_key,
        5,
        count(*)
    from participants
    where not is_internal
    group by 1, 2

),

final as (

    select
        call_id,
        account_key
    from statements
    where account_key is not null
    qualify row_number() over (
        partition by call_id order by statement_rank, mention_count desc, account_key
    ) = 1

)

select * from final
