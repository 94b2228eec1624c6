{%- set modifiers = ['further_multiples'] %}

with signal as (

    {{ signal_terms(
        'usage_spiked',
        settings={'events': 'varchar', 'window_days': 'integer', 'min_multiple': 'double', 'min_events': 'integer'},
        modifiers=modifiers,
    ) }}

),

-- the days of this run, and the one before, to tell what is new
days as (

    select run_date as day from {{ ref('int_run_days') }}
    union all
    select {{ add_days('min(run_date)', -1) }} from {{ ref('int_run_days') }}

),

user_days as (

    select user_days.*
    from {{ ref('int_product_user_days') }} as user_days
    cross join signal
    where {{ is_listed('user_days.event_name', 'signal.events') }}
        and user_days.event_date > {{ add_days('(select min(day) from days)', '-2 * signal.window_days') }}

),

-- what each day knew of the days up to it, and of as many before
weeks as (

    select
        user_days.user_id,
        days.day as detected_at,
        sum(case when {{ days_between('user_days.event_date', 'days.day') }} < signal.window_days
            then user_days.event_count else 0 end) as event_count,
        sum(case when {{ days_between('user_days.event_date', 'days.day') }} >= signal.window_days
            then user_days.event_count else 0 end) as previous_event_count,
        max(user_days.last_occurred_at) as last_occurred_at,
        max(user_days.loaded_at) as loaded_at
    from user_days
    cross join signal
    inner join days
        on days.day >= user_days.known_on
        and days.day < {{ add_days('user_days.event_date', '2 * signal.window_days') }}
    group by 1, 2

),

spiking as (

    select weeks.*
    from weeks
    cross join signal
    where weeks.previous_event_count > 0
        and weeks.event_count >= signal.min_multiple * weeks.previous_event_count
        and weeks.event_count >= signal.min_events

),

new_spikes as (

    select spiking.*
    from spiking
    inner join {{ ref('int_run_days') }} as run_days on spiking.detected_at = run_days.run_date
    left join spiking as day_before
        on spiking.user_id = day_before.user_id
        and spiking.detected_at = {{ add_days('day_before.detected_at', 1) }}
    where day_before.user_id is null

),

described as (
    {{ product_users_on_day('new_spikes') }}
),

firings as (

    select
        described.account_key,
        described.person_id,
        described.last_occurred_at as occurred_at,
        described.detected_at,
        'product' as source_name,
        described.user_id as source_record_id,
        described.loaded_at,
        {{ json_build({
            'user_id': 'described.user_id',
            'events': 'signal.events',
            'from_date': 'cast(' ~ add_days('described.detected_at', '1 - signal.window_days') ~ ' as varchar)',
            'to_date': 'cast(described.detected_at as varchar)',
            'event_count': 'cast(described.event_count as integer)',
            'previous_from_date': 'cast(' ~ add_days('described.detected_at', '1 - 2 * signal.window_days') ~ ' as varchar)',
            'previous_to_date': 'cast(' ~ add_days('described.detected_at', '-signal.window_days') ~ ' as varchar)',
            'previous_event_count': 'cast(described.previous_event_count as integer)',
        }) }} as facts,
        floor(cast(described.event_count as double) / described.previous_event_count - signal.min_multiple)
            as further_multiples
    from described
    cross join signal

),

final as (
    {{ signal_rows('usage_spiked', modifiers) }}
)

select * from final
