"""Refresh tokens that change with every use are never lost, used twice, or shown."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from python_jobs.errors import ConfigurationError
from python_jobs.http import Api, Patience
from python_jobs.ingest.oauth import TokenOwner
from python_jobs.sandbox.faults import Faults
from python_jobs.sandbox.vendor import World
from python_jobs.sandbox.vendors.outreach import CLIENT, FIRST_TOKEN, Outreach
from python_jobs.settings import PROJECT_DIR
from tests.served import served

CLIENT_FORM = {"client_id": CLIENT[0], "client_secret": CLIENT[1], "redirect_uri": "https://x/y"}
VARIABLES = ("OUTREACH_REFRESH_TOKEN", "OUTREACH_TOKEN_FILE")
PATIENCE = Patience(first_wait=0.01, read_timeout=5)


@pytest.fixture(scope="module")
def vendor(tiny_world: Path) -> Iterator[tuple[Outreach, str]]:
    """The sandbox's Outreach in this process, and its address."""
    outreach = Outreach(World(tiny_world, date(2026, 6, 30)), Faults())
    outreach.load()
    with served(outreach) as url:
        yield outreach, f"{url}/outreach"


@pytest.fixture
def outreach(vendor: tuple[Outreach, str]) -> Outreach:
    """Without tokens given out, and with no pause between two."""
    found, _ = vendor
    found.refreshes.good.clear()
    found.refreshes.pause = 0.0
    found.refreshes.issued_at = float("-inf")
    found.tokens.expire_all()
    found.meter.calls = 0
    return found


@pytest.fixture
def url(vendor: tuple[Outreach, str], outreach: Outreach) -> str:
    return vendor[1]


def owner(url: str, path: Path, first: str = FIRST_TOKEN) -> TokenOwner:
    api = Api("outreach", url, patience=PATIENCE)
    return TokenOwner(api, CLIENT_FORM, SecretStr(first), path, VARIABLES)


def api(url: str, path: Path, first: str = FIRST_TOKEN) -> Api:
    return Api("outreach", f"{url}/api/v2", auth=owner(url, path, first), patience=PATIENCE)


def kept(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def refresh(url: str, token: str) -> requests.Response:
    form = {**CLIENT_FORM, "grant_type": "refresh_token", "refresh_token": token}
    return requests.post(f"{url}/oauth/token", data=form, timeout=5)


def test_the_file_is_its_users_alone_and_holds_the_token_before_it_is_used(
    url: str, tmp_path: Path
) -> None:
    path = tmp_path / "new folder" / "tokens.json"
    headers = owner(url, path).headers()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert headers["Authorization"] == f"Bearer {kept(path)['access_token']}"
    assert [file.name for file in path.parent.iterdir() if not file.name.endswith(".lock")] == [
        "tokens.json"
    ], "nothing half written stays"


def test_the_next_process_uses_the_token_there_is(
    url: str, outreach: Outreach, tmp_path: Path
) -> None:
    path = tmp_path / "tokens.json"
    first = owner(url, path).headers()
    assert owner(url, path).headers() == first
    assert outreach.meter.calls == 1


def test_a_used_refresh_token_is_refused_and_the_file_has_the_next(
    url: str, outreach: Outreach, tmp_path: Path
) -> None:
    path = tmp_path / "tokens.json"
    client = api(url, path)
    assert client.json("GET", "/users")["data"]
    used = kept(path)["refresh_token"]
    outreach.tokens.expire_all()
    assert client.json("GET", "/users")["data"], "an expired token is renewed on the way"
    assert kept(path)["refresh_token"] != used
    assert refresh(url, used).json() == {"error": "invalid_grant"}
    assert refresh(url, kept(path)["refresh_token"]).status_code == 200


def test_the_vendor_gives_one_token_a_minute_and_the_owner_waits(
    url: str, outreach: Outreach, tmp_path: Path
) -> None:
    path = tmp_path / "tokens.json"
    client = api(url, path)
    client.json("GET", "/users")
    outreach.refreshes.pause = 60.0
    early = refresh(url, kept(path)["refresh_token"])
    assert early.status_code == 429
    assert 50 <= int(early.headers["Retry-After"]) <= 60
    assert early.json()["errors"][0]["id"] == "rateLimitExceeded"
    outreach.refreshes.pause = 1.0
    outreach.refreshes.issued_at = time.monotonic()
    outreach.tokens.expire_all()
    began = time.monotonic()
    assert client.json("GET", "/users")["data"]
    assert time.monotonic() - began > 0.9


def test_threads_that_find_the_token_expired_refresh_it_once(
    url: str, outreach: Outreach, tmp_path: Path
) -> None:
    client = api(url, tmp_path / "tokens.json")
    client.json("GET", "/users")
    outreach.tokens.expire_all()
    outreach.meter.calls = 0
    issued = outreach.refreshes.issued_at
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.json("GET", "/users"), range(8)))
    assert all(answer["data"] for answer in answers)
    assert len(outreach.refreshes.good) == 1
    assert outreach.refreshes.issued_at > issued
    assert outreach.meter.calls <= 8 + 8 + 1


