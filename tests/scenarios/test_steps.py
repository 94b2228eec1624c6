"""However the days are built, one by one, at once, again or with gaps, the figures are the same.

The world has what makes that hard: events that arrive days late, visitors who say who they are
after weeks, company domains that change, events dated in the future.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from python_jobs.ingest.contracts import CONTRACTS
from python_jobs.registry.edits import set_row
from tests.scenarios.conftest import FIRST_DAY, LAST_DAY
from tests.scenarios.lab import SIGNALS, SNAPSHOTS, Lab

ONE_DAY = timedelta(days=1)
THE_SNAPSHOTS = f"+{SNAPSHOTS.name}"
THE_SIGNALS = f"+{SIGNALS.name}"
TABLE = f"marts.{SNAPSHOTS.name}"


def days(first: date, last: date) -> list[date]:
    return [first + number * ONE_DAY for number in range((last - first).days + 1)]


def test_the_world_has_late_events_and_late_identifications(backfilled: Lab) -> None:
    """Without them these scenarios would prove little."""
    in_window = f"counted_on between '{FIRST_DAY}' and '{LAST_DAY}'"
    [found] = backfilled.rows(
        "select count(*) filter (where known_on > cast(occurred_at as date)) as late, "
        "count(*) filter (where counted_on > known_on) as identified_later "
        f"from intermediate.int_attributed_events where {in_window}"
    )
    assert found["late"] >= 10
    assert found["identified_later"] >= 10


def test_as_of_a_day_knows_only_what_had_arrived_by_then(loaded: Lab, tmp_path: Path) -> None:
    """Every mart, built over all the data and over only what had arrived, is the same."""
    as_of = date(2026, 6, 12)
    over_all = loaded.copy_to(tmp_path / "all")
    over_arrived = Lab.on_duckdb(tmp_path / "arrived", loaded.project)
    over_arrived.deliver(loaded, as_of)
    over_arrived.copy_registries(loaded)
    for lab in (over_all, over_arrived):
        lab.build(as_of, from_day=as_of - 10 * ONE_DAY)
    count = "select count(*) as n from raw.web_events"
    assert over_arrived.rows(count)[0]["n"] < over_all.rows(count)[0]["n"] - 100
    marts = loaded.marts()
    assert len(marts) >= 11
    assert over_all.differences(over_arrived, marts) == []


def test_the_same_day_again_changes_no_row_of_any_mart(backfilled: Lab, tmp_path: Path) -> None:
    again = backfilled.copy_to(tmp_path)
    again.build(LAST_DAY)
    assert again.differences(backfilled, backfilled.marts()) == []


def test_building_past_days_again_replaces_those_days_and_no_other(
    backfilled: Lab, tmp_path: Path
) -> None:
    first, last = date(2026, 6, 10), date(2026, 6, 12)
    again = backfilled.copy_to(tmp_path)
    # A mark on every row shows which of them were written anew.
    again.execute(f"update {TABLE} set score_version = 'marked'")
    again.build(LAST_DAY, from_day=first, to_day=last, select=THE_SNAPSHOTS, seeds=False)
    marked = again.rows(
        f"select distinct snapshot_date as day from {TABLE} where score_version = 'marked'"
    )
    assert {row["day"] for row in marked} == set(days(FIRST_DAY, LAST_DAY)) - set(days(first, last))
    again.execute(
        f"update {TABLE} set score_version = (select max(score_version) from {TABLE} "
        "where score_version <> 'marked')"
    )
    assert again.differences(backfilled) == []


def test_a_gap_between_builds_leaves_the_same_figures(
    loaded: Lab, backfilled: Lab, tmp_path: Path
) -> None:
    """No build for five days, in which late events come in and visitors say who they are."""
    before, after = date(2026, 6, 9), date(2026, 6, 15)
    lab = Lab.on_duckdb(tmp_path / "gap", loaded.project)
    lab.copy_registries(loaded)
    lab.deliver(loaded, before)
    lab.build(before, from_day=FIRST_DAY, select=THE_SIGNALS)
    lab.deliver(loaded, after, after=before)
    lab.build(after, select=THE_SIGNALS, seeds=False)
    expected = backfilled.copy_to(tmp_path / "expected")
    expected.execute(f"delete from {TABLE} where snapshot_date > '{after}'")
    expected.execute(f"delete from marts.{SIGNALS.name} where detected_at > '{after}'")
    assert lab.differences(expected, [SNAPSHOTS, SIGNALS]) == []


def test_a_signals_strength_counts_from_the_next_run_and_past_signals_stand(
    backfilled: Lab, tmp_path: Path
) -> None:
    """An edit reaches the days that are built after it; switched off, a signal leaves a day."""
    lab = backfilled.copy_to(tmp_path)
    lab.edit(lambda edit: set_row(edit, "signals", "usage_spiked", {"base_strength": "30"}))
    lab.edit(lambda edit: set_row(edit, "signals", "usage_dropped_off", {"enabled": "false"}))
    lab.build(LAST_DAY, select=f"stg_registry__signals {THE_SIGNALS}", seeds=False)
    on_the_day = f"marts.{SIGNALS.name} where detected_at = '{LAST_DAY}' and signal_name"
    for table, least in ((backfilled, 80), (lab, 30)):
        [found] = table.rows(f"select min(strength) as least from {on_the_day} = 'usage_spiked'")
        assert found["least"] == least
    silences = f"select count(*) as n from {on_the_day} = 'usage_dropped_off'"
    assert backfilled.rows(silences)[0]["n"] > 0
    assert lab.rows(silences)[0]["n"] == 0
    before = backfilled.copy_to(tmp_path / "before")
    for one in (lab, before):
        one.execute(f"delete from marts.{SIGNALS.name} where detected_at = '{LAST_DAY}'")
    assert lab.differences(before, [SIGNALS]) == []


def test_a_weight_counts_from_the_next_run_and_older_ledgers_still_add_up(
    loaded: Lab, backfilled: Lab, tmp_path: Path
) -> None:
    lab = loaded.copy_to(tmp_path)
    eve = LAST_DAY - ONE_DAY
    lab.build(eve, from_day=eve - ONE_DAY, select="+score_ledger")
    key = "default_v1:page_view:pricing"
    lab.edit(lambda edit: set_row(edit, "score_weights", key, {"weight": "40"}))
    lab.build(LAST_DAY, select="+score_ledger", seeds=False)

    ledger = (
        "select snapshot_date as day, content_type, max(weight) as weight, "
        "sum(event_count) as events from marts.score_ledger "
        "where event_name = 'page_view' and content_type in ('pricing', 'docs') group by all"
    )
    weights = {(row["day"], row["content_type"]): row["weight"] for row in lab.rows(ledger)}
    assert weights == {
        (day, content_type): weight
        for day in days(eve - ONE_DAY, LAST_DAY)
        for content_type, weight in (("docs", 6), ("pricing", 40 if day == LAST_DAY else 25))
    }
    gaps = lab.rows(
        f"select snapshot_date, account_key from {TABLE} "
        "left join marts.score_ledger using (account_key, snapshot_date) "
        "group by snapshot_date, account_key, raw_score_30d "
        "having abs(coalesce(sum(points), 0) - raw_score_30d) > 1e-9 * greatest(1, raw_score_30d)"
    )
    assert gaps == []
    # Days built before the edit stand as they were; the day after it has more points.
    changed = backfilled.differences_by_day(lab)
    assert changed == {LAST_DAY}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_in_which_rows_lie_changes_nothing(
    loaded: Lab, backfilled: Lab, tmp_path: Path, seed: int
) -> None:
    lab = loaded.copy_to(tmp_path)
    for entity in CONTRACTS:
        key = " || ".join(f"{column}::varchar" for column in CONTRACTS[entity].raw_key)
        lab.execute(
            f"create or replace table raw.{entity} as select * from raw.{entity} "
            f"order by hash({key} || '{seed}')"
        )
    lab.build(LAST_DAY, from_day=FIRST_DAY, select=THE_SNAPSHOTS)
    assert lab.differences(backfilled) == []


def test_a_warehouse_whose_event_days_name_no_visitors_goes_on(
    loaded: Lab, backfilled: Lab, tmp_path: Path
) -> None:
    """As builds made it before: columns come and go with the next day, whose figures are right."""
    lab = loaded.copy_to(tmp_path)
    lab.build(LAST_DAY - ONE_DAY, from_day=LAST_DAY - ONE_DAY, select=THE_SNAPSHOTS)
    lab.execute(
        "create or replace table intermediate.int_company_event_days as "
        "select company_domain, event_date, counted_on, event_class_id, "
        "sum(event_count) as event_count "
        "from intermediate.int_company_event_days group by all"
    )
    lab.execute(
        "alter table intermediate.int_web_identifications add column form_submitted_count int"
    )
    lab.execute("drop table intermediate.int_user_agents_seen")
    lab.build(LAST_DAY, select=THE_SNAPSHOTS, seeds=False)
    expected = backfilled.copy_to(tmp_path / "expected")
    expected.execute(f"delete from {TABLE} where snapshot_date < '{LAST_DAY - ONE_DAY}'")
    assert lab.differences(expected) == []
