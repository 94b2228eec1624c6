"""The naive ways to the same snapshots, written as one statement over the events.

They get for nothing what our own build has to make first and pays for in its time: who belongs to
which company, which visitor is which person, and what each event class weighs. And they leave out
the test of surges.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb

LONGEST_AGE = 30

# The columns that both ways must agree on, besides the raw scores.
SAME_COLUMNS = ("unique_people_7d", "why_hot", "top_categories_7d", "top_pages_7d")


def naive_sql(con: duckdb.DuckDBPyConnection, days: Sequence[date], table: str) -> str:
    """The statement that computes the snapshots of ``days`` (consecutive) from the events."""
    lanes = con.sql("select lane from staging.stg_registry__lanes order by sort_order, lane")
    lane_sums = ",\n        ".join(
        f"coalesce(sum(points) filter (age_days < {age} and lane = '{lane}'), 0)"
        f" as lane_{number}_{age}d"
        for age in (7, LONGEST_AGE)
        for number, (lane,) in enumerate(lanes.fetchall(), 1)
    )
    listed = ", ".join(f"(date '{day}')" for day in days)
    return f"""
create or replace table {table} as
with days as (
    select * from (values {listed}) as listed (snapshot_date)
),
config as (
    select * from intermediate.int_score_configs where is_active
),
classes as (
    select classes.event_name, classes.path, classes.content_type, classes.lane, classes.cta_id,
        scores.content_type as scored_content_type, scores.lane as scored_lane,
        scores.page_path, scores.key_event, scores.weight
    from intermediate.int_event_classes as classes
    inner join intermediate.int_event_class_scores as scores
        on classes.event_class_id = scores.event_class_id
    inner join config on scores.score_config_id = config.score_config_id
        and scores.score_version = config.score_version
),
events as (
    select
        coalesce(aliases.account_key, events.company_domain) as account_key,
        days.snapshot_date,
        days.snapshot_date - cast(events.occurred_at as date) as age_days,
        classes.scored_content_type as content_type,
        classes.scored_lane as lane,
        classes.page_path,
        classes.event_name,
        classes.key_event,
        classes.weight
            * exp(-config.lambda_decay * (days.snapshot_date - cast(events.occurred_at as date)))
            as points,
        coalesce(
            md5('email:' || events.email),
            case when links.linked_from <= days.snapshot_date then md5('email:' || links.email) end,
            events.distinct_id
        ) as person_key
    from attributed_events as events
    inner join days
        on days.snapshot_date >= events.counted_on
        and days.snapshot_date >= cast(events.occurred_at as date)
        and days.snapshot_date < cast(events.occurred_at as date) + {LONGEST_AGE}
    inner join classes
        on events.event_name = classes.event_name
        and events.path is not distinct from classes.path
        and events.content_type is not distinct from classes.content_type
        and events.lane is not distinct from classes.lane
        and events.cta_id is not distinct from classes.cta_id
    left join staging.stg_registry__account_aliases as aliases
        on events.company_domain = aliases.alias_domain
    left join intermediate.int_visitor_emails as links
        on events.email is null
        and events.distinct_id = links.distinct_id
        and events.counted_on >= links.applies_from
        and events.counted_on < links.applies_until
    cross join config
    where events.occurred_at >= timestamp '{days[0] - timedelta(days=LONGEST_AGE - 1)}'
        and events.occurred_at < timestamp '{days[-1] + timedelta(days=1)}'
),
sums as (
    select
        account_key,
        snapshot_date,
        coalesce(sum(points) filter (age_days < 7), 0) as raw_score_7d,
        coalesce(sum(points) filter (age_days between 7 and 13), 0) as raw_score_prev_7d,
        sum(points) as raw_score_30d,
        count(distinct person_key) filter (age_days < 7) as unique_people_7d,
        {lane_sums}
    from events
    group by 1, 2
),
categories as (
    select account_key, snapshot_date,
        to_json(list({{'content_type': content_type, 'events': events}}
            order by events desc, content_type)[:5]) as top_categories_7d
    from (
        select account_key, snapshot_date, content_type, count(*) as events
        from events where age_days < 7 group by 1, 2, 3
    )
    group by 1, 2
),
pages as (
    select account_key, snapshot_date,
        to_json(list({{'page_path': page_path, 'events': events}}
            order by events desc, page_path)[:5]) as top_pages_7d
    from (
        select account_key, snapshot_date, page_path, count(*) as events
        from events where age_days < 7 and page_path is not null
            and event_name = 'page_view' group by 1, 2, 3
    )
    group by 1, 2
),
key_counts as (
    select events.account_key, events.snapshot_date, key_events.key, key_events.label,
        key_events.sort_order, count(*) as events, sum(events.points) as points
    from events
    inner join staging.stg_registry__key_events as key_events on events.key_event = key_events.key
    where events.age_days < 7
    group by all
),
reasons as (
    select account_key, snapshot_date,
        to_json(list(events || '× ' || label order by sort_order) filter (place <= 3)) as why_hot,
        json_group_object(key, events) as key_events_7d
    from (
        select *, row_number() over (
            partition by account_key, snapshot_date order by round(points, 6) desc, sort_order
        ) as place
        from key_counts
    )
    group by 1, 2
)
select
    sums.*,
    cast(round(100 * (1 - exp(-raw_score_30d / config.normalize_k)), 0) as integer)
        as intent_score,
    (raw_score_7d + 5) / (raw_score_prev_7d + 5) as surge_ratio,
    coalesce(top_categories_7d, '[]') as top_categories_7d,
    coalesce(top_pages_7d, '[]') as top_pages_7d,
    coalesce(why_hot, '[]') as why_hot,
    coalesce(key_events_7d, '{{}}') as key_events_7d
from sums
cross join config
left join categories using (account_key, snapshot_date)
left join pages using (account_key, snapshot_date)
left join reasons using (account_key, snapshot_date)
"""


def differences(con: duckdb.DuckDBPyConnection, table: str) -> tuple[int, dict[str, int]]:
    """How many rows of ``table`` were compared with our snapshots, and in how many each differs."""
    unlike = {
        name: f"abs(ours.{name} - naive.{name}) > 1e-9 * greatest(1, abs(naive.{name}))"
        for name in ("raw_score_7d", "raw_score_prev_7d", "raw_score_30d")
    } | {
        name: f"cast(ours.{name} as varchar) is distinct from cast(naive.{name} as varchar)"
        for name in SAME_COLUMNS
    }
    counts = ", ".join(f"count(*) filter ({condition})" for condition in unlike.values())
    [row] = con.sql(f"""
        select count(*), count(*) filter (ours.account_key is null), {counts}
        from {table} as naive
        left join marts.fct_daily_account_intent as ours using (account_key, snapshot_date)
    """).fetchall()
    return row[0], {"missing": row[1], **dict(zip(unlike, row[2:], strict=True))}
