"""After days on which everything goes wrong, the raw tables are those of days on which nothing did.

A history is pulls of every source, in ``make soak`` two of them with a day between. One history
without faults is the reference; every other one meets faults, is repeated while pulls fail, as a
scheduler would, and ends each day with one calm pull. ``make soak`` runs each fault by itself, with
several seeds (GTM_SOAK_SEEDS); ``make test`` runs all of them at once. How often which befell which
vendor is printed at the end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from python_jobs.ingest.sources import SOURCES, all_contracts
from python_jobs.sandbox.commands import started_sandbox
from python_jobs.sandbox.faults import FAULTS
from tests.python.ingest.sources.conftest import LAST_DAY, Intake, intake_of
from tests.python.ingest.sources.test_sixsense import everybody, knowing

SEEDS = [int(seed) for seed in os.environ.get("GTM_SOAK_SEEDS", "").split() if seed]
HISTORIES = (
    [((fault,), seed) for fault in FAULTS for seed in SEEDS]
    if SEEDS
    else [(tuple(fault for fault in FAULTS if fault not in ("lost-scope", "timeout")), 1)]
)
every_history = pytest.mark.parametrize(
    ("faults", "seed"), HISTORIES, ids=[f"{' '.join(names)} {seed}" for names, seed in HISTORIES]
)
DAYS = 2 if SEEDS else 1
MOST_PULLS = 6

# What nothing in these histories makes: 6sense and Clay ask for accounts that a build has found
# (they have a test of their own, as they cost credits), and nobody shares a table.
NOT_PULLED = {
    "clay__enrichments",
    "sixsense__account_scores",
    "sixsense__people",
    "sixsense__people_enrichment",
    "sixsense__segment_export",
}

# What can leave it open whether a paid request was taken. Those who were asked for count as paid.
ANSWERS_LOST = {"500", "timeout", "reset", "malformed-json", "slow-drip"}

Tables = dict[str, list[dict[str, Any]]]
Bought = tuple[list[tuple[str, str]], dict[str, list[tuple[str, str]]]]
befell: dict[str, dict[str, int]] = {}


def pull_until_well(intake: Intake) -> int:
    """Pull everything until it ends well, a few times at most; how many pulls it took."""
    for number in range(1, MOST_PULLS + 1):
        if intake.gtm("ingest", "all")[0] == 0:
            return number
    return MOST_PULLS + 1


def history(intake: Intake, world: Path, faults: tuple[str, ...], seed: int) -> Tables:
    """Days under faults; every raw table at the end of the last."""
    intake.edit_registry("job_boards", "board_id", world / "registry" / "job_boards.csv")
    for day in range(DAYS):
        if day:
            intake.sandbox.post("/advance", days=1)
        intake.faults(*faults, seed=seed, stall=1.5)
        pull_until_well(intake)
        count_faults(intake)
        intake.faults()
        code, said = intake.gtm("ingest", "all")
        assert code == 0, said
    tables = [contract.table for contract in all_contracts() if contract.source in SOURCES]
    return {table: intake.raw(table) for table in tables}


def count_faults(intake: Intake) -> None:
    """Add what has befallen since to the table that is printed at the end."""
    for vendor, times in intake.sandbox.get("/calls")["faults"].items():
        for fault, count in times.items():
            befell.setdefault(vendor, {}).setdefault(fault, 0)
            befell[vendor][fault] += count
    intake.sandbox.forget_calls()


def run_history(folder: Path, world: Path, faults: tuple[str, ...], seed: int) -> Tables:
    """A history in a sandbox and a warehouse of its own."""
    with own_place(folder) as (intake, patch):
        patch.setenv("SIXSENSE_ACCOUNTS_PER_RUN", "20")
        return history(intake, world, faults, seed)


@contextmanager
def own_place(folder: Path) -> Iterator[tuple[Intake, pytest.MonkeyPatch]]:
    """An empty warehouse before a sandbox of its own, in an environment of its own."""
    folder.mkdir()
    with (
        started_sandbox(["--size", "tiny", "--as-of", LAST_DAY]) as sandbox,
        pytest.MonkeyPatch.context() as patch,
        contextmanager(intake_of)(sandbox, folder, patch) as intake,
    ):
        patch.setenv("GTM_HTTP_TIMEOUT", "1")
        yield intake, patch


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory, tiny_world: Path) -> Tables:
    """What lands on calm days."""
    return run_history(tmp_path_factory.mktemp("calm") / "history", tiny_world, (), 0)


@every_history
def test_what_lands_is_what_lands_without_faults(
    tmp_path: Path, tiny_world: Path, calm: Tables, faults: tuple[str, ...], seed: int
) -> None:
    without = [table for table, rows in calm.items() if not rows]
    assert set(without) <= NOT_PULLED, f"tables without rows prove nothing: {without}"
    tables = run_history(tmp_path / "rough", tiny_world, faults, seed)
    for table, expected in calm.items():
        assert len(tables[table]) == len(expected), table
        assert tables[table] == expected, table


@pytest.fixture(scope="module")
def calm_credits(tmp_path_factory: pytest.TempPathFactory, tiny_world: Path) -> Bought:
    """What is bought on calm days."""
    return buy(tmp_path_factory.mktemp("calm") / "credits", tiny_world, (), 0)


@every_history
def test_nobody_is_paid_for_twice_and_what_was_answered_lands(
    tmp_path: Path, tiny_world: Path, calm_credits: Bought, faults: tuple[str, ...], seed: int
) -> None:
    """Clay, 6sense's scores and its people for credits: what they ask for, a build has found."""
    ledger, landed = buy(tmp_path / "rough", tiny_world, faults, seed)
    asked, expected = calm_credits
    assert {subject.split()[0] for subject, _ in asked} == {"clay", "sixsense"}
    outcomes = {subject: outcome for subject, outcome in ledger if outcome != "refused"}
    assert len(outcomes) == sum(outcome != "refused" for _, outcome in ledger), "paid for twice"
    assert outcomes.keys() == {subject for subject, _ in asked}, "left out, or another"
    assert not {"requested", "running"} & set(outcomes.values())
    unknown = {subject for subject, outcome in outcomes.items() if outcome == "unknown"}
    assert not unknown or ANSWERS_LOST & set(faults)
    for table, records in expected.items():
        assert records, f"{table}: none prove nothing"
        mine = landed[table]
        assert len({record for record, _ in mine}) == len(mine), f"{table}: a record twice"
        lost = set(records) - set(mine)
        assert set(mine) <= set(records), f"{table}: another record"
        assert len(lost) <= len(unknown), f"{table}: what was answered did not land"


