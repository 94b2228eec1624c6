{%- set levels = 5 %}

with registry_parents as (

    select * from {{ ref('stg_registry__account_parents') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_keyed') }}

),

merged_accounts as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

crm_parents as (

    select
        merged_accounts.account_key,
        crm_accounts.account_key as parent_account_key
    from merged_accounts
    inner join crm_accounts on merged_accounts.parent_account_id = crm_accounts.account_id
    where merged_accounts.account_key <> crm_accounts.account_key

),

-- what people say in the registry goes before what the CRM says
parents as (

    select
        account_key,
        parent_account_key
    from registry_parents
    union all
    select
        account_key,
        parent_account_key
    from crm_parents
    where account_key not in (select account_key from registry_parents)

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
        {%- if level > 2 %}
        and parents_{{ level }}.parent_account_key <> parents.account_key
        {%- endif %}
    {%- endfor %}

)

select * from final
