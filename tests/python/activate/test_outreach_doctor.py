"""`gtm doctor` on Outreach: whether what `gtm sync` writes may be written, without writing."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from python_jobs.http import Api, Patience
from python_jobs.ingest.connector import Check
from python_jobs.ingest.sources.outreach import OutreachConfig, check, connect
from python_jobs.sandbox.commands import RunningSandbox
from python_jobs.sandbox.vendors.outreach import READING_TOKEN, Outreach

WRITES = "all that `gtm sync apply` writes may be written"


def api_of(sandbox: RunningSandbox, token_file: Path, token: str | None = None) -> Api:
    config = OutreachConfig.load(sandbox.url)
    assert isinstance(config, OutreachConfig)
    changes: dict[str, object] = {"token_file": token_file}
    if token is not None:
        changes["refresh_token"] = SecretStr(token)
    return connect(config.model_copy(update=changes), Patience(first_wait=0.01))


def checked(api: Api) -> dict[str, Check]:
    return {found.what: found for found in check(api)}


def test_who_may_write_is_told_so_and_nothing_is_written(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    api = api_of(sandbox, tmp_path / "tokens.json")
    counted = {"count": "true", "page[size]": 1}
    before = api.json("GET", "/prospects", params=counted)["meta"]
    found = checked(api)
    assert all(one.is_ok for one in found.values())
    assert WRITES in found
    assert "all that `gtm sync sequences --create` writes may be written" in found
    assert api.json("GET", "/prospects", params=counted)["meta"] == before


def test_who_may_only_read_does_well_for_reading(sandbox: RunningSandbox, tmp_path: Path) -> None:
    found = checked(api_of(sandbox, tmp_path / "tokens.json", READING_TOKEN))
    assert all(one.is_ok for one in found.values())
    assert (
        "it may only read: `gtm sync apply` would need prospects.write, sequenceStates.write"
        in found
    )


def test_a_scope_that_is_missing_among_others_is_named(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    api = api_of(sandbox, tmp_path / "tokens.json")
    seed = sorted(Outreach.scopes).index("prospects.read")
    sandbox.post("/faults", names=["lost-scope"], seed=seed)
    bad = checked(api)[WRITES]
    sandbox.post("/faults", names=[], seed=0)
    assert (bad.is_ok, bad.exit_code) == (False, 2)
    assert bad.advice == "add prospects.write to the application and authorise it again"
