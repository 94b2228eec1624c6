"""`gtm build`: which days it builds, that it can be cut off and repeated, and what it says."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import snowflake.connector

from python_jobs import cli
from python_jobs.build import Past, Plan, Wish, its_turn, make_plan, read_past
from python_jobs.dbt_runner import DbtProject
from python_jobs.errors import ConfigurationError, GtmError, TransientError
from python_jobs.runs import ensure_ops_tables, ensure_raw_tables, only_one, utc_now
from python_jobs.settings import Settings
from python_jobs.warehouse import (
    SCHEMAS,
    Warehouse,
    not_built,
    only_writer,
    open_warehouse,
    what_broke,
)
from tests.emulator import emulator
from tests.python.conftest import LAST_DAY, Shop
from tests.small_project import SmallProject
from tests.typed import gtm

FIRST, LAST, TODAY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 6, 3)
BUILT = Past(FIRST, LAST, recorded=True)
HEADER = "event_id,occurred_at,event_name,known_at,path,account_domain\n"


def late(day: date, **others: bool) -> Past:
    return Past(FIRST, LAST, late_from=day, **{"recorded": True, **others})


@pytest.mark.parametrize(
    ("wish", "past", "plan"),
    [
        # nothing is there yet: the project's first_build_days
        (Wish(TODAY), Past(), Plan(None, TODAY, False, True)),
        # carry on after the last snapshot, over a gap too
        (Wish(TODAY), BUILT, Plan(date(2026, 6, 2), TODAY, False, True)),
        # the last day again, when it is already there
        (Wish(LAST), BUILT, Plan(LAST, LAST, False, True)),
        # an earlier day alone: later loads are still owed
        (Wish(date(2026, 5, 9)), BUILT, Plan(date(2026, 5, 9), date(2026, 5, 9), False, False)),
        # rows known on the days that are built anyway do not move it
        (Wish(TODAY), late(TODAY), Plan(date(2026, 6, 2), TODAY, False, True)),
        # rows known before: back to their day
        (Wish(TODAY), late(date(2026, 5, 20)), Plan(date(2026, 5, 20), TODAY, False, True)),
        # rows from before the first snapshot: all of it, or the aggregates would miss them
        (Wish(TODAY), late(date(2026, 4, 20)), Plan(FIRST, TODAY, True, True)),
        # days that a person picked are kept, and what was loaded late is still owed
        (
            Wish(TODAY, date(2026, 6, 2)),
            late(date(2026, 5, 20)),
            Plan(date(2026, 6, 2), TODAY, False, False),
        ),
        (
            Wish(TODAY, select=("x",)),
            late(date(2026, 5, 20)),
            Plan(date(2026, 6, 2), TODAY, False, False),
        ),
        # half of a full refresh numbers its rows anew and the other half does not
        (Wish(TODAY), Past(FIRST, LAST, interrupted=True), Plan(FIRST, TODAY, True, True)),
        # a full refresh keeps every day there is
        (Wish(TODAY, full_refresh=True), BUILT, Plan(FIRST, TODAY, True, True)),
        # and every signal, also from before the first score
        (
            Wish(TODAY, full_refresh=True),
            Past(FIRST, LAST, recorded=True, built_from=date(2026, 4, 3)),
            Plan(date(2026, 4, 3), TODAY, True, True),
        ),
        (
            Wish(TODAY),
            Past(FIRST, LAST, late_from=date(2026, 4, 20), built_from=date(2026, 4, 3)),
            Plan(date(2026, 4, 3), TODAY, True, True),
        ),
        (
            Wish(TODAY),
            Past(FIRST, LAST, interrupted=True, built_from=date(2026, 6, 3)),
            Plan(FIRST, TODAY, True, True),
        ),
        # and may drop days to come
        (
            Wish(TODAY, full_refresh=True),
            Past(FIRST, date(2027, 6, 1)),
            Plan(FIRST, TODAY, True, True),
        ),
        # the build of the last days was cut off after their snapshots
        (
            Wish(TODAY),
            Past(FIRST, LAST, whole_until=date(2026, 5, 28), recorded=True),
            Plan(date(2026, 5, 29), TODAY, False, True),
        ),
        (
            Wish(date(2026, 5, 20)),
            Past(FIRST, LAST, whole_until=date(2026, 5, 28), recorded=True),
            Plan(date(2026, 5, 20), date(2026, 5, 20), False, False),
        ),
        # days that a person leaves out are still owed
        (Wish(TODAY, TODAY), BUILT, Plan(TODAY, TODAY, False, False)),
        # a world that is made for a day to come goes on
        (
            Wish(date(2026, 6, 5)),
            Past(FIRST, date(2026, 6, 4)),
            Plan(date(2026, 6, 5), date(2026, 6, 5), False, True),
        ),
    ],
)
def test_the_days_a_build_takes(wish: Wish, past: Past, plan: Plan) -> None:
    made = make_plan(wish, past, TODAY)
    assert (made.from_day, made.to_day, made.full_refresh, made.whole) == (
        plan.from_day,
        plan.to_day,
        plan.full_refresh,
        plan.whole,
    )


def test_the_first_day_built_is_that_of_a_build_cut_off_or_of_the_first_signal(shop: Shop) -> None:
    def built_from() -> date | None:
        with open_warehouse(Settings(GTM_DUCKDB_PATH=shop.path)) as warehouse:
            return read_past(warehouse, []).built_from

    shop.execute("drop table intermediate.int_run_days")
    shop.execute("create view intermediate.int_run_days as select date '2026-04-01' as run_date")
    assert built_from() == date(2026, 4, 1)
    shop.execute("drop view intermediate.int_run_days")
    [first] = shop.rows("select min(detected_at) as day from marts.fct_signals")
    assert built_from() == first["day"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--as-of", "2026-02-30"], "'2026-02-30' is not a day: write it as YYYY-MM-DD"),
        (
            ["--from", "2026-06-02", "--to", "2026-06-01"],
            "--from 2026-06-02 is after the last day to build, 2026-06-01: swap them",
        ),
        (
            ["--as-of", "2026-06-01", "--to", "2026-06-02"],
            "--to 2026-06-02 is after --as-of 2026-06-01: a build knows nothing after its as-of "
            "day",
        ),
        (
            ["--full-refresh", "--from", "2026-06-01"],
            f"a full refresh of 2026-06-01 to {LAST_DAY} would drop snapshots: there are some "
            f"from 2026-05-02 to {LAST_DAY}; give --from and --to that hold them, or leave out "
            "--full-refresh",
        ),
        (["--target", "oracle"], "unknown target 'oracle': use duckdb or snowflake"),
    ],
)
def test_days_that_cannot_be_built(shop: Shop, arguments: list[str], sentence: str) -> None:
    refused = shop.gtm("build", *arguments)
    assert (refused.code, refused.said) == (2, f"gtm: {sentence}")


def test_a_second_run_and_a_file_that_is_no_warehouse(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GTM_WAREHOUSE_WAIT", "0.1")
    with only_writer(Settings(GTM_DUCKDB_PATH=shop.path)):
        busy = shop.gtm("build")
    assert busy.code == 1
    assert f"gtm: another gtm run is writing to {shop.path}: wait until" in busy.err
    shop.path.write_bytes(b"not a database" * 1000)
    broken = shop.gtm("build")
    assert broken.code == 2
    assert broken.said.startswith(f"gtm: {shop.path} cannot be read as a DuckDB database: restore")


@pytest.mark.parametrize("name", ["raw.duckdb", "Marts.v2.duckdb", "temp.db", "w#1.duckdb"])
def test_a_warehouse_of_a_name_that_dbt_or_duckdb_misreads_is_one_sentence(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"a DuckDB file cannot be called {name}"):
        open_warehouse(Settings(GTM_DUCKDB_PATH=tmp_path / name)).__enter__()
    assert not (tmp_path / name).exists()


def test_a_warehouse_has_one_writer_by_whichever_name(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    link = tmp_path / "w.duckdb"
    link.symlink_to(tmp_path / "disk" / "w.duckdb")
    by_link = Settings(GTM_DUCKDB_PATH=link)
    by_path = Settings(GTM_DUCKDB_PATH=tmp_path / "disk" / "w.duckdb")
    with only_writer(by_link), pytest.raises(TransientError), only_writer(by_path):
        pass
    with (
        only_one(by_link, "gong", "x"),
        pytest.raises(TransientError),
        only_one(by_path, "gong", "x"),
    ):
        pass


def test_a_build_waits_for_its_turn(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The nightly one meets that of the calls, and is started once a day."""
    settings = Settings(GTM_DUCKDB_PATH=tmp_path / "w.duckdb", GTM_WAREHOUSE_WAIT=60)
    is_held, done = threading.Event(), list[str]()

    def write() -> None:
        with only_writer(settings):
            is_held.set()
            time.sleep(0.5)
            done.append("the other")

    other = threading.Thread(target=write)
    other.start()
    assert is_held.wait(10)
    with caplog.at_level("INFO"), its_turn(settings):
        done.append("the build")
    other.join()
    assert done == ["the other", "the build"]
    assert "another gtm run is writing: it is waited for, up to 60 s" in caplog.text


