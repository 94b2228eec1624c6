{%- set modifiers = ['further_weeks'] %}

with signal as (

    {{ signal_terms(
        'usage_dropped_off',
        settings={'plans': 'varchar', 'silent_days': 'integer', 'further_weeks_reported': 'integer'},
        modifiers=modifiers,
    ) }}

),

-- the days of this run, and the one before, to tell what is new
days as (

    select run_date as day from {{ ref('int_run_days') }}
    union all
    select {{ add_days('min(run_date)', -1) }} from {{ ref('int_run_days') }}

),

users as (

    select * from {{ ref('int_product_user_periods') }}

),

user_days as (

    select
        user_id,
        known_on,
        max(event_date) as event_date,
        max(last_occurred_at) as last_occurred_at,
        max(loaded_at) as loaded_at
    from {{ ref('int_product_user_days') }}
    group by 1, 2

),

-- when each user on a trial was last seen, as each day knew it; the sign-up counts
last_seen as (

    select
        users.user_id,
        days.day as detected_at,
        greatest(users.signed_up_on, coalesce(max(user_days.event_date), users.signed_up_on)) as last_seen_on,
        greatest(users.created_at, coalesce(max(user_days.last_occurred_at), users.created_at)) as last_seen_at,
        greatest(users.loaded_at, coalesce(max(user_days.loaded_at), users.loaded_at)) as loaded_at
    from users
    cross join signal
    inner join days
        on days.day >= users.known_from
        and days.day < users.known_until
    left join user_days
        on users.user_id = user_days.user_id
        and user_days.known_on <= days.day
    where {{ is_listed('users.plan', 'signal.plans') }}
        and {{ days_between('users.signed_up_on', 'days.day') }} >= signal.silent_days
    group by users.user_id, days.day, users.signed_up_on, users.created_at, users.loaded_at

),

silent as (

    select
        last_seen.*,
        {{ days_between('last_seen.last_seen_on', 'last_seen.detected_at') }} as silent_days,
        floor(
            ({{ days_between('last_seen.last_seen_on', 'last_seen.detected_at') }} - signal.silent_days)
            / nullif(signal.further_weeks_threshold, 0)
        ) as further_weeks
    from last_seen
    cross join signal
    where {{ days_between('last_seen.last_seen_on', 'last_seen.detected_at') }} >= signal.silent_days

),

-- a silence is new when it begins, and again with each of its first further weeks
new_silences as (

    select silent.*
    from silent
    cross join signal
    inner join {{ ref('int_run_days') }} as run_days on silent.detected_at = run_days.run_date
    left join silent as day_before
        on silent.user_id = day_before.user_id
        and silent.detected_at = {{ add_days('day_before.detected_at', 1) }}
    where day_before.user_id is null
        or (
            silent.further_weeks > day_before.further_weeks
            and silent.further_weeks <= signal.further_weeks_reported
        )

),

described as (
    {{ product_users_on_day('new_silences') }}
),

firings as (

    select
        account_key,
        person_id,
        last_seen_at as occurred_at,
        detected_at,
        'product' as source_name,
        user_id as source_record_id,
        loaded_at,
        {{ json_build({
            'user_id': 'user_id',
            'plan': 'plan',
            'signed_up_on': 'cast(signed_up_on as varchar)',
            'last_seen_on': 'cast(last_seen_on as varchar)',
            'silent_days': 'silent_days',
        }) }} as facts,
        further_weeks
    from described

),

final as (
    {{ signal_rows('usage_dropped_off', modifiers) }}
)

select * from final
