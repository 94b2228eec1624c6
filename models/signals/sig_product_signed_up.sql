{%- set modifiers = ['large_company', 'target_industry'] %}

with signal as (

    {{ signal_terms(
        'product_signed_up',
        settings={'plans': 'varchar', 'lookback_days': 'integer', 'target_industries': 'varchar'},
        modifiers=modifiers,
    ) }}

),

run_days as (

    select * from {{ ref('int_run_days') }}

),

users as (

    select * from {{ ref('int_product_user_periods') }}

),

-- the first day on which a user was known to be new, and on a trial
new_users as (

    select
        users.user_id,
        min(greatest(users.known_from, users.signed_up_on)) as detected_at
    from users
    cross join signal
    where {{ is_listed('users.plan', 'signal.plans') }}
        and greatest(users.known_from, users.signed_up_on) < users.known_until
        and {{ days_between('users.signed_up_on', 'greatest(users.known_from, users.signed_up_on)') }}
            <= signal.lookback_days
    group by 1

),

new_users_today as (

    select new_users.*
    from new_users
    inner join run_days on new_users.detected_at = run_days.run_date

),

described as (
    {{ product_users_on_day('new_users_today') }}
),

firings as (

    select
        described.account_key,
        described.person_id,
        described.signed_up_at as occurred_at,
        described.detected_at,
        'product' as source_name,
        described.user_id as source_record_id,
        described.user_loaded_at as loaded_at,
        {{ json_build({
            'user_id': 'described.user_id',
            'signed_up_on': 'cast(described.signed_up_on as varchar)',
            'plan': 'described.plan',
            'company_size': 'described.company_size',
            'industry': 'described.industry',
        }) }} as facts,
        {{ once_if('described.company_size > signal.large_company_threshold') }} as large_company,
        {{ once_if(is_listed('described.industry', 'signal.target_industries')) }} as target_industry
    from described
    cross join signal

),

final as (
    {{ signal_rows('product_signed_up', modifiers) }}
)

select * from final
