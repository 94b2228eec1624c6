"""Clay: runs that are started once, found again, and polled until they are done."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from python_jobs.ingest.credits import CreditLedger
from python_jobs.ingest.sources import clay as connector
from python_jobs.ingest.sources.clay import ClayConfig
from python_jobs.sandbox.vendors import clay as sandbox
from python_jobs.warehouse import open_warehouse
from tests.python.ingest.shop import NOW, Shop
from tests.python.ingest.sources.conftest import Intake
from tests.python.ingest.sources.test_sixsense import everybody, killed, knowing

INGEST = ("ingest", "clay")


@pytest.fixture
def clay(intake: Intake, tiny_world: Path, monkeypatch: pytest.MonkeyPatch) -> Intake:
    """A warehouse whose accounts all qualify, before the module's sandbox."""
    everybody(monkeypatch)
    return knowing(intake, tiny_world)


def ledger(intake: Intake) -> list[dict[str, Any]]:
    return intake.rows("select * from ops.credit_ledger where source = 'clay' order by subject_key")


def payloads(intake: Intake) -> list[dict[str, Any]]:
    return [json.loads(row["payload"]) for row in intake.raw("clay__enrichments")]


def test_a_run_is_polled_until_it_is_done_and_no_account_is_paid_for_twice(
    clay: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connector, "RESULTS_PAGE", 20)
    code, said = clay.gtm(*INGEST)
    assert code == 0, said
    asked = ledger(clay)
    assert len(asked) > 40, "more than one page of results"
    assert {row["outcome"] for row in asked} == {"paid", "failed"}
    landed = payloads(clay)
    assert len(landed) == sum(row["outcome"] == "paid" for row in asked)
    assert all({"technologies", "open_roles"} <= set(record["result"]) for record in landed)
    assert {record["routine_run_id"] for record in landed} == {row["run_id"] for row in asked}
    code, said = clay.gtm(*INGEST)
    assert " 0 calls" in said
    assert ledger(clay) == asked
    assert clay.throttled("clay") == 0


