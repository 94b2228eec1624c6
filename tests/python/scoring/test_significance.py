"""The surge test: tail probabilities against exact ones, and the false-discovery rate it holds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from math import comb, erfc, sqrt
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from python_jobs.settings import PROJECT_DIR
from tests.small_project import SmallProject

DEVIATES = [0.0, 0.5, 1.0, 1.96, 3.0, 5.0, 7.5]
# visits of the last seven days, visits of the baseline, days of the baseline
COUNTS = [
    (2, 1, 14),
    (3, 4, 56),
    (4, 8, 56),
    (6, 2, 20),
    (9, 30, 56),
    (15, 40, 56),
    (40, 200, 56),
    (120, 600, 56),
    (60, 100, 30),
]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The SQL of the normal tail of column z, and of the surge test of k, b, past_days."""
    folder = tmp_path_factory.mktemp("significance")
    env = {"GTM_TARGET": "duckdb", "GTM_DUCKDB_PATH": str(folder / "significance.duckdb")}
    project = SmallProject(folder / "project", env)
    both = project.render(
        "{{ normal_upper_tail('z') }} ### "
        "{{ normal_upper_tail(binomial_tail_z('k', 'b', '7.0 / (7.0 + past_days)')) }}"
    )
    normal, binomial = both.split("###")
    return normal, binomial


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize("z", DEVIATES)
def test_normal_tail(con: duckdb.DuckDBPyConnection, rendered: tuple[str, str], z: float) -> None:
    [[found]] = con.sql(f"select {rendered[0]} from (select {z}::double as z)").fetchall()
    assert found == pytest.approx(erfc(z / sqrt(2)) / 2, rel=2.5e-7)


@pytest.mark.parametrize(("recent", "baseline", "days"), COUNTS)
def test_binomial_tail(
    con: duckdb.DuckDBPyConnection,
    rendered: tuple[str, str],
    recent: int,
    baseline: int,
    days: int,
) -> None:
    """Within 1 % of the exact tail, also far out."""
    [[found]] = con.sql(
        f"select {rendered[1]} from (select {recent}::double as k, {baseline}::double as b, "
        f"{days} as past_days)"
    ).fetchall()
    assert found == pytest.approx(
        binomial_tail(recent, recent + baseline, 7 / (7 + days)), rel=0.01
    )


@pytest.mark.parametrize(("recent", "baseline", "days"), [(4, 7, 15), (4, 21, 43), (11, 28, 19)])
def test_as_many_visits_as_expected_are_no_error(
    con: duckdb.DuckDBPyConnection,
    rendered: tuple[str, str],
    recent: int,
    baseline: int,
    days: int,
) -> None:
    """There the last digits would have a root drawn of less than nothing, which Snowflake refuses
    and DuckDB answers with a p-value that is no number."""
    [[p]] = con.sql(
        f"select {rendered[1]} from (select {recent}::double as k, {baseline}::double as b, "
        f"{days}::double as past_days)"
    ).fetchall()
    assert p is None or p == pytest.approx(0.5)


def binomial_tail(at_least: int, trials: int, share: float) -> float:
    """P(X >= at_least) for a binomial X, summed exactly."""
    return sum(
        comb(trials, hits) * share**hits * (1 - share) ** (trials - hits)
        for hits in range(at_least, trials + 1)
    )


SNAPSHOT_DAYS, ACCOUNTS, PAST_DAYS = 25, 1500, 56


def test_false_discoveries_are_held_at_a_tenth(tmp_path: Path) -> None:
    """Made-up traffic with every tenth account's last week four times as busy, then with none.

    Traffic wobbles from day to day, as real traffic does. Over many days the mean share of flags
    that are false stays at a tenth, and busy accounts that surge are found.
    """
    rng = np.random.default_rng(5)
    surging = np.arange(ACCOUNTS) < ACCOUNTS // 10
    flags, rates = flagged(tmp_path / "some", rng, np.where(surging, 4.0, 1.0))
    false_shares = flags[:, ~surging].sum(axis=1) / np.maximum(flags.sum(axis=1), 1)
    assert false_shares.mean() < 0.12
    assert flags[:, surging][:, rates[surging] > 1].mean() > 0.8
    without_any, _ = flagged(tmp_path / "none", rng, np.ones(ACCOUNTS))
    assert without_any.any(axis=1).mean() < 0.25


def flagged(
    folder: Path, rng: np.random.Generator, factors: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Flags by day and account for accounts whose last week is so many times as busy as before.

    Also gives each account's visits a day. The days are drawn apart: one is no later than another.
    """
    warehouse = folder / "surges.duckdb"
    env = {"GTM_TARGET": "duckdb", "GTM_DUCKDB_PATH": str(warehouse)}
    project = SmallProject(folder / "project", env)
    models = project.folder / "models" / "intermediate" / "scoring"
    models.mkdir(parents=True)
    shipped = PROJECT_DIR / "models" / "intermediate" / "scoring"
    for model in ("int_account_surge_tests", "int_run_days", "int_state_days"):
        shutil.copy(shipped / f"{model}.sql", models)
    (models / "int_score_configs.sql").write_text(
        "select true as is_active, 0.1 as false_discovery_rate"
    )
    (models / "int_account_visit_states.sql").write_text("select * from main.given")
    rates = np.exp(rng.normal(-1.2, 1.0, ACCOUNTS))
    busy = np.ones((ACCOUNTS, PAST_DAYS + 7))
    busy[:, PAST_DAYS:] = factors[:, None]
    wobble = rng.gamma(12, 1 / 12, (SNAPSHOT_DAYS, *busy.shape))
    visits = rng.poisson(rates[:, None] * busy * wobble)
    baseline = visits[:, :, :PAST_DAYS]
    day, account = np.indices((SNAPSHOT_DAYS, ACCOUNTS)).reshape(2, -1)
    drawn = pa.table(
        {
            "day": day,
            "account_number": account,
            "visits_7d": visits[:, :, PAST_DAYS:].sum(axis=2).ravel(),
            "baseline_visits": baseline.sum(axis=2).ravel(),
            "baseline_visits_squared": (baseline**2).sum(axis=2).ravel(),
        }
    )
    with duckdb.connect(str(warehouse)) as con:
        con.register("drawn", drawn)
        con.execute(
            "create table given as select *, date '2026-01-01' as first_counted_on, "
            "date '2026-06-01' + cast(day as integer) as state_from, 1 as state_days from drawn"
        )
    project.dbt(
        *("run", "--select", "int_account_surge_tests", "int_account_visit_states"),
        *("int_score_configs", "int_run_days", "int_state_days", "--vars"),
        json.dumps({"from_date": "2026-06-01", "to_date": "2026-06-25"}),
    )
    flags = np.zeros((SNAPSHOT_DAYS, ACCOUNTS), dtype=bool)
    with duckdb.connect(str(warehouse)) as con:
        found = con.sql(
            "select snapshot_date - date '2026-06-01', account_number "
            "from intermediate.int_account_surge_tests where is_surge_significant"
        ).fetchall()
    for day_number, account_number in found:
        flags[day_number, account_number] = True
    return flags, rates
