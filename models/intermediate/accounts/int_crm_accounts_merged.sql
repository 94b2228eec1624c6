with crm_accounts as (

    select * from {{ ref('int_crm_accounts_keyed') }}
    where account_key is not null

),

counts as (

    select
        account_key,
        count(*) as crm_account_count,
        {{ json_array_agg('account_id', 'is_deleted, version_at desc, account_id') }} as crm_account_ids,
        min(created_at) as crm_created_at
    from crm_accounts
    group by 1

),

-- of several CRM accounts with one key, the one changed last speaks for the company, a deleted one only if all are
latest_accounts as (

    select * from crm_accounts
    qualify row_number() over (partition by account_key order by is_deleted, version_at desc, account_id) = 1

),

final as (

    select
        latest_accounts.*,
        counts.crm_account_count,
        counts.crm_account_ids,
        counts.crm_created_at
    from latest_accounts
    inner join counts on latest_accounts.account_key = counts.account_key

)

select * from final
