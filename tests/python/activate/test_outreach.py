"""Outreach as a destination: looked up many at a time, written once, refused for a reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from python_jobs.activate.apply import _judge, _Ready, _Result
from python_jobs.activate.destination import Batch, FieldMapping, Record, Written
from python_jobs.activate.destinations.outreach import (
    LONGEST,
    PAGE,
    OutreachDestination,
    _as_found,
    barred_by,
)
from python_jobs.activate.destinations.outreach_records import Found, Records
from python_jobs.errors import ConfigurationError, QuotaExhausted, TransientError
from python_jobs.http import Limit, Patience, Refused
from python_jobs.ingest.sources.outreach import OutreachConfig, connect
from python_jobs.sandbox.commands import RunningSandbox

SENT = datetime(2026, 7, 1)
NUMBERS = count(1)
PATIENCE = Patience(first_wait=0.01, read_timeout=2.0)


@pytest.fixture
def outreach(sandbox: RunningSandbox) -> Iterator[OutreachDestination]:
    """The destination before a sandbox without faults, that has counted no call yet."""
    sandbox.post("/faults", names=[], seed=0)
    sandbox.forget_calls()
    yield opened(sandbox)
    sandbox.post("/faults", names=[], seed=0)


def opened(sandbox: RunningSandbox, patience: Patience = PATIENCE) -> OutreachDestination:
    config = OutreachConfig.load(sandbox.url)
    assert isinstance(config, OutreachConfig)
    return OutreachDestination(connect(config, patience))


def address(name: str = "p") -> str:
    """One that nobody has."""
    return f"{name}{next(NUMBERS)}@acme.example"


def prospect(email: str, external_id: str | None = None, **more: Any) -> Record:
    """A prospect to be made, or to be changed when there is an id."""
    action = "create" if external_id is None else "update"
    values = {"after": {"firstName": "Jane", "custom3": 88}, "before": {}, "links": {}} | more
    return Record(next(NUMBERS), "prospect", email, action, external_id, "emails", email, **values)


def enrolment(prospect_id: str, sequence: int = 1, mailbox: int = 1, **more: Any) -> Record:
    links = {"prospect": prospect_id, "sequence": str(sequence), "mailbox": str(mailbox)}
    values = {"action": "enrol", "external_id": None, "before": {}, "after": {}} | more
    return Record(
        position=next(NUMBERS),
        object="sequenceState",
        record_key=f"somebody|{sequence}",
        key_field=None,
        key_value=None,
        links=links,
        **values,
    )


def write(outreach: OutreachDestination, *records: Record) -> list[Written]:
    told = dict(outreach.write(records))
    assert list(told) == [record.position for record in records]
    return list(told.values())


def made(outreach: OutreachDestination, email: str | None = None, **after: Any) -> str:
    """The id of a new prospect."""
    [written] = write(outreach, prospect(email or address(), after={"firstName": "Jane"} | after))
    assert written.outcome == "written", written
    assert written.external_id is not None
    return written.external_id


def shown(outreach: OutreachDestination, kind: str, number: str) -> Found:
    [found] = Records(outreach.api).having(kind, "id", [number])
    return found


def states_of(outreach: OutreachDestination, number: str) -> list[Found]:
    return Records(outreach.api).having("sequenceState", "prospect][id", [number])


def sent_before(record: Record) -> Record:
    return dataclasses.replace(record, sent_at=SENT)


def sent_without_an_answer(
    outreach: OutreachDestination, sandbox: RunningSandbox, fault: str, new: Callable[[], Record]
) -> Record:
    """A record that was sent and took effect, while the fault ate the answer."""
    for _ in range(60):
        record = new()
        sandbox.post("/faults", names=[fault], seed=1, stall=0.6)
        [written] = write(outreach, record)
        sandbox.post("/faults", names=[], seed=0)
        if written.outcome == "unknown":
            return sent_before(record)
    raise AssertionError(f"the sandbox answered every time, in spite of {fault}")


# Prospects.


def test_a_prospect_is_made_with_its_address_in_one_call_and_without_looking(
    outreach: OutreachDestination,
) -> None:
    outreach.quota()  # gets the token
    records = [prospect(address()) for _ in range(5)]
    before = outreach.calls
    assert outreach.look_up(records) == {}
    told = write(outreach, *records)
    assert outreach.calls - before == 5
    for record, written in zip(records, told, strict=True):
        assert written.outcome == "written"
        there = shown(outreach, "prospect", str(written.external_id)).attributes
        assert there["emails"] == [record.key_value]
        assert (there["firstName"], there["custom3"]) == ("Jane", "88")


def test_a_new_prospect_in_a_sequence_costs_two_calls(
    outreach: OutreachDestination,
) -> None:
    outreach.quota()
    before, people = outreach.calls, [prospect(address()) for _ in range(60)]
    assert outreach.look_up(people) == {}
    ids = [str(written.external_id) for written in write(outreach, *people)]
    states = [enrolment(number, sequence=3) for number in ids]
    assert outreach.look_up(states) == {}
    assert {written.outcome for written in write(outreach, *states)} == {"written"}
    assert outreach.calls - before == 2 * 60
    batches = [Batch("prospect", "create", 60, 60), Batch("sequenceState", "enrol", 60, 0)]
    # the forecast takes nobody for new: it says what it costs at most
    assert outreach.cost(batches).calls == 2 * 60 + 4


def test_many_prospects_are_looked_up_in_few_calls_and_over_several_pages(
    outreach: OutreachDestination, monkeypatch: pytest.MonkeyPatch
) -> None:
    emails = [address("long-name-of-somebody-") for _ in range(120)]
    ids = [str(w.external_id) for w in write(outreach, *(prospect(e) for e in emails))]
    monkeypatch.setattr("python_jobs.activate.destinations.outreach_records.PAGE", 50)
    before = outreach.calls
    by_address = [sent_before(prospect(email)) for email in emails]
    found = outreach.look_up(by_address)
    assert [found[record.position].external_id for record in by_address] == ids
    calls = outreach.calls - before
    assert 3 <= calls <= 6, "two or three filters, each of two pages at most"
    by_id = [prospect("unknown@acme.example", number) for number in ids]
    found = outreach.look_up(by_id)
    assert [found[record.position].external_id for record in by_id] == ids
    assert {found[record.position].values["custom3"] for record in by_id} == {88}


def test_what_is_there_is_shown_as_ours_where_it_is_what_ours_becomes(
    outreach: OutreachDestination,
) -> None:
    email = address()
    number = made(outreach, email, lastName="x" * 50, custom1="Usage spike", custom3="88")
    after = {
        "lastName": "x" * 70,
        "custom1": "Usage spike",
        "custom2": None,
        "custom3": 88.0,
        "custom4": "Jo",
        "emails": email.upper(),
    }
    record = prospect(email, number, after=after)
    values = outreach.look_up([record])[record.position].values
    assert values == after | {"custom4": None}


def test_only_what_is_given_is_changed_and_an_address_never_is(
    outreach: OutreachDestination,
) -> None:
    email = address()
    number = made(outreach, email, lastName="Doe", custom2="Warm")
    after = {"custom2": None, "custom3": 90, "emails": "other@acme.example"}
    [written] = write(outreach, prospect(email, number, after=after))
    assert (written.outcome, written.external_id) == ("written", number)
    there = shown(outreach, "prospect", number).attributes
    assert (there["custom2"], there["custom3"]) == (None, "90")
    assert (there["lastName"], there["emails"]) == ("Doe", [email])


def test_too_long_a_name_is_cut_and_not_refused(outreach: OutreachDestination) -> None:
    number = made(outreach, firstName="J" * 80)
    assert shown(outreach, "prospect", number).attributes["firstName"] == "J" * 50


def test_a_lost_race_is_joined_and_what_somebody_wrote_is_left(
    outreach: OutreachDestination,
) -> None:
    email = address("raced.")  # somebody makes her in that moment, with our values
    [written] = write(outreach, prospect(email))
    assert written.outcome == "unchanged"
    assert written.reason == "somebody else made the prospect meanwhile"
    email = address()
    number = made(outreach, email, firstName="Janet", custom1=None)
    [joined] = write(outreach, prospect(email, after={"firstName": "Jane", "custom1": "Hiring"}))
    assert (joined.outcome, joined.external_id) == ("written", number)
    assert joined.reason is not None
    assert "1 of its fields are left" in joined.reason
    there = shown(outreach, "prospect", number).attributes
    assert (there["firstName"], there["custom1"]) == ("Janet", "Hiring")
    [left] = write(outreach, prospect(email, after={"firstName": "Jane"}))
    assert left.outcome == "skipped"


def test_an_excluded_address_is_skipped_and_no_reason_names_an_address(
    outreach: OutreachDestination,
) -> None:
    [written] = write(outreach, prospect(f"me{next(NUMBERS)}@sealwright.example"))
    assert written == Written("skipped", None, "Outreach takes no address of this domain")
    [gone] = write(outreach, prospect("gone@acme.example", "999"))
    assert gone == Written("failed", "999", "it is no longer there")
    [bad] = write(outreach, prospect(address(), after={"nonsense": "a@b.example"}))
    assert bad.outcome == "failed"
    assert bad.reason is not None
    assert "validationError" in bad.reason
    assert "@" not in bad.reason


def test_an_address_that_a_filter_would_read_as_a_range_finds_nobody(
    outreach: OutreachDestination,
) -> None:
    number = made(outreach, "odd..one@acme.example")
    record = sent_before(prospect("odd..one@acme.example"))
    assert outreach.look_up([record]) == {}
    [written] = write(outreach, record)
    assert written.outcome == "failed", "it is taken, and cannot be looked up"
    assert shown(outreach, "prospect", number).attributes["firstName"] == "Jane"


# Enrolments.


def test_who_may_not_be_enrolled_is_told_before_the_call(outreach: OutreachDestination) -> None:
    out, bare, busy, been = (made(outreach) for _ in range(4))
    records = Records(outreach.api)
    records.update("prospect", out, {"optedOut": True})
    status = made(outreach)
    records.update("prospect", status, {"emailsOptStatus": "opted_out"})
    write(outreach, enrolment(busy, sequence=2))
    [ended] = write(outreach, enrolment(been, sequence=1))
    records.act("sequenceState", str(ended.external_id), "finish")
    off = records.create("sequence", {"name": "Off"}, {}).id
    optout, others = "the prospect has opted out", "the prospect is in another sequence"
    no_sequence = "the sequence is not there: run gtm ingest outreach"
    expected = [
        (enrolment(out), "skipped", optout),
        (enrolment(status), "skipped", optout),
        (enrolment(busy, sequence=2), "skipped", "the prospect is already in this sequence"),
        (enrolment(busy, sequence=1), "skipped", others),
        (enrolment(been, sequence=1), "skipped", "the prospect has been in this sequence before"),
        (enrolment(bare, sequence=int(off)), "skipped", "the sequence is not enabled"),
        (enrolment(bare, mailbox=12), "skipped", "the mailbox may not send"),
        (enrolment(bare, sequence=999), "failed", no_sequence),
        (enrolment("999"), "failed", "the prospect is not there"),
    ]
    may = enrolment(bare)
    before = outreach.calls
    later = OutreachDestination(outreach.api)  # one that has made none of them
    found = later.look_up([may, *(record for record, _, _ in expected)])
    assert outreach.calls - before == 4
    for record, outcome, reason in expected:
        told = found[record.position]
        assert (told.outcome, told.reason) == (outcome, reason)
    assert may.position not in found


def test_what_bars_an_enrolment_in_that_moment_is_a_skip_with_its_reason(
    outreach: OutreachDestination,
) -> None:
    bare, been, exclusive = (made(outreach) for _ in range(3))
    records = Records(outreach.api)
    [ended] = write(outreach, enrolment(been, sequence=1))
    records.act("sequenceState", str(ended.external_id), "finish")
    write(outreach, enrolment(exclusive, sequence=4))
    write(outreach, enrolment(bare, sequence=2))
    off = int(records.create("sequence", {"name": "Off"}, {}).id)
    told = [
        write(outreach, record)[0].reason
        for record in (
            enrolment(bare, sequence=2),
            enrolment(been, sequence=1),
            enrolment(exclusive, sequence=2),
            enrolment(bare, sequence=off),
            enrolment(bare, mailbox=12),
        )
    ]
    assert told == [
        "the prospect is already in this sequence",
        "the prospect has been in this sequence before",
        "the prospect is in an exclusive sequence",
        "the sequence is not enabled",
        "the mailbox may not send",
    ]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Prospect has already been in this sequence.", "has been in this sequence before"),
        ("This prospect is already in the Sequence", "already in this sequence"),
        ("Prospect is active in another exclusive sequence.", "in an exclusive sequence"),
        ("Prospect has opted out of email", "has opted out"),
        ("Sequence is locked.", "sequence is locked"),
        ("The sequence has been disabled", "sequence is not enabled"),
        ("Mailbox owner is locked", "mailbox may not send"),
        ("The requesting user is not the owner of the mailbox", "may not send from this mailbox"),
    ],
)
def test_a_refusal_is_understood_by_a_part_of_its_wording(said: str, meant: str) -> None:
    assert meant in str(barred_by(said))
    assert barred_by("Something else went wrong.") is None


def test_what_the_user_may_not_write_is_the_records_matter(outreach: OutreachDestination) -> None:
    with pytest.raises(Refused, match="HTTP 403"):
        Records(outreach.api).create("mailbox", {"email": "x@acme.example"}, {})


def test_nobody_enters_two_sequences_by_one_page(outreach: OutreachDestination) -> None:
    number = made(outreach)
    first, second = write(outreach, enrolment(number, 1), enrolment(number, 2))
    assert (first.outcome, second.outcome) == ("written", "skipped")
    assert len(states_of(outreach, number)) == 1


# Answers that do not come.


@pytest.mark.parametrize("fault", ["reset", "timeout", "malformed-json"])
def test_an_enrolment_without_an_answer_is_unknown_then_found_and_never_sent_twice(
    outreach: OutreachDestination, sandbox: RunningSandbox, fault: str
) -> None:
    outreach = opened(sandbox, dataclasses.replace(PATIENCE, read_timeout=0.3))
    record = sent_without_an_answer(
        outreach, sandbox, fault, lambda: enrolment(made(outreach), sequence=3)
    )
    [state] = states_of(outreach, record.links["prospect"])
    found = outreach.look_up([record])[record.position]
    assert (found.outcome, found.external_id) == ("written", state.id)
    assert write(outreach, record)[0].outcome == "skipped", "Outreach would not take it twice"


def test_a_creation_without_an_answer_is_found_by_its_address(
    outreach: OutreachDestination, sandbox: RunningSandbox
) -> None:
    record = sent_without_an_answer(outreach, sandbox, "reset", lambda: prospect(address()))
    found = outreach.look_up([record])[record.position]
    assert found.external_id is not None
    assert found.values == record.after


def test_a_storm_an_expired_token_and_bad_pages_pass(
    outreach: OutreachDestination, sandbox: RunningSandbox
) -> None:
    emails = [address() for _ in range(10)]
    sandbox.post("/faults", names=["429-storm", "expired-token"], seed=2, retry_after=0)
    told = write(outreach, *(prospect(email) for email in emails))
    assert {written.outcome for written in told} == {"written"}
    looked = [sent_before(prospect(email)) for email in emails]
    sandbox.post("/faults", names=["duplicate-page", "malformed-record", "500"], seed=5)
    found = outreach.look_up(looked)
    happened = sandbox.get("/calls")["faults"]["outreach"]
    assert {"429-storm", "expired-token"} <= set(happened)
    assert [found[r.position].external_id for r in looked] == [w.external_id for w in told]


def test_a_spent_hour_stops_before_the_next_record_is_sent(
    outreach: OutreachDestination, sandbox: RunningSandbox
) -> None:
    outreach.quota()
    told: list[Written] = []
    sandbox.post("/limits", outreach=[[4, 3600]])
    try:
        with pytest.raises(QuotaExhausted):
            told.extend(w for _, w in outreach.write([prospect(address()) for _ in range(6)]))
    finally:
        sandbox.post("/limits", outreach=[[10_000, 3600]])
    assert 0 < len(told) < 6
    assert all(written.outcome == "written" for written in told)


def test_a_call_that_is_turned_away_is_not_an_unknown_outcome(
    outreach: OutreachDestination, sandbox: RunningSandbox
) -> None:
    impatient = opened(sandbox, dataclasses.replace(PATIENCE, attempts=1))
    impatient.quota()
    sandbox.post("/faults", names=["429-storm"], seed=2, retry_after=0)
    with pytest.raises(TransientError, match="429"):
        list(impatient.write([prospect(address()) for _ in range(20)]))


# Undo.


def test_an_open_enrolment_is_ended_and_says_what_stays(outreach: OutreachDestination) -> None:
    number = made(outreach)
    [entered] = write(outreach, enrolment(number))
    back = enrolment(
        number,
        action="undo",
        external_id=entered.external_id,
        before={"state": "active"},
        after={"state": "finished"},
    )
    assert outreach.look_up([back])[back.position].values == {"state": "active"}
    [ended] = write(outreach, back)
    assert ended.outcome == "written"
    assert ended.reason == "the sequence is ended; nothing had been sent"
    assert states_of(outreach, number)[0].attributes["state"] == "finished"
    again = outreach.look_up([back])[back.position]
    assert again.outcome == "skipped"
    assert outreach.look_up([sent_before(back)])[back.position].outcome == "written"
    assert write(outreach, back)[0].outcome == "skipped"


def test_fields_are_put_back(outreach: OutreachDestination) -> None:
    email = address()
    number = made(outreach, email, custom1="Usage spike")
    back = prospect(
        email,
        number,
        before={"custom1": "Usage spike"},
        after={"custom1": None},
    )
    back = dataclasses.replace(back, action="undo")
    assert outreach.look_up([back])[back.position].values == {"custom1": "Usage spike"}
    assert write(outreach, back)[0].outcome == "written"
    assert shown(outreach, "prospect", number).attributes["custom1"] is None


# Before a plan.


@pytest.mark.parametrize(
    ("field", "was", "ours", "there"),
    [
        ("custom9", "false", True, "true"),
        ("custom9", None, True, "true"),
        ("custom3", 3, 88.0, "88"),
        ("firstName", "Ann", "A" * 60, "A" * LONGEST["firstName"]),
    ],
)
def test_what_we_wrote_is_undone_in_whatever_form_it_is_there(
    field: str, was: Any, ours: Any, there: str
) -> None:
    """The results hold what we meant to write, Outreach what it became."""
    undoing = Record(
        1, "prospect", "a@b.c", "undo", "7", None, None, {field: ours}, {field: was}, {}
    )
    ready = _judge(undoing, _as_found(undoing, Found("7", {field: there}, {})), True)
    assert isinstance(ready, _Ready)
    assert (ready.sent.after, ready.reason) == ({field: was}, None)
    changed = _judge(undoing, _as_found(undoing, Found("7", {field: "by hand"}, {})), True)
    assert isinstance(changed, _Result)
    assert changed.outcome == "skipped"


def test_a_mapping_that_outreach_does_not_take_is_named() -> None:
    outreach = OutreachDestination(None)
    good = FieldMapping("prospect_custom1", "prospect", "custom1", "text")
    outreach.check([good], {"prospect": "emails"})
    for field in ("optedOut", "custom151", "Tech_Stack__c"):
        wrong = dataclasses.replace(good, field=field, mapping_id="row_7")
        with pytest.raises(ConfigurationError, match=rf"prospect\.{field} .* row row_7"):
            outreach.check([good, wrong], {})
    with pytest.raises(ConfigurationError, match="cannot be found by externalId"):
        outreach.check([], {"prospect": "externalId"})


def test_the_cost_grows_with_the_hours_that_the_quota_takes() -> None:
    outreach = OutreachDestination(None)
    few = outreach.cost([Batch("prospect", "update", 2 * PAGE, 0)])
    assert few.calls == 2 * PAGE + 4
    many = outreach.cost([Batch("prospect", "create", 25_000, 0)])
    assert many.seconds >= 2 * 3_600


def test_the_quota_is_what_the_vendor_says(outreach: OutreachDestination) -> None:
    quota = outreach.quota()
    assert quota is not None
    assert 0 < quota.left < quota.of == Limit(10_000, 3_600).calls
