{%- set timeline_days = 30 %}
{%- set first_day = day_plus(as_of_day(), 1 - timeline_days) %}

with event_days as (

    select * from {{ ref('int_company_event_days') }}
    where event_date >= {{ sql_date(first_day) }}
        and counted_on <= {{ as_of_date() }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

class_scores as (

    select * from {{ ref('int_picked_class_scores') }}
    where weight <> 0

),

lead_requests as (

    select * from {{ ref('fct_lead_requests') }}
    where occurred_at >= cast('{{ first_day }}' as timestamp)

),

product_users as (

    select * from {{ ref('int_product_users_keyed') }}

),

product_events as (

    select * from {{ ref('int_product_events_collected') }}
    where occurred_at >= cast('{{ first_day }}' as timestamp)

),

opportunity_changes as (

    select * from {{ ref('fct_opportunity_changes') }}
    where changed_at >= cast('{{ first_day }}' as timestamp)
        and stage_before is distinct from stage_after

),

signals as (

    select * from {{ ref('fct_signals') }}
    where detected_at >= {{ sql_date(first_day) }}

),

signal_registry as (

    select * from {{ ref('stg_registry__signals') }}

),

-- from the day before: nothing is told of the first of them, which changed from nobody knows what
snapshots as (

    select
        account_key,
        snapshot_date,
        intent_score,
        intent_stage,
        surge_level,
        surge_ratio,
        lag(intent_stage) over (partition by account_key order by snapshot_date) as stage_before,
        lag(surge_level) over (partition by account_key order by snapshot_date) as surge_level_before,
        min(snapshot_date) over () as first_snapshot_date
    from {{ ref('fct_daily_account_intent') }}
    where snapshot_date >= {{ sql_date(day_plus(first_day, -1)) }}
        and snapshot_date <= {{ as_of_date() }}
        -- what became an alias has no page of its own any more
        and account_key not in (select alias_domain from aliases)

),

web_entries as (

    select
        coalesce(aliases.account_key, event_days.company_domain) as account_key,
        event_days.event_date as entry_date,
        class_scores.event_name,
        class_scores.content_type,
        class_scores.lane,
        sum(event_days.event_count) as event_count,
        sum(event_days.event_count * class_scores.weight) as points
    from event_days
    inner join class_scores on event_days.event_class_id = class_scores.event_class_id
    left join aliases on event_days.company_domain = aliases.alias_domain
    group by 1, 2, 3, 4, 5

),

product_entries as (

    select
        product_users.account_key,
        cast(product_events.occurred_at as date) as entry_date,
        product_events.event_name,
        count(*) as event_count,
        count(distinct product_events.user_id) as user_count
    from product_events
    inner join product_users on product_events.user_id = product_users.user_id
    group by 1, 2, 3

),

entries as (

    select
        account_key,
        entry_date,
        'web_activity' as entry_type,
        event_name || '|' || content_type || '|' || lane as entry_key,
        replace(event_name, '_', ' ') || ': ' || replace(content_type, '_', ' ') as title,
        cast(event_count as varchar) || '× ' || replace(event_name, '_', ' ')
        || ' (' || replace(content_type, '_', ' ') || ')' as description,
        lane,
        event_count,
        points
    from web_entries
    union all
    select
        account_key,
        cast(occurred_at as date),
        'lead_request',
        lead_request_id,
        'lead request',
        'Asked for ' || replace(coalesce(request_type, 'contact'), '_', ' ')
        || coalesce(' (lead score ' || cast(cast(round(lead_score) as bigint) as varchar) || ')', ''),
        null,
        1,
        null
    from lead_requests
    union all
    select
        account_key,
        entry_date,
        'product_activity',
        event_name,
        'product: ' || replace(event_name, '_', ' '),
        cast(event_count as varchar) || '× ' || replace(event_name, '_', ' ') || ' in the product by '
        || cast(user_count as varchar) || case when user_count = 1 then ' user' else ' users' end,
        null,
        event_count,
        null
    from product_entries
    union all
    select
        account_key,
        cast(changed_at as date),
        'opportunity_stage_change',
        opportunity_change_id,
        'opportunity: ' || coalesce(stage_after, 'no stage'),
        coalesce(opportunity_name, 'Opportunity') || ': '
        || case
            when is_creation then 'opened in '
            when change_number = 1 then 'first seen in '
            else coalesce(stage_before, 'no stage') || ' → '
        end
        || coalesce(stage_after, 'no stage'),
        null,
        1,
        null
    from opportunity_changes
    union all
    select
        account_key,
        snapshot_date,
        'intent_stage_change',
        intent_stage,
        'intent: ' || intent_stage,
        'Intent ' || coalesce(stage_before, 'Cold') || ' → ' || intent_stage || ' (score '
        || cast(intent_score as varchar) || ')',
        null,
        1,
        null
    from snapshots
    where intent_stage <> coalesce(stage_before, 'Cold')
        and snapshot_date > first_snapshot_date
    union all
    select
        account_key,
        snapshot_date,
        'surge',
        surge_level,
        'surge: ' || surge_level,
        surge_level || ': ' || cast(cast(surge_ratio as decimal(18, 1)) as varchar) || '× the week before',
        null,
        1,
        null
    from snapshots
    where (
        (surge_level = 'Surging' and coalesce(surge_level_before, 'Normal') = 'Normal')
        or (surge_level = 'Exploding' and coalesce(surge_level_before, 'Normal') <> 'Exploding')
    )
        and snapshot_date > first_snapshot_date
    union all
    select
        coalesce(aliases.account_key, signals.account_key),
        signals.detected_at,
        'signal',
        signals.signal_id,
        'signal: ' || coalesce(signal_registry.label, signals.signal_name),
        coalesce(signal_registry.label, signals.signal_name) || ' (strength ' || cast(signals.strength as varchar)
        || case when signals.is_in_cool_down then ', in its cool-down)' else ')' end,
        null,
        1,
        null
    from signals
    left join signal_registry on signals.signal_name = signal_registry.signal_name
    left join aliases on signals.account_key = aliases.alias_domain

),

final as (

    select
        md5(account_key || '|' || cast(entry_date as varchar) || '|' || entry_type || '|' || entry_key) as entry_id,
        account_key,
        entry_date,

        entry_type,
        lane,
        title,
        description,

        cast(event_count as integer) as event_count,
        cast(points as double) as points
    from entries
    where account_key is not null
        and entry_date >= {{ sql_date(first_day) }}
        and entry_date <= {{ as_of_date() }}

)

select * from final
