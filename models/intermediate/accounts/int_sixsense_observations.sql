with intent_accounts as (

    select
        *,
        cast(known_at as date) as known_on
    from {{ ref('int_intent_accounts_collected') }}
    -- a row that was corrected on the day it became known is the corrected one
    qualify row_number() over (partition by intent_account_id, cast(known_at as date) order by version_at desc) = 1

),

account_keys as (

    select * from {{ ref('int_account_keys') }}

),

-- of the rows that became known on one day the latest; of one day's domains the highest score
latest_of_day as (

    select
        account_keys.account_key,
        intent_accounts.*
    from intent_accounts
    inner join account_keys on intent_accounts.account_domain = account_keys.domain_reference
    qualify row_number() over (
        partition by account_keys.account_key, intent_accounts.product, intent_accounts.known_on
        order by
            intent_accounts.observed_on desc,
            intent_accounts.intent_score desc nulls last,
            intent_accounts.intent_account_id
    ) = 1

),

-- what became known after something newer never was the latest
final as (

    select
        intent_account_id,
        account_key,
        product,
        buying_stage,
        intent_score,
        profile_fit,
        segments,
        topics,
        observed_on,
        known_on,
        loaded_at
    from latest_of_day
    qualify observed_on >= max(observed_on) over (
        partition by account_key, product order by known_on rows between unbounded preceding and current row
    )

)

select * from final
