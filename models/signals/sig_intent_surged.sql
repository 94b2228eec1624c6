{%- set modifiers = ['purchase_stage', 'strong_fit', 'score_steps'] %}

with signal as (

    {{ signal_terms(
        'intent_surged',
        settings={
            'buying_stages': 'varchar', 'last_stage': 'varchar', 'profile_fits': 'varchar', 'best_fit': 'varchar',
            'min_intent_score': 'double', 'max_age_days': 'integer',
        },
        modifiers=modifiers,
    ) }}

),

run_days as (

    select * from {{ ref('int_run_days') }}

),

-- as each account and product was known from each day on, and what of it qualifies; what is missing
-- is not zero
observations as (

    select * from {{ ref('int_sixsense_observations') }}

),

judged as (

    select
        observations.*,
        coalesce(
            {{ is_listed('observations.buying_stage', 'signal.buying_stages') }}
            and {{ is_listed('observations.profile_fit', 'signal.profile_fits') }}
            and observations.intent_score > signal.min_intent_score,
            false
        ) as is_qualified
    from observations
    cross join signal

),

judged_in_order as (

    select
        *,
        lag(is_qualified) over (partition by account_key, product order by known_on) as was_qualified,
        lag(observed_on) over (partition by account_key, product order by known_on) as previous_observed_on,
        lag(buying_stage) over (partition by account_key, product order by known_on) as previous_buying_stage,
        lag(intent_score) over (partition by account_key, product order by known_on) as previous_intent_score
    from judged

),

firings as (

    select
        judged_in_order.account_key,
        cast(null as varchar) as person_id,
        cast(judged_in_order.observed_on as {{ dbt.type_timestamp() }}) as occurred_at,
        judged_in_order.known_on as detected_at,
        'sixsense' as source_name,
        judged_in_order.intent_account_id as source_record_id,
        judged_in_order.loaded_at,
        {{ json_build({
            'intent_account_id': 'judged_in_order.intent_account_id',
            'product': 'judged_in_order.product',
            'observed_on': 'cast(judged_in_order.observed_on as varchar)',
            'buying_stage': 'judged_in_order.buying_stage',
            'intent_score': 'judged_in_order.intent_score',
            'profile_fit': 'judged_in_order.profile_fit',
            'topics': 'judged_in_order.topics',
            'segments': 'judged_in_order.segments',
            'previous_observed_on': 'cast(judged_in_order.previous_observed_on as varchar)',
            'previous_buying_stage': 'judged_in_order.previous_buying_stage',
            'previous_intent_score': 'judged_in_order.previous_intent_score',
        }) }} as facts,
        {{ once_if('lower(judged_in_order.buying_stage) = lower(signal.last_stage)') }} as purchase_stage,
        {{ once_if('lower(judged_in_order.profile_fit) = lower(signal.best_fit)') }} as strong_fit,
        floor((judged_in_order.intent_score - signal.min_intent_score) / nullif(signal.score_steps_threshold, 0))
            as score_steps
    from judged_in_order
    inner join run_days on judged_in_order.known_on = run_days.run_date
    cross join signal
    where judged_in_order.is_qualified
        and {{ days_between('judged_in_order.observed_on', 'judged_in_order.known_on') }} <= signal.max_age_days
        and not (
            coalesce(judged_in_order.was_qualified, false)
            and {{ days_between('judged_in_order.previous_observed_on', 'judged_in_order.known_on') }} - 1
                <= signal.max_age_days
        )

),

final as (
    {{ signal_rows('intent_surged', modifiers) }}
)

select * from final
