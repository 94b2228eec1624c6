{{ config(materialized='table') }}

with intent_accounts as (

    select * from {{ ref('int_intent_accounts_collected') }}
    where is_current

),

account_keys as (

    select * from {{ ref('int_account_keys') }}

),

final as (

    select
        account_keys.account_key,
        intent_accounts.product,
        intent_accounts.buying_stage,
        intent_accounts.intent_score,
        intent_accounts.profile_fit,
        intent_accounts.profile_score,
        intent_accounts.segments,
        intent_accounts.topics,
        intent_accounts.observed_on
    from intent_accounts
    inner join account_keys on intent_accounts.account_domain = account_keys.domain_reference
    where intent_accounts.observed_on <= {{ as_of_date() }}
    -- one row per product and day: the day's highest score speaks for the account
    qualify row_number() over (
        partition by account_keys.account_key
        order by
            intent_accounts.observed_on desc,
            intent_accounts.intent_score desc nulls last,
            intent_accounts.intent_account_id
    ) = 1

)

select * from final
