"""`gtm doctor`: what is well, what is not, what is not configured, and what it ends with."""

from __future__ import annotations

from pathlib import Path

import pytest

from python_jobs import cli
from python_jobs.doctor import Finding, check_warehouse, diagnose
from python_jobs.ingest.connector import Check
from python_jobs.ingest.sources import SOURCES
from python_jobs.ingest.sources.sixsense import SixSenseConfig
from python_jobs.runs import ensure_ops_tables
from python_jobs.sandbox.commands import RunningSandbox
from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse


@pytest.fixture
def env(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sandbox: RunningSandbox
) -> pytest.MonkeyPatch:
    """An environment with a warehouse that is not there yet, and the sandbox as every vendor."""
    monkeypatch.setenv("GTM_TARGET", "duckdb")
    monkeypatch.setenv("GTM_DUCKDB_PATH", str(tmp_path / "warehouse.duckdb"))
    monkeypatch.setenv("GTM_SANDBOX_URL", sandbox.url)
    monkeypatch.setenv("GTM_HTTP_FIRST_WAIT", "0.01")
    sandbox.post("/faults", names=[], seed=0)
    return monkeypatch


def with_a_board() -> None:
    """Register a job board."""
    cli.app(
        ["registry", "set", "job_boards", "acme", "provider=lever", "board=acme"],
        standalone_mode=False,
    )


