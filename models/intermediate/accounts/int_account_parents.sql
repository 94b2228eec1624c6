{%- set levels = 5 %}
{%- set longest_ring = 20 %}

with recursive registry_parents as (

    select * from {{ ref('stg_registry__account_parents') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_keyed') }}

),

merged_accounts as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

-- upwards from every company's CRM record to the first of another company: a record between them may be the same
-- company's, or have no web site
climbs as (

    select
        merged_accounts.account_key,
        crm_accounts.account_key as reached_account_key,
        crm_accounts.parent_account_id as next_account_id,
        1 as steps
    from merged_accounts
    inner join crm_accounts on merged_accounts.parent_account_id = crm_accounts.account_id
    union all
    select
        climbs.account_key,
        crm_accounts.account_key,
        crm_accounts.parent_account_id,
        climbs.steps + 1
    from climbs
    inner join crm_accounts on climbs.next_account_id = crm_accounts.account_id
    where coalesce(climbs.reached_account_key, climbs.account_key) = climbs.account_key
        and climbs.steps < {{ longest_ring }}

),

-- what people say in the registry goes before what the CRM says
stated_parents as (

    select
        account_key,
        parent_account_key,
        true as is_from_registry
    from registry_parents
    union all
    select
        account_key,
        reached_account_key,
        false
    from climbs
    where account_key <> reached_account_key
        and account_key not in (select account_key from registry_parents)

),

-- upwards from every account the CRM names a parent of, until the top or back to itself
walks as (

    select
        account_key,
        parent_account_key as reached_account_key,
        1 as steps
    from stated_parents
    where not is_from_registry
    union all
    select
        walks.account_key,
        stated_parents.parent_account_key,
        walks.steps + 1
    from walks
    inner join stated_parents on walks.reached_account_key = stated_parents.account_key
    where walks.account_key <> walks.reached_account_key
        and walks.steps < {{ longest_ring }}

),

-- a ring has no top: the CRM's part of it is left out (one within the registry is refused when it is entered)
parents as (

    select
        account_key,
        parent_account_key
    from stated_parents
    where is_from_registry
        or account_key not in (select account_key from walks where account_key = reached_account_key)

),

final as (

    select
        parents.account_key,
        parents.parent_account_key,
        coalesce(
            {%- for level in range(levels, 1, -1) %}
            parents_{{ level }}.parent_account_key,
            {%- endfor %}
            parents.parent_account_key
        ) as ultimate_parent_account_key
    from parents
    {%- for level in range(2, levels + 1) %}
    left join parents as parents_{{ level }}
        on {{ 'parents' if level == 2 else 'parents_' ~ (level - 1) }}.parent_account_key = parents_{{ level }}.account_key
    {%- endfor %}

)

select * from final