def buy(folder: Path, world: Path, faults: tuple[str, ...], seed: int) -> Bought:
    """Days on which everything is bought: the ledger, and of each table what landed, by its id."""
    with own_place(folder) as (intake, patch):
        everybody(patch)
        knowing(intake, world)
        entities = ("account_scores", "people", "people_enrichment")
        sources = (("clay",), ("sixsense", *(word for one in entities for word in ("--only", one))))
        for _ in range(3):
            intake.faults(*faults, seed=seed, stall=1.5)
            for source in sources:
                intake.gtm("ingest", *source)
            count_faults(intake)
        intake.faults()
        for source in sources:
            code, said = intake.gtm("ingest", *source)
            assert code == 0, said
        ledger = intake.rows("select source, subject_key, outcome from ops.credit_ledger")
        tables = ("clay__enrichments", *(f"sixsense__{entity}" for entity in entities))
        return (
            [(f"{row['source']} {row['subject_key']}", row["outcome"]) for row in ledger],
            {
                table: [
                    (row["record_id"], without_run(row["payload"])) for row in intake.raw(table)
                ]
                for table in tables
            },
        )


def without_run(payload: str) -> str:
    """A record without the number of the run that brought it."""
    record = json.loads(payload)
    record.pop("routine_run_id", None)
    return json.dumps(record, sort_keys=True)


@pytest.fixture(scope="module", autouse=True)
def table_of_faults() -> Iterator[None]:
    """At the end, how often which fault befell which vendor."""
    yield
    print("\n" + json.dumps(befell, indent=2, sort_keys=True))