def test_an_empty_warehouse_builds_and_says_that_there_is_nothing(empty_shop: Shop) -> None:
    for _ in range(2):
        printed = empty_shop.gtm("build")
        assert printed.code == 0, printed.err
        assert "there is no account to score yet" in printed.out
    assert empty_shop.rows("select count(*) as n from marts.hot_accounts") == [{"n": 0}]


@pytest.mark.parametrize(
    "command",
    [
        ("enrich", "all"),
        ("enrich", "call_summary", "--plan"),
        ("closed-lost", "run"),
        ("closed-lost", "report"),
        ("closed-lost", "alerts"),
        ("explain", "acme.com"),
        ("brief", "acme.com"),
        ("coach",),
        ("calls", "search", "price"),
        ("replay", "--config", "draft_v2"),
    ],
    ids=" ".join,
)
def test_what_reads_a_warehouse_before_its_first_build_says_so(
    empty_shop: Shop, command: tuple[str, ...]
) -> None:
    with open_warehouse(Settings(GTM_DUCKDB_PATH=empty_shop.path)) as warehouse:
        warehouse.execute("create schema raw")
    told = empty_shop.gtm(*command)
    assert told.code == 2
    assert "gtm build" in told.said
    assert "Traceback" not in told.said


def test_a_model_that_fails_is_one_sentence(shop: Shop) -> None:
    shop.execute("drop view marts.score_ledger")
    shop.execute("create table marts.score_ledger_was (n integer)")
    shop.execute("drop table registry.lanes")
    failed = shop.gtm("build", "--skip-tests", "--select", "stg_registry__lanes")
    assert failed.code == 1
    first, second = failed.err.strip().splitlines()
    assert first == "gtm: 1 model failed:"
    assert second.startswith("  model stg_registry__lanes: Catalog Error: Table with name lanes")
    [run] = shop.rows(
        "select status, mode, entity from ops.job_runs where job = 'build' "
        "order by started_at desc limit 1"
    )
    assert run == {"status": "failed", "mode": "part", "entity": "stg_registry__lanes"}