def test_a_setting_of_which_accounts_qualify_that_is_of_the_wrong_kind_is_one_sentence(
    clay: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIXSENSE_QUALIFYING_ABOVE", "sixty")
    code, said = clay.gtm(*INGEST)
    assert code == 2
    assert "SIXSENSE_QUALIFYING_ABOVE: input should be a valid number" in said


def test_an_item_that_fails_is_set_aside(clay: Intake) -> None:
    clay.gtm(*INGEST)
    failed = [row["subject_key"] for row in ledger(clay) if row["outcome"] == "failed"]
    letters = clay.rows("select * from ops.dead_letters where source = 'clay'")
    assert sorted(letter["source_record_id"] for letter in letters) == failed
    assert {letter["reason"] for letter in letters} == {"Clay could not enrich it"}


def test_a_run_killed_while_polling_is_found_again_and_not_started_a_second_time(
    clay: Intake,
) -> None:
    killed("from python_jobs.ingest.sources.clay import Clay\nClay.results = die", *INGEST)
    under_way = ledger(clay)
    assert {row["outcome"] for row in under_way} == {"running"}
    [run_id] = {row["run_id"] for row in under_way}
    assert run_id.startswith("rr_"), "under Clay's own id"
    clay.sandbox.forget_calls()
    assert clay.gtm(*INGEST)[0] == 0
    assert {record["routine_run_id"] for record in payloads(clay)} == {run_id}
    assert clay.sandbox.get("/calls")["vendors"]["clay"]["calls"] == 3, "polls only"
    assert [row["subject_key"] for row in ledger(clay)] == [row["subject_key"] for row in under_way]


def test_a_run_killed_before_its_id_was_written_counts_as_paid(clay: Intake) -> None:
    killed(
        "from python_jobs.ingest.credits import CreditLedger\nCreditLedger.started = die", *INGEST
    )
    clay.sandbox.forget_calls()
    code, said = clay.gtm(*INGEST)
    assert code == 0
    assert "subjects are taken for paid and not asked for again within 90 days" in said
    assert clay.sandbox.get("/calls")["vendors"]["clay"]["calls"] == 0
    assert {row["outcome"] for row in ledger(clay)} == {"unknown"}


def test_spent_credits_end_the_run_and_nothing_counts_as_paid(
    clay: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {**ClayConfig.in_sandbox, "api_key": sandbox.KEY_NEARLY_SPENT}
    monkeypatch.setattr(ClayConfig, "in_sandbox", values)
    code, said = clay.gtm(*INGEST)
    assert code == 1
    assert "clay says that its quota or credits are spent (HTTP 402)" in said
    assert {row["outcome"] for row in ledger(clay)} == {"refused"}
    assert clay.last_run("clay", "enrichments")["status"] == "quota_exhausted"


def test_a_run_that_is_turned_away_waits_as_long_as_it_is_told(clay: Intake) -> None:
    clay.sandbox.post("/limits", clay=[[1, 1]])
    try:
        assert clay.gtm(*INGEST)[0] == 0
    finally:
        clay.sandbox.post("/limits", clay=[[20, 1]])
    assert clay.throttled("clay") > 0
    assert len({row["run_id"] for row in ledger(clay)}) == 1


def test_a_run_that_is_never_let_in_has_paid_for_nobody(
    clay: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GTM_HTTP_ATTEMPTS", "1")
    clay.sandbox.post("/limits", clay=[[1, 60]])
    try:
        requests.get(f"{clay.sandbox.url}/clay/public/v0/me", timeout=10)
        assert clay.gtm(*INGEST)[0] == 1
    finally:
        clay.sandbox.post("/limits", clay=[[20, 1]])
    assert {row["outcome"] for row in ledger(clay)} == {"refused"}


@pytest.mark.parametrize(
    ("field", "value", "code", "sentence"),
    [
        ("api_key", "wrong", 2, "was refused with HTTP 401: check the credentials"),
        ("routine_id", "function:t_nothing", 1, "no routine of the id CLAY_ROUTINE_ID: correct it"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    clay: Intake, monkeypatch: pytest.MonkeyPatch, field: str, value: str, code: int, sentence: str
) -> None:
    monkeypatch.setattr(ClayConfig, "in_sandbox", {**ClayConfig.in_sandbox, field: value})
    ended, said = clay.gtm(*INGEST)
    assert (ended, sentence in said) == (code, True)
    assert {row["outcome"] for row in ledger(clay)} == {"refused"}


def test_clay_is_not_among_all_sources(clay: Intake) -> None:
    from python_jobs.ingest.sources import SOURCES

    assert SOURCES["clay"].is_optional


def test_answers_have_the_fields_that_are_documented(intake: Intake) -> None:
    base = f"{intake.sandbox.url}/clay/public/v0"
    routine = f"{base}/routines/{sandbox.ROUTINE}"

    def ask(method: str, url: str, **options: Any) -> requests.Response:
        headers = {"clay-api-key": sandbox.KEY}
        return requests.request(method, url, headers=headers, timeout=10, **options)

    items = [{"id": str(n), "inputs": {"domain": "limeyard.com"}} for n in range(2)]
    started = ask("POST", f"{routine}/run", json={"items": items})
    assert started.status_code == 202
    assert set(started.json()) == {"routine_run_id", "status"}
    results = f"{base}/routines/run/{started.json()['routine_run_id']}/results"
    polls = [ask("GET", results) for _ in range(3)]
    assert [poll.status_code for poll in polls] == [202, 202, 200]
    assert set(polls[0].json()) == {"routine_run_id", "total", "finished", "status"}
    assert set(polls[2].json()) == {"routine_run_id", "total", "finished", "status", "data"}
    assert sorted(item["status"] for item in polls[2].json()["data"]) == ["complete", "failed"]
    upload = ask("POST", f"{routine}/run-batch/upload-url").json()
    assert set(upload) == {"upload_url", "file_id"}
    lines = '{"id": "1", "inputs": {"domain": "limeyard.com"}}\n{"id": "2"}\n'
    assert ask("PUT", upload["upload_url"], data=lines).status_code == 200
    batch = ask("POST", f"{routine}/run-batch/start", json={"file_id": upload["file_id"]})
    assert batch.status_code == 202
    run_id = batch.json()["routine_run_id"]
    failed = ask("GET", f"{base}/routines/run-batch/{run_id}/results").json()
    assert failed["status"] == "validation_failed"
    assert failed["error"]["details"] == [
        {"line_number": 2, "field": "inputs", "message": "Required"}
    ]


def test_a_run_that_never_ends_is_given_up_when_its_credits_no_longer_count(shop: Shop) -> None:
    shop.pages()
    with open_warehouse(shop.settings) as warehouse:

        def ledger(now: datetime) -> CreditLedger:
            return CreditLedger("clay", warehouse, timedelta(days=90), now)

        begun = ledger(NOW - timedelta(days=400))
        begun.started(begun.intend(["r|acme.com"]), "run-1")
        assert ledger(NOW - timedelta(days=399)).running() == {"run-1": ["r|acme.com"]}
        assert ledger(NOW).running() == {}
        assert ledger(NOW).unpaid(["r|acme.com"]) == ["r|acme.com"]
