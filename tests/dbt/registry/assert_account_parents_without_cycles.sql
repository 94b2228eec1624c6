-- Walking up from a subsidiary must end: one that comes back to itself has no top.
with recursive parents as (
    select account_key, parent_account_key from {{ ref('int_account_parents') }}
),

walks as (
    select
        account_key,
        parent_account_key as reached_account_key,
        1 as steps
    from parents

    union all

    select
        walks.account_key,
        parents.parent_account_key as reached_account_key,
        walks.steps + 1 as steps
    from walks
    inner join parents on walks.reached_account_key = parents.account_key
    where walks.account_key <> walks.reached_account_key and walks.steps < 20
)

select distinct account_key from walks where account_key = reached_account_key
