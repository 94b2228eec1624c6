{%- set day = latest_snapshot_day() %}

with settings as (

    {{ settings_row(ref('stg_registry__sync_settings'), where="destination = 'salesforce'", settings={
        'tasks': 'boolean', 'task_levels': 'varchar', 'task_due_days': 'integer', 'surge_stages': 'varchar',
    }) }}

),

intent as (

    select * from {{ ref('fct_daily_account_intent') }}
    where snapshot_date = {{ sql_date(day) }}

),

intent_before as (

    select * from {{ ref('fct_daily_account_intent') }}
    where snapshot_date = {{ sql_date(day_plus(day, -1)) }}

),

first_snapshot as (

    select min(snapshot_date) as snapshot_date from {{ ref('fct_daily_account_intent') }}

),

-- entered since the day before; of the first snapshots there are nobody knows what was before
levels as (

    {%- for column in ['intent_stage', 'surge_level'] %}
    select
        intent.account_key,
        intent.snapshot_date,
        intent.intent_stage,
        intent.{{ column }} as level_entered,
        {{ 'true' if column == 'surge_level' else 'false' }} as is_surge,
        intent.intent_score,
        nullif({{ json_array_text('intent.why_hot', ', ') }}, '') as why_hot
    from intent
    cross join first_snapshot
    left join intent_before on intent.account_key = intent_before.account_key
    where intent.{{ column }} is distinct from intent_before.{{ column }}
        and intent.snapshot_date > first_snapshot.snapshot_date
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

dim_accounts as (

    select * from {{ ref('dim_accounts') }}

),

-- a task of somebody who has left is refused: it is then the user's of the integration, to hand on
owners as (

    select user_id
    from {{ ref('stg_salesforce__users') }}
    where is_current
        and coalesce(is_active, true)

),

accounts as (

    {{ external_ids('salesforce', 'Account', ref('int_salesforce_accounts_landed')) }}

),

final as (

    select
        levels.account_key || '|' || levels.level_entered || '|' || cast(levels.snapshot_date as varchar) as record_key,
        cast(null as varchar) as key_field,
        cast(null as varchar) as key_value,
        '{"WhatId":' || {{ link_to('Account', 'levels.account_key', 'accounts.external_id') }} || '}' as links,
        {{ source_row('marts.fct_daily_account_intent', "levels.account_key || ' " ~ day ~ "'") }} as source_rows,

        'turned ' || levels.level_entered as make_reason,
        {{ account_obstacle('accounts') }} as make_obstacle,

        dim_accounts.account_name || ' is ' || levels.level_entered as subject,
        'Intent score ' || cast(levels.intent_score as varchar) || coalesce(': ' || levels.why_hot, '') as description,
        {{ add_days('levels.snapshot_date', 'settings.task_due_days') }} as due_date,
        owners.user_id as owner_id
    from levels
    inner join dim_accounts on levels.account_key = dim_accounts.account_key
    cross join settings
    left join owners on dim_accounts.crm_owner_id = owners.user_id
    left join accounts on levels.account_key = accounts.record_key
    where settings.tasks
        and {{ is_listed('levels.level_entered', 'settings.task_levels') }}
        and (not levels.is_surge or {{ is_listed('levels.intent_stage', 'settings.surge_stages') }})

)

select * from final
