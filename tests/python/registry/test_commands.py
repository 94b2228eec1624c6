"""`gtm registry` end to end: on an empty machine, over `dbt seed`, and in the models."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock

from python_jobs.registry.definitions import REGISTRIES
from python_jobs.registry.journal import read_registries
from python_jobs.runs import ensure_ops_tables
from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse
from tests import typed
from tests.emulator import emulator
from tests.small_project import PROJECT_DIR, SmallProject

Gtm = Callable[..., typed.Printed]


@pytest.fixture
def gtm(duckdb_env: dict[str, str]) -> Gtm:
    """Run `gtm registry …` on a DuckDB file of its own."""
    return partial(typed.gtm, "registry", env={**duckdb_env, "GTM_USER": "anna"})


def test_shown_before_there_is_a_warehouse(gtm: Gtm, duckdb_env: dict[str, str]) -> None:
    code, out, _ = gtm("list")
    assert code == 0
    assert all(name in out for name in REGISTRIES)
    listed = json.loads(gtm("list", "--json")[1])
    assert [row["registry"] for row in listed] == list(REGISTRIES)
    lanes = len(read_registries(None).effective("lanes"))
    assert {"registry": "lanes", "key": "lane", "rows": lanes, "edited": 0} in listed
    code, out, _ = gtm("show", "event_rules")
    assert "^/services/(online-)?notari[sz]ation(/|$)" in out
    assert "shipped" in out
    code, out, _ = gtm("show", "lanes", "--json")
    assert json.loads(out)[0] == {
        "lane": "notarization",
        "label": "Notarization",
        "sort_order": 10,
        "row_source": "shipped",
        "changed_by": None,
        "changed_at": None,
    }
    assert gtm("history")[1] == "no edits: every row is as shipped\n"
    assert not Path(duckdb_env["GTM_DUCKDB_PATH"]).exists()


def test_set_shows_before_and_after_and_can_be_undone(gtm: Gtm) -> None:
    code, out, _ = gtm("set", "event_rules", "pricing", "lane=compliance", "--note", "asked by Bo")
    assert code == 0
    assert "lane: other → compliance" in out
    assert "effective on the next build" in out
    change_id = out.split()[-1]
    assert "edited by anna" in gtm("show", "event_rules", "pricing")[1]
    history = gtm("history", "event_rules")[1]
    assert change_id in history
    assert "anna: asked by Bo" in history
    assert gtm("revert", change_id, "--by", "bo")[0] == 0
    assert "from: shipped" in gtm("show", "event_rules", "pricing")[1]
    changes = json.loads(gtm("history", "--json")[1])
    assert [(change["changed_by"], change["action"]) for change in changes] == [
        ("bo", "reset"),
        ("anna", "set"),
    ]
    assert "nothing to change" in gtm("set", "event_rules", "pricing", "lane=other")[1]


def test_figures_are_printed_as_they_would_be_typed(gtm: Gtm) -> None:
    _, out, _ = gtm("set", "score_weights", "default_v1:form_started", "weight=1000000")
    assert "weight: 20 → 1000000\n" in out
    _, out, _ = gtm("set", "score_configs", "default_v1", "normalize_k=1234567.5")
    assert "normalize_k: 80 → 1234567.5\n" in out
    assert "lambda_decay: 0.1\n" in gtm("show", "score_configs", "default_v1")[1]


def test_dry_run_writes_nothing(gtm: Gtm, duckdb_env: dict[str, str]) -> None:
    code, out, _ = gtm("set", "lanes", "other", "label=Rest", "--dry-run")
    assert code == 0
    assert "label: Other → Rest" in out
    assert "nothing was written" in out
    assert not Path(duckdb_env["GTM_DUCKDB_PATH"]).exists()
    gtm("set", "lanes", "other", "label=Rest")
    gtm("delete", "event_rules", "home", "--dry-run")
    assert len(json.loads(gtm("history", "--json")[1])) == 1


def test_refusal_is_one_sentence_and_writes_nothing(gtm: Gtm) -> None:
    code, out, err = gtm("set", "event_rules", "pricing", "match_value=(")
    assert code == 2
    assert out == ""
    assert err == ("gtm: event_rules pricing: match_value '(' does not compile: missing ): (\n")
    assert gtm("history")[1] == "no edits: every row is as shipped\n"


def test_second_writer_is_turned_away(gtm: Gtm, duckdb_env: dict[str, str]) -> None:
    with FileLock(duckdb_env["GTM_DUCKDB_PATH"] + ".lock"):
        code, _, err = gtm("set", "lanes", "other", "label=Rest")
    assert code == 1
    assert "another gtm run is writing" in err


PARTS = ("models/staging/registry", "models/staging/ops", "tests/dbt/registry")


@pytest.fixture(params=["duckdb", "snowflake"])
def env(request: pytest.FixtureRequest, duckdb_env: dict[str, str]) -> Iterator[dict[str, str]]:
    if request.param == "duckdb":
        yield duckdb_env
    else:
        with emulator() as snowflake:
            yield snowflake


def test_models_and_command_agree_on_what_is_in_force(
    env: dict[str, str],
    tmp_path: Path,
) -> None:
    """After every kind of edit, and another `dbt seed`, the views hold what the command shows."""
    gtm = partial(typed.gtm, "registry", env=env)
    settings = Settings(**env)  # type: ignore[arg-type]
    with open_warehouse(settings) as warehouse:
        ensure_ops_tables(warehouse)
    project = SmallProject(tmp_path / "project", env, *PARTS)
    select = ("--select", "path:seeds/registry", "path:models/staging/registry")
    project.dbt("build", *select)

    prompt = 'Say "hello" in\ttwo\nlines: \\ {{JSON_HERE}} – été'
    edited = "edited: 1"
    for arguments in (
        ("set", "event_rules", "pricing", "lane=compliance", "weight_override=2.5", "notes="),
        ("set", "event_rules", "pricing", "enabled=no"),
        ("set", "prompt_templates", "sales", f"user_prompt={prompt}", "version=2"),
        ("delete", "event_rules", "blog_other"),
        ("set", "lanes", "fraud", "label=Fraud", "sort_order=60", "--note", edited),
        ("set", "lanes", "other", "label=Rest"),
        ("activate", "draft_v2"),
        ("copy", "default_v1", "mine"),
        ("delete", "score_configs", "default_v1"),
        ("set", "account_aliases", "acme.io", "account_key=acme.com"),
        ("set", "account_parents", "sub.com", "parent_account_key=acme.com"),
    ):
        code, out, err = gtm(*arguments)
        assert code == 0, err
        if arguments[:3] == ("set", "lanes", "other"):
            assert gtm("revert", out.split()[-1])[0] == 0

    project.dbt("build", *select)
    with open_warehouse(settings) as warehouse:
        registries = read_registries(warehouse)
        assert registries.effective("score_configs")["draft_v2"].values["status"] == "active"
        assert registries.effective("prompt_templates")["sales"].values["user_prompt"] == prompt
        for name, registry in REGISTRIES.items():
            expected = {
                key: row.values | {"row_source": "edited" if row.change else "shipped"}
                for key, row in registries.effective(name).items()
            }
            found = {
                row[registry.key]: registry.coerce(row) | {"row_source": row["row_source"]}
                for row in warehouse.rows(f"select * from staging.stg_registry__{name}")
            }
            assert found == expected, name


def test_seeds_models_and_definitions_have_the_same_fields() -> None:
    for name, registry in REGISTRIES.items():
        names = [field.name for field in registry.fields]
        header = (PROJECT_DIR / f"seeds/registry/{name}.csv").read_text().splitlines()[0]
        assert header.split(",") == names
        model = (PROJECT_DIR / f"models/staging/registry/stg_registry__{name}.sql").read_text()
        assert [line.split("'")[1] for line in model.splitlines() if "': " in line] == names
