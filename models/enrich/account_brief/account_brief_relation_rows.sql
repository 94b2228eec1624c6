{{ config(materialized='view') }}

with accounts as (

    select * from {{ ref('account_brief_accounts') }}

),

lead_requests as (

    select
        *,
        replace(coalesce(request_type, 'contact'), '_', ' ') as asked_for
    from {{ ref('fct_lead_requests') }}
    where occurred_at >= cast('{{ day_plus(latest_snapshot_day(), -29) }}' as timestamp)
        and occurred_at < cast('{{ day_plus(latest_snapshot_day(), 1) }}' as timestamp)
    qualify row_number() over (
        partition by account_key, request_type order by occurred_at desc, lead_request_id
    ) = 1

),

-- lead requests, the web site's surges and 6sense have rows of their own
signals as (

    select
        *,
        {{ json_field('evidence', 'facts') }} as facts
    from {{ ref('int_activation_signals') }}
    where signal_name not in ('lead_requested', 'first_party_surged', 'intent_surged')
    qualify row_number() over (
        partition by account_key, signal_name order by detected_at desc, strength desc, signal_id
    ) = 1

),

deal_changes as (

    select
        *,
        lag(is_closed) over (partition by opportunity_id order by change_number) as was_closed,
        lag(is_won) over (partition by opportunity_id order by change_number) as was_won
    from {{ ref('fct_opportunity_changes') }}
    where known_at < cast('{{ day_plus(latest_snapshot_day(), 1) }}' as timestamp)

),

-- when each deal became what it is: its amount or the reason may have changed since
deal_outcomes as (

    select * from deal_changes
    where was_closed is null
        or is_closed <> was_closed
        or is_won <> was_won
    qualify row_number() over (partition by opportunity_id order by change_number desc) = 1

),

deals as (

    select
        deal_changes.*,
        case
            when deal_changes.is_won then 'won_deal'
            when deal_changes.is_closed then 'lost_deal'
            else 'open_deal'
        end as kind,
        -- closed on some day before, where it was closed when we first saw it
        case
            when deal_outcomes.change_number = 1 and not deal_outcomes.is_creation then ', first seen on '
            else ' on '
        end || cast(cast(deal_outcomes.changed_at as date) as varchar) as seen_on
    from deal_changes
    inner join deal_outcomes on deal_changes.opportunity_id = deal_outcomes.opportunity_id
    qualify row_number() over (
        partition by deal_changes.opportunity_id order by deal_changes.change_number desc
    ) = 1
        and not deal_changes.is_deleted

),

calls as (

    select * from {{ ref('fct_calls') }}
    where not is_private
        and known_at < cast('{{ day_plus(latest_snapshot_day(), 1) }}' as timestamp)
    qualify row_number() over (partition by account_key order by started_at desc, call_id) = 1

),

contacts as (

    select * from {{ ref('account_contacts') }}
    where is_contactable
        and title is not null

),

queue as (

    select * from {{ ref('activation_queue') }}
    where title is not null

),

blocked as (

    select * from {{ ref('activation_blocked') }}
    where is_first
    qualify row_number() over (partition by account_key order by strength desc, blocked_id) = 1

),

told as (

    select
        account_key,
        'lead_request:' || lead_request_id as evidence_id,
        'lead_request' as kind,
        coalesce(request_type, 'contact') as subject,
        asked_for as label,
        'Lead request (' || asked_for || ') on ' || cast(cast(occurred_at as date) as varchar)
        || coalesce(', lead score ' || cast(cast(round(lead_score) as bigint) as varchar), '') as text,
        'marts.fct_lead_requests' as source_table,
        lead_request_id as source_key,
        true as is_behaviour,
        cast(100000 - {{ days_between('cast(occurred_at as date)', sql_date(latest_snapshot_day())) }} as double) as weight
    from lead_requests
    union all
    select
        account_key,
        'signal:' || signal_id,
        'signal',
        signal_name,
        signal_label,
        signal_label || ' on ' || cast(detected_at as varchar) || ', strength ' || cast(strength as varchar)
        || {{ signal_details('facts') }},
        'marts.fct_signals',
        signal_id,
        true,
        1000.0 + strength
    from signals
    union all
    select
        account_key,
        kind || ':' || opportunity_id,
        kind,
        coalesce(stage_after, 'none'),
        case kind when 'lost_deal' then coalesce(loss_reason, 'none given') else coalesce(stage_after, 'no stage') end,
        case kind
            when 'open_deal'
                then 'Open opportunity ' || coalesce(opportunity_name, opportunity_id) || ': stage '
                || coalesce(stage_after, 'none') || coalesce(', amount ' || cast(cast(round(amount_after) as bigint) as varchar), '')
            when 'won_deal'
                then 'Opportunity ' || coalesce(opportunity_name, opportunity_id) || ' was won' || seen_on
            else
                'Opportunity ' || coalesce(opportunity_name, opportunity_id) || ' was lost' || seen_on || coalesce(', reason ' || loss_reason, '')
        end,
        'marts.fct_opportunity_changes',
        opportunity_change_id,
        false,
        coalesce(amount_after, 0)
    from deals
    qualify row_number() over (partition by account_key, kind order by changed_at desc, opportunity_id) = 1
    union all
    select
        account_key,
        'call:' || call_id,
        'call',
        'held',
        cast(cast(started_at as date) as varchar),
        'Call on ' || cast(cast(started_at as date) as varchar) || ' with '
        || case when guest_count = 1 then '1 guest' else cast(guest_count as varchar) || ' guests' end
        || coalesce(', ' || cast(cast(round(cast(duration_seconds as double) / 60) as integer) as varchar) || ' minutes', ''),
        'marts.fct_calls',
        call_id,
        true,
        0.05
    from calls
    union all
    select
        account_key,
        'contact:' || person_id,
        'contact',
        coalesce(persona, 'none'),
        title,
        'Contact who may be written to: ' || title,
        'marts.account_contacts',
        person_id,
        false,
        10.0 - contact_rank
    from contacts
    union all
    select
        account_key,
        'queue:' || signal_id || ':' || person_id,
        'queue',
        sequence_key,
        title,
        'In the queue of ' || cast(queue_date as varchar) || ': ' || title || ', sequence ' || replace(sequence_key, '_', ' '),
        'marts.activation_queue',
        person_id,
        false,
        -1.0 * queue_rank
    from queue
    union all
    select
        account_key,
        'blocked:' || blocked_id,
        'blocked',
        rule,
        rule,
        'Not written to on ' || cast(queue_date as varchar) || ': ' || {{ regexp_removed('reason', "'[.]$'") }},
        'marts.activation_blocked',
        blocked_id,
        false,
        0.0
    from blocked

),

final as (

    select told.*
    from told
    inner join accounts on told.account_key = accounts.account_key

)

select * from final