def test_processes_that_start_together_refresh_once(
    url: str, outreach: Outreach, tmp_path: Path
) -> None:
    path = tmp_path / "tokens.json"
    script = f"""
from pathlib import Path
from pydantic import SecretStr
from python_jobs.http import Api
from python_jobs.ingest.oauth import TokenOwner
owner = TokenOwner(Api("outreach", {url!r}), {CLIENT_FORM!r}, SecretStr({FIRST_TOKEN!r}),
    Path({str(path)!r}), {VARIABLES!r})
print(owner.headers()["Authorization"])
"""
    started = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) for _ in range(3)
    ]
    said = {process.communicate(timeout=60)[0] for process in started}
    assert len(said) == 1
    assert said != {b""}
    assert outreach.meter.calls == 1


def test_a_dead_token_is_one_sentence(url: str, outreach: Outreach, tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    with pytest.raises(ConfigurationError) as refused:
        owner(url, path, first="used-long-ago").headers()
    assert str(refused.value) == (
        "outreach no longer takes the refresh token (it dies after 14 days without use, or when "
        "it was used elsewhere): authorise the application again and set OUTREACH_REFRESH_TOKEN"
    )
    assert not path.exists()


def test_a_new_consent_takes_the_place_of_what_the_file_holds(
    url: str, outreach: Outreach, tmp_path: Path
) -> None:
    path = tmp_path / "tokens.json"
    outreach.refreshes.good.add("consent of the year before")
    owner(url, path, first="consent of the year before").headers()
    before = kept(path)
    outreach.refreshes.good.add("consent of today")
    owner(url, path, first="consent of today").headers()
    assert kept(path)["grant"] != before["grant"]
    assert before["refresh_token"] in outreach.refreshes.good, "and the old one was not used"


def test_an_answer_that_is_lost_on_its_way_is_asked_for_again_and_else_one_sentence(
    url: str, outreach: Outreach, tmp_path: Path
) -> None:
    """The vendor has rotated the token and nobody heard the new one: a person must consent."""
    path = tmp_path / "tokens.json"
    outreach.refreshes.good.add("a real consent")
    owner(url, path, first="a real consent").headers()
    refresh(url, kept(path)["refresh_token"])
    outreach.tokens.expire_all()
    client = api(url, path, first="a real consent")
    with pytest.raises(ConfigurationError, match="no longer takes the refresh token"):
        client.json("GET", "/users")


def test_a_file_that_cannot_be_used_costs_no_token(
    url: str, outreach: Outreach, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="cannot be written: make it usable"):
        owner(url, tmp_path / "file" / "tokens.json").headers()
    (tmp_path / "tokens.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="cannot be read: make it usable"):
        owner(url, tmp_path / "tokens.json").headers()
    assert outreach.meter.calls == 0


def test_a_token_file_within_the_project_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="OUTREACH_TOKEN_FILE lies within the project"):
        owner(url, PROJECT_DIR / "tokens.json")


def test_no_token_is_ever_shown(url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "tokens.json"
    caplog.set_level("DEBUG")
    made = owner(url, path)
    made.headers()
    shown = caplog.text + repr(made._tokens) + repr(made)
    assert kept(path)["refresh_token"] not in shown
    assert kept(path)["access_token"] not in shown
