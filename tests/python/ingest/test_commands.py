"""`gtm load` as a user types it: what it prints, and the sentence for each mistake."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pytest

from python_jobs.ingest.contracts import CONTRACTS
from python_jobs.settings import Settings
from python_jobs.warehouse import only_writer
from tests import typed
from tests.typed import Printed


@pytest.fixture
def gtm(duckdb_env: dict[str, str]) -> Callable[..., Printed]:
    """Run ``gtm …`` on a DuckDB file of its own."""
    return partial(typed.gtm, env=duckdb_env)


def test_a_folder_with_a_file_of_every_entity_loads(gtm, tmp_path: Path, duckdb_env) -> None:  # type: ignore[no-untyped-def]
    for contract in CONTRACTS.values():
        of_kind = {"text": "one", "integer": 1}
        required = [column for column in contract.columns if column.required]
        row = {c.name: of_kind.get(c.kind, "2026-01-01") for c in required}
        (tmp_path / f"{contract.entity}.jsonl").write_text(json.dumps(row) + "\n")
    (tmp_path / "notes.csv").write_text("not,an,entity\n")
    code, out, _ = gtm("load", "all", str(tmp_path))
    assert code == 0
    lines = out.splitlines()
    assert [line.split(":")[0] for line in lines] == list(CONTRACTS)
    for line in lines:
        assert ": 1 row read, 1 written, 0 unchanged, 0 set aside, " in line
    with duckdb.connect(duckdb_env["GTM_DUCKDB_PATH"], read_only=True) as con:
        for entity in CONTRACTS:
            assert con.sql(f"select count(*) from raw.{entity}").fetchall() == [(1,)]


def test_bad_rows_are_told_by_reason_and_never_by_content(gtm, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "c.csv"
    path.write_text("contact_id,email,updated_at\n,ann@secret.test,\nc2,bob@secret.test,later\n")
    code, out, err = gtm("load", "contacts", str(path))
    assert code == 0
    assert "2 set aside" in out
    assert "contact_id is missing" in " ".join(err.split())
    assert "secret" not in out + err


@pytest.mark.parametrize("entity", [*CONTRACTS, "all"])
def test_describe_prints_every_column(gtm, entity: str, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = gtm("load", "--describe", entity)
    assert code == 0
    for contract in CONTRACTS.values() if entity == "all" else [CONTRACTS[entity]]:
        for column in contract.columns:
            assert f"\n{column.name} " in out
            assert column.meaning in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["load"], "say what to load"),
        (["load", "acounts", "x.csv"], "there is no entity 'acounts': use one of accounts,"),
        (["load", "accounts"], "takes either files or --sql"),
        (["load", "accounts", "x.csv", "--sql", "select 1"], "takes either files or --sql"),
        (["load", "accounts", "nowhere.csv"], "there is no file nowhere.csv"),
        (["load", "accounts", "nowhere/*.csv"], "there is no file nowhere/*.csv"),
        (["load", "accounts", "."], "is a folder"),
        (["load", "all"], "takes one folder"),
        (["load", "all", "nowhere"], "there is no folder nowhere"),
        (["load", "--describe", "nothing"], "there is no entity 'nothing'"),
        (["load", "accounts", "x.csv", "--target", "oracle"], "unknown target 'oracle'"),
    ],
)
def test_each_mistake_is_one_sentence(gtm, arguments: list[str], says: str) -> None:  # type: ignore[no-untyped-def]
    code, out, err = gtm(*arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("gtm: ")
    assert says in err
    assert len(err.splitlines()) == 1


def test_a_folder_without_files_of_entities_is_one_sentence(gtm, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    code, _, err = gtm("load", "all", str(tmp_path))
    assert code == 2
    assert "holds no file named for an entity" in err


def test_a_second_run_at_once_is_refused_and_harms_nothing(gtm, tmp_path: Path, duckdb_env) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.csv"
    path.write_text("account_id\na1\n")
    with only_writer(Settings(**duckdb_env)):
        code, out, err = gtm("load", "accounts", str(path))
    assert (code, out) == (1, "")
    assert "another gtm run is writing" in err
    assert gtm("load", "accounts", str(path))[0] == 0


def test_an_unreadable_warehouse_is_one_sentence(gtm, tmp_path: Path, duckdb_env) -> None:  # type: ignore[no-untyped-def]
    Path(duckdb_env["GTM_DUCKDB_PATH"]).write_text("this is no database, only some text" * 100)
    path = tmp_path / "a.csv"
    path.write_text("account_id\na1\n")
    code, _, err = gtm("load", "accounts", str(path))
    assert code == 2
    assert "cannot be read as a DuckDB database" in err


def test_commands_on_duckdb_do_not_wait_for_snowflake_to_be_imported() -> None:
    """Its connector takes a second, and every build and load asks the sources for their tables."""
    asked = "import sys, python_jobs.ingest.sources; print('snowflake.connector' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