def test_rows_loaded_late_are_built_from_the_day_they_were_known(
    shop: Shop, tmp_path: Path
) -> None:
    """The build goes back to that day, no further, and ends where one build of all would."""
    file = tmp_path / "late.csv"
    file.write_text(
        HEADER + "late1,2026-06-18 10:00:00,page_view,2026-06-20 09:00:00,/pricing,newcomer.com\n"
    )
    before = shop.snapshots()
    shop.gtm("load", "web_events", str(file))
    printed = shop.gtm("build", "--skip-tests")
    assert printed.code == 0, printed.err
    assert "rows known since 2026-06-20 were loaded after the last build" in printed.said
    assert f"built 2026-06-20 to {LAST_DAY} (11 days)" in printed.out
    after = shop.snapshots()
    newcomer = [row for row in after if row["account_key"] == "newcomer.com"]
    assert [row["snapshot_date"] for row in newcomer] == [
        date(2026, 6, 20) + timedelta(days=n) for n in range(11)
    ]
    assert newcomer[0]["raw_score_30d"] == pytest.approx(25 * 0.8187307530779818, abs=1e-6)
    assert _scores(after) == _scores([*before, *newcomer])
    again = shop.gtm("build", "--skip-tests")
    assert f"built {LAST_DAY} (1 day)" in again.out, "what was loaded late is built once"


