{%- set modifiers = ['team_invited'] %}

with signal as (

    {{ signal_terms(
        'feature_activated',
        settings={
            'events': 'varchar', 'invite_events': 'varchar', 'max_age_days': 'integer', 'needs_whole_history': 'boolean',
        },
        modifiers=modifiers,
    ) }}

),

run_days as (

    select * from {{ ref('int_run_days') }}

),

user_days as (

    select * from {{ ref('int_product_user_days') }}

),

users_known as (

    select
        user_id,
        min(known_from) as known_from
    from {{ ref('int_product_user_periods') }}
    group by 1

),

-- the day on which both the user and a use of the feature were known for the first time
first_uses as (

    select
        user_days.user_id,
        greatest(min(user_days.known_on), users_known.known_from) as detected_at
    from user_days
    inner join users_known on user_days.user_id = users_known.user_id
    cross join signal
    where {{ is_listed('user_days.event_name', 'signal.events') }}
    group by user_days.user_id, users_known.known_from

),

-- what was known by the end of that day
activations as (

    select
        first_uses.user_id,
        first_uses.detected_at,
        min(case when {{ is_listed('user_days.event_name', 'signal.events') }} then user_days.first_occurred_at end)
            as first_used_at,
        sum(case when {{ is_listed('user_days.event_name', 'signal.invite_events') }} then user_days.event_count else 0 end)
            as invited_count,
        max(user_days.loaded_at) as loaded_at
    from first_uses
    inner join run_days on first_uses.detected_at = run_days.run_date
    inner join user_days
        on first_uses.user_id = user_days.user_id
        and user_days.known_on <= first_uses.detected_at
    cross join signal
    group by 1, 2

),

described as (
    {{ product_users_on_day('activations') }}
),

collected_from as (

    select
        run_days.run_date,
        min(user_days.event_date) as first_event_date
    from run_days
    inner join user_days on user_days.known_on <= run_days.run_date
    group by 1

),

firings as (

    select
        described.account_key,
        described.person_id,
        described.first_used_at as occurred_at,
        described.detected_at,
        'product' as source_name,
        first_days.first_event_id as source_record_id,
        described.loaded_at,
        {{ json_build({
            'user_id': 'described.user_id',
            'event_id': 'first_days.first_event_id',
            'event_name': 'first_days.event_name',
            'first_used_on': 'cast(first_days.event_date as varchar)',
            'signed_up_on': 'cast(described.signed_up_on as varchar)',
            'team_members_invited': 'cast(described.invited_count as integer)',
        }) }} as facts,
        {{ once_if('described.invited_count >= signal.team_invited_threshold') }} as team_invited
    from described
    inner join collected_from on described.detected_at = collected_from.run_date
    cross join signal
    inner join user_days as first_days
        on described.user_id = first_days.user_id
        and described.first_used_at = first_days.first_occurred_at
        and first_days.known_on <= described.detected_at
        and {{ is_listed('first_days.event_name', 'signal.events') }}
    where {{ days_between('cast(described.first_used_at as date)', 'described.detected_at') }} <= signal.max_age_days
        and (not signal.needs_whole_history or described.signed_up_on >= collected_from.first_event_date)
    qualify row_number() over (partition by described.user_id order by first_days.first_event_id) = 1

),

final as (
    {{ signal_rows('feature_activated', modifiers) }}
)

select * from final