def doctor(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    """Exit code, and the lines that were printed."""
    code = 0
    try:
        cli.app(["doctor", *arguments], standalone_mode=False)
    except cli.GtmError as error:
        code = error.exit_code
    return code, capsys.readouterr().out.splitlines()


def test_everything_that_is_well_is_a_line_that_says_ok(
    env: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_a_board()
    capsys.readouterr()
    code, lines = doctor(capsys, "sixsense", "clay", "job_boards")
    assert code == 0, lines
    assert len(lines) == 12
    assert all(line.startswith("ok  ") for line in lines)
    assert "ok              sixsense: the scoring token is accepted" in lines
    assert "ok              clay: the key is accepted" in lines


def test_a_source_that_does_not_exist_is_told_those_that_do(
    env: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(cli.GtmError, match=r"no source 'gongg': use .*gong, .*, claude$"):
        cli.app(["doctor", "gongg"], standalone_mode=False)
    env.delenv("GTM_SANDBOX_URL")
    code, lines = doctor(capsys, "claude")
    assert code == 0
    assert lines[1:] == ["not configured  claude: set ANTHROPIC_API_KEY (see .env.example)"]


def test_what_is_not_configured_is_no_fault_and_names_its_variables(
    env: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    env.delenv("GTM_SANDBOX_URL")
    code, lines = doctor(capsys, "clay", "sixsense")
    assert code == 0
    assert lines[1:] == [
        "not configured  clay: set CLAY_API_KEY, CLAY_ROUTINE_ID (see .env.example)",
        "not configured  sixsense: set SIXSENSE_SCORING_TOKEN, SIXSENSE_CREDITS_TOKEN, "
        "SIXSENSE_SEGMENTS_TOKEN or SIXSENSE_EXPORT_TABLE (see .env.example)",
    ]


def test_a_token_that_is_refused_is_exit_code_2_and_does_not_hide_the_others(
    env: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    env.setattr(
        SixSenseConfig, "in_sandbox", {**SixSenseConfig.in_sandbox, "credits_token": "s3cret"}
    )
    code, lines = doctor(capsys, "sixsense")
    assert code == 2
    [bad] = [line for line in lines if line.startswith("not ok")]
    assert "sixsense: the credits token is accepted – 6sense GET /v2/search/dictionary was" in bad
    assert "s3cret" not in "".join(lines)
    assert "ok              sixsense: the scoring token is accepted" in lines


def test_a_filter_value_that_6sense_does_not_know_is_named(
    env: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    env.setenv("SIXSENSE_PEOPLE_LEVELS", "VP,Boss")
    code, lines = doctor(capsys, "sixsense")
    assert code == 2
    assert any("SIXSENSE_PEOPLE_LEVELS: there is no Boss; use C-Level, VP," in li for li in lines)


def test_what_may_pass_by_itself_is_exit_code_1(
    env: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    env.setenv("GTM_SANDBOX_URL", "http://127.0.0.1:9")
    with_a_board()
    code, lines = doctor(capsys, "job_boards")
    assert code == 1
    assert sum(line.startswith("not ok") for line in lines) == 3


def test_job_boards_are_not_asked_where_none_is_registered(
    env: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    env.setenv("GTM_SANDBOX_URL", "http://127.0.0.1:9")  # where nobody answers
    none = (
        "not configured  job_boards: no board is registered: add one with "
        "`gtm registry set job_boards ID provider=… board=…`"
    )
    code, lines = doctor(capsys, "job_boards")
    assert (code, lines[1:]) == (0, [none])
    with_a_board()
    off = ["registry", "set", "job_boards", "acme", "enabled=false"]
    cli.app(off, standalone_mode=False)
    capsys.readouterr()
    code, lines = doctor(capsys, "job_boards")
    assert (code, lines[-1]) == (0, none)


def test_a_setting_of_the_wrong_kind_is_named(
    env: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    env.setenv("SIXSENSE_ACCOUNTS_PER_RUN", "many")
    code, lines = doctor(capsys, "sixsense")
    assert code == 2
    assert "sixsense: its settings can be read – SIXSENSE_ACCOUNTS_PER_RUN:" in lines[-1]


def test_every_connector_says_something_of_itself(env: pytest.MonkeyPatch) -> None:
    found = list(diagnose(Settings(), list(SOURCES.values())))
    for name in SOURCES:
        assert any(finding.subject == name for finding in found), name


def test_an_unknown_source_is_one_sentence(
    env: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor(capsys, "sixth") == (2, [])


def test_a_warehouse_is_opened_written_and_left_as_it_was(duckdb_env: dict[str, str]) -> None:
    settings = Settings(**duckdb_env)
    [new] = check_warehouse(settings)
    assert new.is_ok
    assert new.what.endswith("will be made by the first run")
    assert not settings.duckdb_path.exists()
    with open_warehouse(settings) as warehouse:
        ensure_ops_tables(warehouse)
        before = warehouse.rows("select table_name from information_schema.tables order by 1")
    assert all(check.is_ok for check in check_warehouse(settings))
    with open_warehouse(settings) as warehouse:
        after = warehouse.rows("select table_name from information_schema.tables order by 1")
    assert after == before


def test_a_warehouse_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"no database" * 500)
    [check] = check_warehouse(Settings(GTM_DUCKDB_PATH=broken))
    assert not check.is_ok
    assert "cannot be read as a DuckDB database" in check.advice
    [check] = check_warehouse(Settings(GTM_DUCKDB_PATH=tmp_path / "no" / "such.duckdb"))
    assert not check.is_ok
    assert "correct GTM_DUCKDB_PATH" in check.advice


def test_snowflake_is_asked_for_role_warehouse_schemas_and_grants(
    snowflake_env: dict[str, str],
) -> None:
    settings = Settings(**snowflake_env)
    with open_warehouse(settings) as warehouse:
        ensure_ops_tables(warehouse)
    whats = [check.what for check in check_warehouse(settings) if check.is_ok]
    role = settings.snowflake_role
    assert whats[2:] == ["its schemas exist", f"role {role} may load", f"role {role} may build"]


def test_snowflake_without_a_user_names_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER"):
        monkeypatch.delenv(name, raising=False)
    [check] = check_warehouse(Settings(GTM_TARGET="snowflake"))
    assert not check.is_ok
    assert check.exit_code == 2
    assert "needs SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER" in check.advice


def test_a_finding_is_one_line() -> None:
    bad = Finding("gong", Check("the key is accepted", False, "make a new one", 1))
    assert bad.line() == "not ok          gong: the key is accepted – make a new one"
    assert (bad.exit_code, Finding("gong", None, "set X").exit_code) == (1, 0)
