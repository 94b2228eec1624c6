"""The shipped sequences: well written, and made in Outreach once, switched off."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from python_jobs import cli
from python_jobs.activate.destinations.outreach_records import Found, Records
from python_jobs.activate.plans import only_one
from python_jobs.activate.sequences.making import Standing, make, standing
from python_jobs.activate.sequences.shipped import MAILS, Sequence, shipped_sequences
from python_jobs.errors import ConfigurationError, TransientError
from python_jobs.http import Patience
from python_jobs.ingest.sources.outreach import OutreachConfig, connect
from python_jobs.sandbox.commands import RunningSandbox, started_sandbox
from python_jobs.settings import PROJECT_DIR, load_settings
from tests.conftest import TINY

OPT_OUT = "tell me and I will not write again"


def registry_names() -> dict[str, str]:
    path = PROJECT_DIR / "seeds" / "registry" / "sequences.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["sequence_key"]: row["outreach_sequence_name"] for row in csv.DictReader(file)}


@pytest.fixture
def records(sandbox: RunningSandbox) -> Iterator[Records]:
    sandbox.post("/faults", names=[], seed=0)
    config = OutreachConfig.load(sandbox.url)
    assert isinstance(config, OutreachConfig)
    yield Records(connect(config, Patience(first_wait=0.01, read_timeout=2.0)))
    sandbox.post("/faults", names=[], seed=0)


def named(key: str, name: str) -> Sequence:
    [sequence] = shipped_sequences({key: name})
    return sequence


def stand_of(records: Records, sequence: Sequence) -> Standing:
    [stand] = standing(records, [sequence])
    return stand


def joins_of(records: Records, stand: Standing) -> list[Found]:
    steps = [step.id for step in stand.steps.values()]
    return records.having("sequenceTemplate", "sequenceStep][id", steps)


# The texts.


def test_every_signal_is_answered_by_a_shipped_sequence() -> None:
    with (PROJECT_DIR / "seeds" / "registry" / "signals.csv").open(encoding="utf-8") as file:
        wanted = {row["sequence_key"] for row in csv.DictReader(file)}
    assert {sequence.key for sequence in shipped_sequences(registry_names())} == wanted


def test_every_first_mail_says_why_now_and_how_to_be_left_alone() -> None:
    for sequence in shipped_sequences(registry_names()):
        mails = [step for step in sequence.steps if step.type in MAILS]
        first = mails[0]
        assert sequence.steps[0] is first
        for slot in ("{{custom4}}", "{{custom6}}", "{{custom7}}"):
            assert slot in str(first.body), (sequence.key, slot)
        if sequence.key != "lead_request":  # that answers a request
            assert OPT_OUT in str(first.body), sequence.key
        assert all(step.is_reply for step in mails[1:]), "one thread a sequence"
        for step in mails:
            assert len(str(step.body).split()) <= 80, (sequence.key, "short")
            assert str(step.body).count("{{sender.first_name}}") == 1


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ('type = "auto_email"\nwait = "soon"\nsubject = "S"\nbody = "B"', "'2 days'"),
        ('type = "pigeon"\nwait = "1 day"', "type must be one of"),
        ('type = "call"\nwait = "1 day"', "a call has a note"),
        ('type = "auto_email"\nwait = "1 day"\nbody = "B"', "a mail has a body, and a subject"),
        ('type = "auto_email"\nwait = "1 day"\nsubject = "S"\nbody = "{{name}}"', "{{name}} is"),
        (
            'type = "auto_email"\nwait = "1 day"\nsubject = "S"\nbody = "B"\nis_reply = true',
            "leave its out",
        ),
    ],
)
def test_a_wrong_text_is_named_with_its_step(tmp_path: Path, step: str, says: str) -> None:
    (tmp_path / "spike.toml").write_text(f'description = "D"\n[[steps]]\n{step}\n')
    with pytest.raises(ConfigurationError) as raised:
        shipped_sequences({"spike": "Usage spike"}, tmp_path)
    assert str(raised.value).startswith("spike.toml, step 1: ")
    assert says in str(raised.value)


# In Outreach.


def test_a_sequence_is_made_whole_disabled_and_once(records: Records) -> None:
    sequence = named("hiring", "Hiring")
    before = stand_of(records, sequence)
    assert before.line == "Hiring: to be made, 4 steps, 3 of them mails"
    assert next(make(records, before)) == "Hiring: made, not enabled"
    list(make(records, stand_of(records, sequence)))
    after = stand_of(records, sequence)
    assert after.line == "Hiring: there, not enabled: read its texts and enable it in Outreach"
    assert not after.missing
    assert list(make(records, after)) == []
    assert after.record is not None
    there = after.record.attributes
    assert (there["enabled"], there["sequenceStepCount"]) == (False, 4)
    for number, step in enumerate(sequence.steps, start=1):
        made = after.steps[number].attributes
        assert (made["stepType"], made["interval"]) == (step.type, step.wait)
    templates = {
        str(found.attributes["name"]): found
        for found in records.every("template")
        if found.attributes["name"].startswith("Hiring, ")
    }
    assert set(templates) == {f"Hiring, step {n} (gtm)" for n in (1, 3, 4)}
    first = templates["Hiring, step 1 (gtm)"]
    assert first.attributes["subject"] == "Your open role"
    assert first.attributes["bodyHtml"].startswith("Hi {{custom4}},<br><br>{{custom6}}<br><br>A ")
    replies = {j.related["template"]: j.attributes["isReply"] for j in joins_of(records, after)}
    assert replies == {found.id: found is not first for found in templates.values()}
    assert len([s for s in records.every("sequence") if s.attributes["name"] == "Hiring"]) == 1


def test_a_run_that_breaks_off_anywhere_is_finished_by_the_next(
    records: Records, sandbox: RunningSandbox
) -> None:
    """Answers are lost after the write took effect; nothing is made twice."""
    lost, number = 0, 0
    while lost == 0 and number < 40:
        number += 1
        sequence = named("lead_request", f"Lead request {number}")
        stand = stand_of(records, sequence)
        while stand.missing:
            sandbox.post("/faults", names=["reset"], seed=lost)
            try:
                list(make(records, stand))
            except TransientError:
                lost += 1
            sandbox.post("/faults", names=[], seed=0)
            stand = stand_of(records, sequence)
        assert len(stand.steps) == len(sequence.steps)
        assert len(joins_of(records, stand)) == 3
    assert lost > 0
    for kind in ("sequence", "template"):
        names = [str(found.attributes["name"]) for found in records.every(kind)]
        ours = [name for name in names if name.startswith("Lead request")]
        assert len(ours) == len(set(ours))


def test_what_others_made_or_enabled_is_left(records: Records) -> None:
    theirs = stand_of(records, named("intent_surge", "Intent surge"))
    assert theirs.line == "Intent surge: there and enabled; left as it is"
    records.create("sequence", {"name": "Closed-lost revisit"}, {})
    drafted = stand_of(records, named("closed_lost", "Closed-lost revisit"))
    assert drafted.line.endswith("not enabled, made by somebody else; left as it is")
    sequence = named("first_party_surge", "First-party surge")
    list(make(records, stand_of(records, sequence)))
    made = stand_of(records, sequence)
    assert made.record is not None
    enabled: Found = records.act("sequence", made.record.id, "activate")
    assert enabled.attributes["enabled"] is True
    ours = stand_of(records, sequence)
    for stand in (theirs, drafted, ours):
        assert not stand.is_ours
        assert list(make(records, stand)) == []


def test_the_command_shows_first_makes_what_is_asked_for_and_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def lines(*arguments: str) -> list[str]:
        cli.app(["sync", "sequences", *arguments], standalone_mode=False)
        return capsys.readouterr().out.splitlines()

    with started_sandbox(TINY) as running:
        monkeypatch.setenv("GTM_SANDBOX_URL", running.url)
        monkeypatch.setenv("GTM_TARGET", "duckdb")
        monkeypatch.setenv("GTM_DUCKDB_PATH", str(tmp_path / "warehouse.duckdb"))
        looked = lines()
        assert len(looked) == len(registry_names()) + 1
        assert "Usage spike: there and enabled; left as it is" in looked
        assert "Hiring: to be made, 4 steps, 3 of them mails" in looked
        assert looked[-1] == "4 to be made or finished: gtm sync sequences --create"
        assert lines("--check") == looked, "looking makes nothing"
        with (
            only_one(load_settings(), "outreach"),
            pytest.raises(TransientError, match="another gtm run"),
        ):
            lines("--create")
        capsys.readouterr()
        assert lines("--check") == looked, "two at once make nothing twice"
        made = lines("--create")
        assert "Hiring: made, not enabled" in made
        assert made[-1].startswith("next: read the texts in Outreach")
        again = lines("--create")
        assert len(again) == len(registry_names())
        assert not any("to be made" in line for line in again)
