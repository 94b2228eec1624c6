{{ config(materialized='view') }}

with accounts as (

    select * from {{ ref('account_brief_accounts') }}

),

lanes as (

    select * from {{ ref('stg_registry__lanes') }}

),

lane_accounts as (

    select * from {{ ref('lane_accounts') }}

),

ledger as (

    select * from {{ ref('score_ledger') }}
    where snapshot_date = {{ sql_date(latest_snapshot_day()) }}

),

pages as (

    {{ json_array_rows('accounts', 'top_pages_7d') }}

),

-- what was done, over the last 7 days, or over 30 where it was not done in these
done as (

    select
        ledger.account_key,
        ledger.event_name,
        coalesce(ledger.content_type, 'other') as content_type,
        replace(coalesce(ledger.content_type, 'other'), '_', ' ') as content,
        coalesce(sum(case when ledger.age_days < 7 then ledger.event_count end), 0) as count_7d,
        sum(ledger.event_count) as count_30d,
        max(ledger.event_date) as last_on,
        sum(ledger.points) as points
    from ledger
    inner join accounts on ledger.account_key = accounts.account_key
    group by 1, 2, 3, 4

),

counted as (

    select
        done.*,
        case when count_7d > 0 then count_7d else count_30d end as event_count,
        case when count_7d > 0 then '7' else '30' end as days
    from done

),

lane_scores as (

    select
        lane_accounts.account_key,
        lane_accounts.lane,
        lanes.label,
        accounts.unique_people_7d > 0 and lane_accounts.is_top_lane as is_top_lane,
        case when accounts.unique_people_7d > 0 then lane_accounts.lane_score_7d else lane_accounts.lane_score_30d end
            as lane_score,
        case when accounts.unique_people_7d > 0 then '7' else '30' end as days
    from lane_accounts
    inner join accounts on lane_accounts.account_key = accounts.account_key
    inner join lanes on lane_accounts.lane = lanes.lane

),

final as (

    select
        account_key,
        event_name || ':' || content_type as evidence_id,
        event_name as kind,
        content_type as subject,
        content as label,
        cast(event_count as varchar)
        || case
            when event_name = 'page_view' and content_type = 'other'
                then case when event_count = 1 then ' view of another page' else ' views of other pages' end
            when event_name = 'page_view' then ' ' || content || case when event_count = 1 then ' view' else ' views' end
            else '× ' || replace(event_name, '_', ' ') || ' on ' || content
        end
        || ' in the last ' || days || ' days, the last on ' || cast(last_on as varchar) as text,
        'marts.score_ledger' as source_table,
        account_key || ' ' || cast({{ sql_date(latest_snapshot_day()) }} as varchar) || ' ' || event_name || ' '
        || content_type || ', ages 0–' || case days when '7' then '6' else '29' end as source_key,
        content_type <> 'other' or event_name <> 'page_view' as is_behaviour,
        points as weight
    from counted
    union all
    select
        account_key,
        'people',
        'people',
        'active',
        cast(unique_people_7d as varchar),
        case
            when unique_people_7d = 1 then '1 person or visitor was active in the last 7 days'
            else cast(unique_people_7d as varchar) || ' people and visitors were active in the last 7 days'
        end,
        'marts.fct_daily_account_intent',
        account_key || ' ' || cast(snapshot_date as varchar),
        true,
        0.2
    from accounts
    where unique_people_7d > 0
    union all
    select
        account_key,
        -- not the path itself, in which an address may stand: of ids nothing is redacted
        'path:' || cast(position as varchar),
        'path',
        'seen',
        {{ json_text('element', 'page_path') }},
        {{ json_text('element', 'events') }} || case when {{ json_integer('element', 'events') }} = 1 then ' view' else ' views' end
        || ' of ' || {{ json_text('element', 'page_path') }} || ' in the last 7 days',
        'marts.fct_daily_account_intent',
        account_key || ' ' || cast(snapshot_date as varchar) || ' top_pages_7d',
        true,
        0.1 - position * 0.01
    from pages
    where {{ json_text('element', 'page_path') }} <> '/'
    union all
    select
        account_key,
        'lane:' || lane,
        case when lane = 'other' then 'no_lane' else 'lane' end,
        lane,
        label,
        label || case when is_top_lane then ', the top lane' else '' end || ': ' || cast(cast(round(lane_score) as bigint) as varchar) || ' points in the last ' || days || ' days',
        'marts.lane_accounts',
        account_key || ' ' || lane,
        false,
        lane_score
    from lane_scores
    where round(lane_score) > 0
    union all
    select
        account_key,
        'last_seen',
        'last_seen',
        'quiet',
        cast(cast(last_seen_at as date) as varchar),
        'Last seen on ' || cast(cast(last_seen_at as date) as varchar),
        'marts.dim_accounts',
        account_key,
        true,
        0.0
    from accounts
    where unique_people_7d = 0
        and last_seen_at is not null

)

select * from final
