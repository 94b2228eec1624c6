"""6sense: scores account by account, segments, people, and credits that are spent once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from python_jobs.http import Limit
from python_jobs.ingest.sources import sixsense as connector
from python_jobs.ingest.sources.sixsense import SixSenseConfig
from python_jobs.sandbox.commands import RunningSandbox, started_sandbox
from python_jobs.sandbox.vendors import sixsense as sandbox
from tests.python.ingest.sources.conftest import LAST_DAY, Intake, intake_of

STRANGER = "nobody-knows.example"


@pytest.fixture
def sixsense(intake: Intake, tiny_world: Path) -> Intake:
    """A warehouse that knows the accounts of the world, before the module's sandbox."""
    return knowing(intake, tiny_world)


@pytest.fixture(scope="module")
def growing_sandbox() -> Iterator[RunningSandbox]:
    """A sandbox in which the tests let days go by."""
    with started_sandbox(["--size", "tiny", "--as-of", LAST_DAY]) as running:
        yield running


@pytest.fixture
def growing(
    growing_sandbox: RunningSandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tiny_world: Path,
) -> Iterator[Intake]:
    for intake in intake_of(growing_sandbox, tmp_path, monkeypatch):
        yield knowing(intake, tiny_world)


def knowing(intake: Intake, world: Path) -> Intake:
    """Give a warehouse what a build would: accounts, one person in each, and their intent."""
    intent = world / "intent_accounts.parquet"
    for statement in (
        "create schema marts",
        "create schema intermediate",
        "create table marts.dim_accounts as select account_domain as account_key, "
        "'Company' as account_name, 'US' as country, max(known_at) as last_seen_at "
        f"from '{intent}' group by 1 union all select '{STRANGER}', null, null, null",
        "create table marts.dim_people as select md5(account_key) as person_id, account_key, "
        "'someone@' || account_key as email, false as is_opted_out, false as is_do_not_contact "
        "from marts.dim_accounts",
        f"create table intermediate.int_intent_accounts_collected as select *, "
        f"observed_on::timestamp as version_at, true as is_current from '{intent}'",
        "create table intermediate.int_account_keys as select distinct "
        "account_domain as domain_reference, lower(account_domain) as company_domain "
        f"from '{intent}'",
    ):
        intake.execute(statement)
    intake.sandbox.post("/limits", sixsense=[[100_000, 60], [100_000, 1]])
    return intake


def pull(intake: Intake, entity: str, *arguments: str) -> tuple[int, str]:
    return intake.gtm("ingest", "sixsense", "--only", entity, *arguments)


def payloads(intake: Intake, entity: str) -> list[dict[str, Any]]:
    return [json.loads(row["payload"]) for row in intake.raw(f"sixsense__{entity}")]


def with_token(monkeypatch: pytest.MonkeyPatch, field: str, token: str) -> None:
    values = {**SixSenseConfig.in_sandbox, field: token}
    monkeypatch.setattr(SixSenseConfig, "in_sandbox", values)


def everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every account qualify, and give the run credits."""
    for name, value in {
        "ENRICHMENT_CREDITS_PER_RUN": "100",
        "QUALIFYING_DAYS": "400",
        "QUALIFYING_ABOVE": "0",
        "QUALIFYING_STAGES": "Target,Awareness,Consideration,Decision,Purchase",
        "QUALIFYING_FITS": "Strong,Moderate,Weak",
    }.items():
        monkeypatch.setenv(f"SIXSENSE_{name}", value)


def fields(text: str) -> set[str]:
    return set(text.split())


def killed(code: str, *arguments: str) -> None:
    """Run ``gtm`` in a process that the code makes kill itself on the way."""
    script = (
        "import os, signal\n"
        "die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"{code}\n"
        f"from python_jobs import cli\ncli.app({list(arguments)!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True)
    assert done.returncode == -9, done.stderr.decode()


def test_every_account_is_asked_once_a_day_and_scored_by_product(
    sixsense: Intake, tiny_world: Path
) -> None:
    code, said = pull(sixsense, "account_scores")
    assert code == 0, said
    first = sixsense.raw("sixsense__account_scores")
    answers = {answer["domain"]: answer for answer in payloads(sixsense, "account_scores")}
    assert set(answers) == {
        row["account_key"] for row in sixsense.rows("select account_key from marts.dim_accounts")
    }
    scores = {
        (domain, score["product"]): score["company_intent_score"]
        for domain, answer in answers.items()
        for score in answer.get("scores", ())
    }
    observed = sixsense.rows(
        f"select account_domain, product, intent_score from '{tiny_world}/intent_accounts.parquet' "
        "where observed_on > ?::date - 13 and known_at < ?::date + 1 "
        "qualify row_number() over (partition by account_domain, product "
        "order by observed_on desc) = 1",
        LAST_DAY,
        LAST_DAY,
    )
    assert observed
    for row in observed:
        assert scores[row["account_domain"], row["product"]] == row["intent_score"]
    assert {len(answer["scores"]) for answer in answers.values() if answer.get("scores")} == {2}
    assert "scores" not in answers[STRANGER], "no match is not a score of zero"
    assert all("@" not in row["payload"] for row in first)
    assert pull(sixsense, "account_scores")[1].count(" 0 calls") == 1
    assert sixsense.raw("sixsense__account_scores") == first
    assert sixsense.throttled("sixsense") == 0


def test_a_run_takes_the_active_accounts_first_and_the_next_run_the_others(
    sixsense: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIXSENSE_ACCOUNTS_PER_RUN", "10")
    code, said = pull(sixsense, "account_scores")
    assert code == 0
    assert "48 accounts to score, 10 in this run" in said
    latest = sixsense.rows(
        "select account_key from marts.dim_accounts "
        "order by last_seen_at desc nulls last, account_key limit 10"
    )
    first = {answer["domain"] for answer in payloads(sixsense, "account_scores")}
    assert first == {row["account_key"] for row in latest}
    pull(sixsense, "account_scores")
    assert len(payloads(sixsense, "account_scores")) == 20


def test_an_account_that_cannot_be_asked_about_is_set_aside_and_stops_no_other(
    sixsense: Intake,
) -> None:
    sixsense.execute(
        "update marts.dim_people set email = 'some one@' || account_key "
        f"where account_key = '{STRANGER}'"
    )
    code, said = pull(sixsense, "account_scores")
    assert code == 0, said
    assert "6sense does not take its person's address, its name or its country (1)" in said
    [letter] = sixsense.rows("select payload from ops.dead_letters")
    assert json.loads(letter["payload"])["domain"] == STRANGER
    assert len(payloads(sixsense, "account_scores")) == 48
    assert " 0 calls" in pull(sixsense, "account_scores")[1], "it is asked about once a day"


def test_on_another_day_every_account_is_asked_again(growing: Intake) -> None:
    pull(growing, "account_scores")
    before = growing.raw("sixsense__account_scores")
    growing.sandbox.post("/advance", days=1)
    pull(growing, "account_scores")
    after = growing.raw("sixsense__account_scores")
    assert len(after) == 2 * len(before)
    assert len({row["version_at"] for row in after}) == 2


def test_a_token_that_hides_scores_is_said_and_lands_no_score(
    sixsense: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_token(monkeypatch, "scoring_token", sandbox.SCORING_TOKEN_WITHOUT_SCORES)
    code, said = pull(sixsense, "account_scores")
    assert code == 0
    assert "none of 47 answers held scores: the token hides them" in said
    assert not any("scores" in answer for answer in payloads(sixsense, "account_scores"))


def test_a_token_of_another_group_is_one_sentence_and_exit_code_2(
    sixsense: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_token(monkeypatch, "scoring_token", sandbox.CREDITS_TOKEN)
    code, said = pull(sixsense, "account_scores")
    assert code == 2
    assert "6sense POST /v2/people/score was refused with HTTP 401: check the credentials" in said


def test_the_past_of_a_score_cannot_be_asked_for(sixsense: Intake) -> None:
    days = ("--mode", "backfill", "--from", "2026-06-01", "--to", "2026-06-02")
    code, said = pull(sixsense, "account_scores", *days)
    assert code == 0
    assert "6sense tells what is so today: there is nothing to backfill" in said
    assert sixsense.raw("sixsense__account_scores") == []


def test_before_the_first_build_there_is_nobody_to_ask(intake: Intake) -> None:
    code, said = intake.gtm("ingest", "sixsense")
    assert code == 0
    assert "no account_scores yet, the accounts to ask for come from `gtm build`" in said
    assert "no people yet" in said


def test_a_killed_run_keeps_its_answers_and_the_next_asks_only_the_others(
    sixsense: Intake,
) -> None:
    killed(
        "from python_jobs.ingest.sources import sixsense\n"
        "sixsense.SCORES_AT_ONCE = 10\n"
        "score, left = sixsense.SixSense.score, iter(range(25))\n"
        "sixsense.SixSense.score = lambda *a: score(*a) if next(left, None) is not None else die()",
        *("ingest", "sixsense", "--only", "account_scores"),
    )
    assert len(payloads(sixsense, "account_scores")) == 20
    sixsense.sandbox.forget_calls()
    assert pull(sixsense, "account_scores")[0] == 0
    assert len(payloads(sixsense, "account_scores")) == 48
    assert sixsense.sandbox.get("/calls")["vendors"]["sixsense"]["calls"] == 28


def test_the_pace_draws_no_throttle(sixsense: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    sixsense.sandbox.post("/limits", sixsense=[[20, 1], [20, 1]])
    monkeypatch.setattr(connector, "GENERAL_LIMIT", Limit(20, 1))
    pull(sixsense, "account_scores")
    calls = sixsense.sandbox.get("/calls")["vendors"]["sixsense"]
    assert calls["throttled"] == 0
    assert calls["calls"] == 48
    assert calls["seconds"] > 1, "20 at once and 28 more at 20 a second"


def test_segments_are_complete_and_an_account_that_left_is_gone(growing: Intake) -> None:
    assert pull(growing, "segments")[0] == 0
    first = growing.raw("sixsense__segments")
    assert len({row["record_id"].split("|")[0] for row in first}) == 3
    today = growing.sandbox.get()["as_of"]
    assert all(f"{row['version_at']:%Y-%m-%d}" == today for row in first), "when it was seen"
    pull(growing, "segments")
    assert growing.raw("sixsense__segments") == first
    growing.sandbox.post("/advance", days=21)
    pull(growing, "segments")
    rows = growing.raw("sixsense__segments")
    gone = {row["record_id"] for row in rows if json.loads(row["payload"]).get("is_gone")}
    assert gone
    assert gone <= {row["record_id"] for row in first}
    assert {row["record_id"] for row in rows} - {row["record_id"] for row in first}


def test_a_list_of_segments_that_is_not_there_lets_no_account_leave_its_segment(
    sixsense: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull(sixsense, "segments")
    before = sixsense.raw("sixsense__segments")
    assert before
    nothing = SimpleNamespace(calls=0, json=lambda method, path: None)
    connected = connector.SixSense.__init__

    def without_segments(self: connector.SixSense, *arguments: Any) -> None:
        connected(self, *arguments)
        self._segments = nothing  # type: ignore[assignment]

    monkeypatch.setattr(connector.SixSense, "__init__", without_segments)
    code, said = pull(sixsense, "segments")
    assert code == 1
    assert "6sense has no list of segments" in said
    assert sixsense.raw("sixsense__segments") == before


def test_people_are_sought_in_qualifying_accounts_page_by_page_and_without_an_address(
    sixsense: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connector, "PEOPLE_PAGE", 1)
    assert pull(sixsense, "people")[0] == 0
    first = sixsense.raw("sixsense__people")
    people = payloads(sixsense, "people")
    qualifying = sixsense.rows(
        "select distinct account_domain from intermediate.int_intent_accounts_collected "
        "where observed_on > '2026-05-30' and intent_score > 60 "
        "and buying_stage in ('Decision', 'Purchase') and profile_fit in ('Strong', 'Moderate')"
    )
    assert {person["domain"] for person in people} <= {row["account_domain"] for row in qualifying}
    by_domain = [person["domain"] for person in people]
    assert max(by_domain.count(domain) for domain in by_domain) >= 2, "more than one page"
    assert {person["jobLevel"] for person in people} <= {"C-Level", "VP", "Director"}
    assert not any("email" in person for person in people)
    assert pull(sixsense, "people")[0] == 0
    assert sixsense.raw("sixsense__people") == first
    assert sixsense.last_run("sixsense", "people")["rows_unchanged"] == len(first)


def test_no_credit_is_spent_unless_the_run_is_given_some(sixsense: Intake) -> None:
    pull(sixsense, "people")
    assert " 0 calls" in pull(sixsense, "people_enrichment")[1]
    assert sixsense.rows("select * from ops.credit_ledger") == []


def test_nobody_is_paid_for_twice_until_it_expires(
    growing: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody(monkeypatch)
    pull(growing, "people")
    assert pull(growing, "people_enrichment")[0] == 0
    ledger = growing.rows("select * from ops.credit_ledger order by subject_key")
    found = payloads(growing, "people_enrichment")
    assert {row["subject_key"] for row in ledger if row["outcome"] == "paid"} == {
        person["people_id"] for person in found
    }
    assert {row["outcome"] for row in ledger} == {"paid", "unmatched"}, "shorter than asked"
    assert sum(row["credits"] for row in ledger) == len(found)
    sought = {person["id"]: person for person in payloads(growing, "people")}
    for person in found:
        assert person["fullName"] == sought[person["people_id"]]["fullName"]
    assert " 0 calls" in pull(growing, "people_enrichment")[1]
    assert growing.rows("select * from ops.credit_ledger order by subject_key") == ledger
    growing.sandbox.post("/advance", days=91)
    pull(growing, "people_enrichment")
    assert len(growing.rows("select * from ops.credit_ledger")) == 2 * len(ledger)


def test_a_person_found_in_two_accounts_is_paid_for_once(
    sixsense: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody(monkeypatch)
    monkeypatch.setenv("SIXSENSE_PEOPLE_PER_ACCOUNT", "100")
    pull(sixsense, "people")
    [first, second] = sixsense.rows(
        "select min(payload ->> 'domain') as domain from raw.sixsense__people "
        "union all select max(payload ->> 'domain') from raw.sixsense__people"
    )
    sixsense.execute(
        "insert into raw.sixsense__people select ? || '|' || (payload ->> 'id'), version_at, "
        "known_at, json_merge_patch(payload, json_object('domain', ?)), payload_hash, loaded_at "
        "from raw.sixsense__people where payload ->> 'domain' = ?",
        *(second["domain"], second["domain"], first["domain"]),
    )
    assert pull(sixsense, "people_enrichment")[0] == 0
    asked = [row["subject_key"] for row in sixsense.rows("select * from ops.credit_ledger")]
    assert len(asked) == len(set(asked)) > 0


def test_spent_credits_end_the_run_and_who_was_not_paid_for_may_be_asked_again(
    sixsense: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody(monkeypatch)
    pull(sixsense, "people")
    with_token(monkeypatch, "credits_token", sandbox.CREDITS_TOKEN_NEARLY_SPENT)
    code, said = pull(sixsense, "people_enrichment")
    assert code == 1
    assert "says that its quota or credits are spent (HTTP 402): what landed is kept" in said
    last = sixsense.last_run("sixsense", "people_enrichment")
    assert last["status"] == "quota_exhausted"
    assert last["rows_written"] > 10
    refused = sixsense.rows("select * from ops.credit_ledger where outcome = 'refused'")
    assert len(refused) == 25
    assert all(row["expires_at"] == row["requested_at"] for row in refused)
    assert sum(row["credits"] for row in refused) == 0


def test_a_run_killed_after_paying_and_before_keeping_counts_as_paid(
    sixsense: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIXSENSE_ENRICHMENT_CREDITS_PER_RUN", "3")
    pull(sixsense, "people")
    killed(
        "from python_jobs.ingest.landing import Landing\nLanding.flush = die",
        *("ingest", "sixsense", "--only", "people_enrichment"),
    )
    asked = sixsense.rows("select subject_key, outcome from ops.credit_ledger")
    assert [row["outcome"] for row in asked] == ["requested"] * 3
    code, said = pull(sixsense, "people_enrichment")
    assert code == 0
    assert "3 subjects are taken for paid and not asked for again within 90 days" in said
    ledger = sixsense.rows("select subject_key, outcome from ops.credit_ledger")
    assert len({row["subject_key"] for row in ledger}) == len(ledger), "nobody is asked twice"
    assert {row["subject_key"] for row in ledger if row["outcome"] == "unknown"} == {
        row["subject_key"] for row in asked
    }


def test_a_shared_table_lands_as_it_is_and_only_what_is_new(
    sixsense: Intake, tiny_world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f"select * from '{tiny_world}/intent_accounts.parquet'"
    sixsense.execute("create schema shared")
    sixsense.execute(
        f'create table shared.export as select account_domain as "ACCOUNT_DOMAIN", '
        f"* exclude (account_domain) from ({source}) where observed_on < '2026-06-29'"
    )
    monkeypatch.setenv("SIXSENSE_EXPORT_TABLE", "shared.export")
    assert pull(sixsense, "segment_export")[0] == 0
    rows = sixsense.raw("sixsense__segment_export")
    [there] = sixsense.rows("select count(*) as n from shared.export")
    assert len(rows) == there["n"]
    assert json.loads(rows[0]["payload"])["account_domain"] == rows[0]["record_id"].split("|")[0]
    sixsense.execute(f"insert into shared.export {source} where observed_on = '2026-06-29'")
    pull(sixsense, "segment_export")
    last = sixsense.last_run("sixsense", "segment_export")
    assert last["rows_written"] > 0
    assert len(sixsense.raw("sixsense__segment_export")) == there["n"] + last["rows_written"]
    pull(sixsense, "segment_export")
    assert sixsense.last_run("sixsense", "segment_export")["rows_written"] == 0


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("shared.nothing", "the table that SIXSENSE_EXPORT_TABLE names cannot be read"),
        ("x; drop table y", "SIXSENSE_EXPORT_TABLE is not the name of a table: correct it"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_sentence(
    sixsense: Intake, monkeypatch: pytest.MonkeyPatch, table: str, sentence: str
) -> None:
    monkeypatch.setenv("SIXSENSE_EXPORT_TABLE", table)
    code, said = pull(sixsense, "segment_export")
    assert code == 2
    assert sentence in said


def test_records_that_no_one_can_read_are_set_aside(sixsense: Intake) -> None:
    sixsense.faults("malformed-record", seed=2)
    no_object = "the record is not an object"
    for entity, *reasons in (
        ("account_scores", "the score names no product"),
        ("segments", "segment_id or domain is missing", no_object),
        ("people", "domain or id is missing", no_object),
    ):
        assert pull(sixsense, entity)[0] == 0
        letters = sixsense.rows("select * from ops.dead_letters where entity = ?", entity)
        assert letters, entity
        assert {letter["reason"] for letter in letters} == {*reasons}


@pytest.mark.parametrize("seed", [1, 2])
def test_bad_days_change_nothing_in_what_lands(
    sixsense: Intake, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connector, "GENERAL_LIMIT", Limit(1_000, 1))
    entities = ("account_scores", "segments", "people")
    clean = {}
    for entity in entities:
        pull(sixsense, entity)
        clean[entity] = [
            (row["record_id"], row["payload"]) for row in sixsense.raw(f"sixsense__{entity}")
        ]
        sixsense.execute(f"delete from raw.sixsense__{entity}")
    sixsense.faults("429-storm", "500", "reset", "malformed-json", "duplicate-page", seed=seed)
    for entity in entities:
        assert pull(sixsense, entity)[0] == 0
        rows = sixsense.raw(f"sixsense__{entity}")
        assert [(row["record_id"], row["payload"]) for row in rows] == clean[entity]
    assert sum(sixsense.sandbox.get("/calls")["faults"]["sixsense"].values()) > 5


def test_a_changed_field_is_reported(sixsense: Intake) -> None:
    pull(sixsense, "segments")
    sixsense.execute("delete from ops.source_fields where field = 'country'")
    code, said = pull(sixsense, "segments")
    assert code == 0
    assert "sixsense segments: new field country" in said


def test_answers_have_the_fields_that_are_documented(intake: Intake) -> None:
    def ask(method: str, path: str, token: str, **options: Any) -> Any:
        answer = requests.request(
            method,
            f"{intake.sandbox.url}/sixsense{path}",
            headers={"Authorization": f"Token {token}"},
            timeout=10,
            **options,
        )
        return answer.json()

    score = ask(
        "POST",
        "/scribe/v2/people/score",
        sandbox.SCORING_TOKEN,
        data={"email": "a@lumenedge-labs.ca", "country": "CA"},
    )["scores"][0]
    assert set(score) == fields(
        "product company_intent_score company_buying_stage company_profile_score "
        "company_profile_fit contact_intent_score contact_grade contact_profile_score "
        "contact_profile_fit"
    )
    found = ask(
        "POST",
        "/api/v2/search/people",
        sandbox.CREDITS_TOKEN,
        json={"hasEmail": True, "level": ["VP"]},
    )
    assert set(found) == {"totalResults", "people"}
    assert set(found["people"][0]) == fields(
        "id firstName lastName fullName jobTitle jobFunction jobLevel location linkedinUrl "
        "hasEmail hasPhone hasMobilePhone"
    )
    wishes = [
        {"peopleId": person["id"], "referenceKeys": {"row": str(number)}}
        for number, person in enumerate(found["people"][:25])
    ]
    contacts = ask("POST", "/api/v2/enrichment/people", sandbox.CREDITS_TOKEN, json=wishes)
    assert set(contacts) == {"contacts"}
    assert set(contacts["contacts"][0]) == fields(
        "id email emailConfidence fullName firstName lastName jobTitle jobFunction jobLevel "
        "jobSeniority phone mobilePhone linkedinUrl location skills education company "
        "referenceKeys"
    )
    too_many = ask("POST", "/api/v2/enrichment/people", sandbox.CREDITS_TOKEN, json=wishes * 26)
    assert too_many == {"status": "error", "message": "Invalid input"}
    details = ask("GET", "/epsilon/v3/company/details?ip=8.8.8.8", sandbox.IDENTIFICATION_TOKEN)
    assert set(details) == {"company", "scores", "segments", "confidence"}
    assert {"company_match", "domain", "is_6qa"} <= set(details["company"])
    nobody = ask("GET", "/epsilon/v3/company/details?ip=10.0.0.1", sandbox.IDENTIFICATION_TOKEN)
    assert nobody["company"]["company_match"] == "No Match"