def test_history_from_before_the_first_snapshot_is_counted(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text(HEADER + "old1,2026-04-25 10:00:00,page_view,,/pricing,newcomer.com\n")
    shop.gtm("load", "web_events", str(file))
    printed = shop.gtm("build", "--skip-tests")
    assert printed.code == 0, printed.err
    assert "before the first snapshot" in printed.said
    [first] = shop.rows(
        "select raw_score_30d from marts.fct_daily_account_intent "
        "where account_key = 'newcomer.com' and snapshot_date = '2026-05-02'"
    )
    assert first["raw_score_30d"] == pytest.approx(25 * 0.4965853037914095, abs=1e-6)


def test_a_day_to_come_is_refused() -> None:
    """Its snapshot would be the latest for ever, and its as-of day that of every later build."""
    with pytest.raises(ConfigurationError, match="2027-06-03 is still to come"):
        make_plan(Wish(date(2027, 6, 3)), BUILT, TODAY)


def test_a_day_that_is_not_over_is_a_warning(shop: Shop) -> None:
    """It is built with what is known so far; of the days before, the next build is told."""
    today = utc_now().date()
    printed = shop.gtm(
        *("build", "--skip-tests", "--as-of", f"{today}", "--from", f"{today}", "--select"),
        "stg_registry__lanes",
    )
    assert printed.code == 0, printed.err
    assert f"{today} is not over yet (UTC)" in printed.said


def test_a_build_that_left_something_out_is_made_up_for(shop: Shop) -> None:
    """Days left out, and days whose snapshots alone were built, come with the next build."""
    for table in ("marts.fct_daily_account_intent", "marts.fct_signals"):
        day = "snapshot_date" if "intent" in table else "detected_at"
        shop.execute(f"delete from {table} where {day} > '2026-06-26'")
    shop.execute("update ops.job_runs set message = replace(message, '06-30', '06-26')")
    left_out = shop.gtm(
        *("build", "--skip-tests", "--from", "2026-06-29", "--to", "2026-06-29"),
        *("--select", "+fct_daily_account_intent"),
    )
    assert left_out.code == 0, left_out.err
    assert "the days from 2026-06-27 to 2026-06-28 are left out" in left_out.said
    printed = shop.gtm("build", "--skip-tests")
    assert printed.code == 0, printed.err
    assert "from 2026-06-27 on not all was built" in printed.said
    assert "built 2026-06-27 to 2026-06-30 (4 days)" in printed.out
    assert shop.rows("select * from marts.fct_signals where detected_at = '2026-06-28'")
    again = shop.gtm("build", "--skip-tests", "--select", "stg_registry__lanes")
    assert f"built {LAST_DAY} (1 day)" in again.out


def test_a_selection_of_nothing_is_refused(shop: Shop) -> None:
    refused = shop.gtm("build", "--select", "fct_signal")
    assert (refused.code, refused.said.startswith("gtm: --select fct_signal names nothing")) == (
        2,
        True,
    )


def test_a_project_without_a_new_signal_is_read_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading it whole again takes longer than a day's build."""
    commands = []
    invoke = DbtProject._invoke

    def noted(
        self: DbtProject, manifest: Any, arguments: Sequence[str], *others: Any, **more: Any
    ) -> Any:
        commands.append(arguments[0])
        return invoke(self, manifest, arguments, *others, **more)

    monkeypatch.setattr(DbtProject, "_invoke", noted)
    built = shop.gtm("build", "--skip-tests", "--select", "stg_registry__lanes")
    assert built.code == 0, built.err
    assert commands == ["parse", "build"]


def test_a_build_that_is_killed_can_be_run_again(shop: Shop) -> None:
    """Killed at two moments of its work, and then let run, it ends where one build does."""
    built = shop.snapshots()
    for schema in ("marts", "intermediate", "staging"):
        shop.execute(f"drop schema {schema} cascade")
    shop.execute("delete from ops.job_runs where job = 'build'")
    log = shop.folder / "logs" / "dbt.log"
    for reached in ("int_company_event_days", "fct_daily_account_intent"):
        _build_until(shop, log, reached)
    finished = shop.gtm("build", "--skip-tests")
    assert finished.code == 0, finished.err
    runs = shop.rows("select status from ops.job_runs where job = 'build' order by started_at")
    assert [run["status"] for run in runs] == ["failed", "failed", "succeeded"]
    assert shop.snapshots() == built


def _build_until(shop: Shop, log: Path, reached: str) -> None:
    """Start a build and kill it when a model of that name begins."""
    seen = log.stat().st_size if log.exists() else 0
    child = subprocess.Popen(
        [sys.executable, "-m", "python_jobs.cli", "build", "--skip-tests"],
        env={**os.environ, **shop.env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 120
        while child.poll() is None and time.monotonic() < until:
            text = log.read_bytes()[seen:].decode(errors="replace") if log.exists() else ""
            if f".{reached} " in text:
                break
            time.sleep(0.01)
        assert child.poll() is None, f"the build ended before {reached}"
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()


def _scores(rows: list[dict]) -> list[tuple]:  # type: ignore[type-arg]
    """What a snapshot says of one account; surges are judged among all accounts of the day."""
    names = ("snapshot_date", "account_key", "raw_score_30d", "raw_score_7d", "unique_people_7d")
    return sorted(tuple(row[name] for name in names) for row in rows)


def test_plain_dbt_makes_the_same_source_tables_as_the_jobs(
    duckdb_env: dict[str, str],
    tmp_path: Path,
    columns_of: Callable[..., set],  # type: ignore[type-arg]
) -> None:
    SmallProject(tmp_path / "project", duckdb_env).dbt("run-operation", "ensure_sources")
    with open_warehouse(Settings(**duckdb_env)) as warehouse:
        _assert_same_tables(warehouse, columns_of)


def test_plain_dbt_makes_the_same_source_tables_on_snowflake(
    tmp_path: Path,
    columns_of: Callable[..., set],  # type: ignore[type-arg]
) -> None:
    with emulator() as env:
        SmallProject(tmp_path / "project", env).dbt("run-operation", "ensure_sources")
        with open_warehouse(Settings(**env)) as warehouse:
            _assert_same_tables(warehouse, columns_of)


def _assert_same_tables(warehouse: Warehouse, columns_of: Callable[..., set]) -> None:  # type: ignore[type-arg]
    by_dbt = {schema: columns_of(warehouse, schema) for schema in ("raw", "ops")}
    assert all(by_dbt.values())
    for schema, columns in by_dbt.items():
        for table in {column[0] for column in columns}:
            warehouse.execute(f"drop table {schema}.{table}")
    ensure_ops_tables(warehouse)
    ensure_raw_tables(warehouse)
    assert set(SCHEMAS) >= set(by_dbt)
    assert {schema: columns_of(warehouse, schema) for schema in by_dbt} == by_dbt


def test_a_warehouse_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    """A damaged one is not told to be thrown away for another reason, and a sound one never is."""
    good = tmp_path / "good.duckdb"
    with open_warehouse(Settings(GTM_DUCKDB_PATH=good)) as warehouse:
        warehouse.execute("create table numbers as select range as n from range(3000000)")
    damaged = tmp_path / "damaged.duckdb"
    content = bytearray(good.read_bytes())
    content[4096:8192] = os.urandom(4096)
    damaged.write_bytes(content)
    with pytest.raises(GtmError, match=r"is damaged|cannot be read as a DuckDB"):
        open_warehouse(Settings(GTM_DUCKDB_PATH=damaged)).__enter__()
    with pytest.raises(ConfigurationError, match="is a folder: set GTM_DUCKDB_PATH to a file"):
        open_warehouse(Settings(GTM_DUCKDB_PATH=tmp_path), read_only=True).__enter__()
    nowhere = Settings(GTM_DUCKDB_PATH=Path("/proc/nowhere/warehouse.duckdb"))
    with pytest.raises(ConfigurationError, match="cannot be written"), only_writer(nowhere):
        pass


@pytest.mark.skipif(not Path("/sys").is_dir(), reason="a folder of Linux, closed to root too")
def test_a_folder_that_dbt_may_not_write_to_is_one_sentence(duckdb_env: dict[str, str]) -> None:
    refused = gtm("build", env={**duckdb_env, "DBT_LOG_PATH": "/sys/nowhere"})
    assert refused.code == 2
    assert refused.said.startswith("gtm: dbt may not write /sys/nowhere: check its permissions, or")


@pytest.mark.parametrize(
    ("broke", "sentence"),
    [
        (duckdb.IOException("Corrupt database file: checksum 1 does not match"), "is damaged"),
        (duckdb.IOException("Could not write file: No space left on device"), "disk is full"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "the disk is full"),
    ],
)
def test_a_disk_that_fails_meanwhile_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    broke: Exception,
    sentence: str,
) -> None:
    def fail() -> None:
        raise broke

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("broke", "sentence"),
    [
        (
            duckdb.CatalogException("Table with name hot_accounts does not exist!"),
            "hot_accounts is not there yet: run `gtm build` first",
        ),
        (
            snowflake.connector.ProgrammingError(
                "Object 'GTM.MARTS.HOT_ACCOUNTS' does not exist or not authorized."
            ),
            "gtm.marts.hot_accounts is not there yet, or the role may not read it",
        ),
    ],
    ids=["duckdb", "snowflake"],
)
def test_a_table_that_is_missing_is_a_sentence_of_the_engine_alone(
    broke: Exception, sentence: str
) -> None:
    assert sentence in str(not_built(broke))
    assert not_built(ValueError(str(broke))) is None
    assert what_broke(broke) is None, "a load that fails so is not helped by a build"


def test_a_snowflake_that_is_not_there_is_one_sentence() -> None:
    away = Settings(
        GTM_TARGET="snowflake",
        SNOWFLAKE_ACCOUNT="a",
        SNOWFLAKE_USER="u",
        SNOWFLAKE_PASSWORD="hidden",
        SNOWFLAKE_HOST="127.0.0.1",
        SNOWFLAKE_PORT=1,
        SNOWFLAKE_PROTOCOL="http",
    )
    with pytest.raises(TransientError, match="Snowflake cannot be reached") as told:
        open_warehouse(away).__enter__()
    assert "hidden" not in str(told.value)
