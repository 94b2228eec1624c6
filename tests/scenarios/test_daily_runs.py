"""Thirty builds that follow one another day by day end where one build of all the days ends."""

from __future__ import annotations

from pathlib import Path

from tests.scenarios.conftest import FIRST_DAY, LAST_DAY
from tests.scenarios.lab import SIGNALS, SNAPSHOTS, Lab
from tests.scenarios.test_steps import ONE_DAY, TABLE, THE_SIGNALS, days


def test_thirty_daily_runs_equal_one_backfill(loaded: Lab, backfilled: Lab, tmp_path: Path) -> None:
    """Each day's rows arrive on that day and are built that night."""
    daily = Lab.on_duckdb(tmp_path, loaded.project)
    daily.deliver(loaded, FIRST_DAY)
    daily.copy_registries(loaded)
    daily.build(FIRST_DAY, from_day=FIRST_DAY, select=THE_SIGNALS)
    for day in days(FIRST_DAY + ONE_DAY, LAST_DAY):
        daily.deliver(loaded, day, after=day - ONE_DAY)
        daily.build(day, select=THE_SIGNALS, seeds=False)
    [built] = daily.rows(f"select count(distinct snapshot_date) as days from {TABLE}")
    assert built["days"] == 31
    for gathered in ("int_event_classes", "int_user_agents_seen", "int_domain_references"):
        [last] = daily.rows(f"select max(searched_until) as day from intermediate.{gathered}")
        assert last["day"] == LAST_DAY, "a run reads no event again that one before has searched"
    [fired] = daily.rows(
        "select count(*) as n, count(distinct signal_name) as names, "
        f"count(distinct detected_at) as days from marts.{SIGNALS.name}"
    )
    assert fired["n"] > 50
    assert fired["names"] >= 5
    assert fired["days"] > 20
    assert daily.differences(backfilled, [SNAPSHOTS, SIGNALS]) == []
