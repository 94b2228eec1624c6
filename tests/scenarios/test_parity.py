"""DuckDB and Snowflake agree: the same raw rows, built on both, give the same marts.

The project runs through the real dbt-snowflake adapter on the emulator: seeds, snapshots, models
and data tests, first a new warehouse, then the next day on top of it. ``make snowflake-check``
prints the table.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from python_jobs.closed_lost.proposals import Proposal, decide, insert
from python_jobs.dbt_runner import DbtProject
from python_jobs.enrich.engines.offline import Offline
from python_jobs.enrich.runner import run_task
from python_jobs.enrich.tasks import task_named, task_names
from python_jobs.ingest.connector_commands import clock_of
from python_jobs.ingest.run import Wish, ingest
from python_jobs.ingest.sources import SOURCES
from python_jobs.registry.edits import Edit, set_row
from python_jobs.registry.journal import append, read_registries
from python_jobs.runs import ensure_ops_tables
from python_jobs.sandbox.commands import started_sandbox
from python_jobs.settings import Settings
from python_jobs.warehouse import BriefWarehouse, open_warehouse
from tests.emulator import emulator
from tests.raw_copy import copy_raw
from tests.scenarios.compare import compare, parity_table
from tests.scenarios.conftest import LAST_DAY
from tests.scenarios.lab import EDITED_AT, Lab

# What neither the world's files nor its vendors hold: 6sense and Clay ask for accounts that a build
# has found, nobody shares a table, and calls come from their recorder.
WITHOUT_ROWS = {
    "calls",
    "clay__enrichments",
    "firmographics",
    "product_events",
    "sixsense__account_scores",
    "sixsense__people",
    "sixsense__people_enrichment",
    "sixsense__segment_export",
    "technographics",
    "transcripts",
}


def pull_every_source(lab: Lab) -> None:
    """Pull every source from a sandbox of the world that was loaded from files."""
    with started_sandbox(["--size", "tiny", "--as-of", LAST_DAY.isoformat()]) as sandbox:
        settings = lab.settings.model_copy(update={"sandbox_url": sandbox.url})
        wanted = [(source, source.entities) for source in SOURCES.values()]
        outcomes = ingest(settings, wanted, Wish(), clock=clock_of(settings))
    assert [str(outcome.error) for outcome in outcomes if outcome.error] == []


def hold_back(lab: Lab, account: str) -> None:
    """Approve a proposal not to write to an account; and be told of every lost deal."""
    proposal = Proposal(
        "suppression_rule",
        "a test",
        {
            "registry": "suppressions",
            "record_key": "held_back",
            "set": {"kind": "account", "value": account, "reason": "a test"},
            "days": 180,
        },
        [],
        "held_back",
        EDITED_AT,
    )
    with open_warehouse(lab.settings) as warehouse:
        insert(warehouse, [proposal])
        decide(warehouse, "held_back", "approved", "a test", EDITED_AT)
        warehouse.execute("update ops.proposals set change_id = 'the same on both engines'")

    def tell_of_all(edit: Edit) -> None:
        set_row(edit, "closed_lost_settings", "alert_amount", {"value": "0"})
        set_row(edit, "closed_lost_settings", "alert_days", {"value": "400"})

    lab.edit(tell_of_all)


def test_every_mart_is_the_same_on_both_engines(loaded: Lab, tmp_path: Path) -> None:
    duckdb = loaded.copy_to(tmp_path / "duckdb")
    # the product database has the same events under the same ids: they are to come by one way
    duckdb.execute("delete from raw.product_events")
    pull_every_source(duckdb)
    with emulator() as env:
        settings = Settings(**env, GTM_THREADS=2)
        snowflake = Lab(settings, DbtProject(settings, target_path=tmp_path / "snowflake"))
        with open_warehouse(duckdb.settings) as a, open_warehouse(snowflake.settings) as b:
            copied = copy_raw(a, b)
            ensure_ops_tables(b)
            append(b, read_registries(a).changes)
        empty = {table for table, rows in copied.items() if not rows}
        assert empty <= WITHOUT_ROWS, f"tables without rows prove nothing: {empty}"
        for engine in (duckdb, snowflake):
            engine.build(LAST_DAY - timedelta(days=1))
            for task in map(task_named, task_names()):
                run_task(BriefWarehouse(engine.settings), task, Offline(workers=1))
            [blocked] = engine.rows(
                "select account_key from marts.activation_blocked where is_first "
                "order by strength desc, blocked_id limit 1"
            )
            hold_back(engine, blocked["account_key"])
            engine.build(LAST_DAY, tests=engine is snowflake)
        with open_warehouse(duckdb.settings) as a, open_warehouse(snowflake.settings) as b:
            compared = [compare(a, b, mart) for mart in duckdb.marts()]
        assert snowflake.run_unit_tests() == duckdb.run_unit_tests() > 0
    print("\n" + parity_table(compared))
    differences = [sentence for one in compared for sentence in one.summary()]
    assert not differences, "\n".join(differences)
    empty = [one.table for one in compared if one.row_count == 0]
    assert not empty, f"marts without rows prove nothing: {empty}"
