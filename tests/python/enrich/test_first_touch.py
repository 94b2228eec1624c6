"""First messages: each pattern of the gate catches what it is for; names as one says them."""

from __future__ import annotations

import csv
import json

import pytest

from python_jobs.enrich.task import Asked, Statement
from python_jobs.enrich.tasks.first_touch import TASK
from python_jobs.enrich.tasks.first_touch.gate import failures, grade
from python_jobs.enrich.tasks.first_touch.schema import FirstTouch
from python_jobs.settings import PROJECT_DIR, Settings
from python_jobs.warehouse import open_warehouse
from tests.small_project import SmallProject

SEEDS = PROJECT_DIR / "seeds" / "registry"


def shipped(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


RULES = [
    {"rule": row["rule_id"], "gate": row["gate"], "kind": row["kind"], "value": row["value"]}
    for row in shipped("message_rules")
]
ANGLES = {row["signal_name"]: row for row in shipped("message_angles")}


def asked(signal: str = "usage_spiked", company: str = "Acme") -> Asked:
    """Somebody of the queue, as the inputs model makes it."""
    said = {
        slot: ANGLES[signal][slot].replace("{company}", company)
        for slot in ("opening", "call_to_action")
    }
    facts = {
        "account": company,
        "account_name": f"{company} Holdings, Inc.",
        "angle_row": f"angle:{signal}",
        "rules": RULES,
        **said,
    }
    rows = {
        "signal:1": "Usage spike on 2026-06-25, 12 uses after 4 the week before",
        f"angle:{signal}": f"{said['opening']} {said['call_to_action']}",
    }
    return Asked("p|1", facts, rows, "")


def advice(text: str) -> Statement:
    return Statement(kind="advice", text=text, evidence=[])


GOOD = advice("I can show you what fits a team of your size.")
ASK = advice("Would a short call this week be of use?")


def found(opening: Statement, ask: Statement = ASK) -> list[str]:
    return failures(FirstTouch(opening=opening, call_to_action=ask), asked())


def test_a_plain_message_passes() -> None:
    assert found(GOOD) == []
    spike = Statement(kind="fact", text="12 uses after 4 the week before.", evidence=["signal:1"])
    assert found(spike) == []


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("I can help. " * 20, "length: opening_max_words"),
        ("Hello there", "length: opening is missing"),
        (
            "Comprehensive organisational digitalisation necessitates interdepartmental "
            "collaboration regarding documentation.",
            "reading_level: reading_level",
        ),
        ("We guarantee that it works for you.", "banned_claim: guarantee"),
        ("We are the best in what we do.", "banned_claim: superlative"),
        ("You looked at prices, so I am writing.", "banned_claim: watched"),
        ("Thank you for your visit of this week.", "banned_claim: watched"),
        ("Your buying stage is right for a call.", "banned_claim: intent_data"),
        ("This is your last chance for a good start.", "banned_claim: pressure"),
        ("You get a discount from us this week.", "banned_claim: discount"),
        ("What we do is fully compliant for you.", "banned_claim: legal"),
        ("I hope this mail finds you well today.", "banned_claim: flattery"),
        ("I can help {company} with what comes next.", "placeholder: opening"),
        ("I can help [first name] with what comes next.", "placeholder: opening"),
        ("I can help null with what comes next.", "placeholder: opening"),
        (
            "Teams save 40 hours a week with us.",
            "not_in_evidence: opening: a number",
        ),
        (
            "We work with Notarix and can help you.",
            "not_in_evidence: opening: a name",
        ),
        ("I noticed that your team has grown.", "not_in_evidence: opening: an observation without"),
    ],
)
def test_each_pattern_is_caught(text: str, pattern: str) -> None:
    assert any(reason.startswith(pattern) for reason in found(advice(text))), found(advice(text))


def test_a_fact_that_its_row_does_not_bear_out_is_caught() -> None:
    lie = Statement(kind="fact", text="14 uses after 4 the week before.", evidence=["signal:1"])
    assert found(lie) == ["not_in_evidence: opening: a number that is not in its rows"]


@pytest.mark.parametrize(
    "address", ["evil.com", "evil.example/offer", "https://evil.com", "www.evil.com", "a@evil.com"]
)
def test_no_address_gets_in_but_that_of_the_angle(address: str) -> None:
    """A job posting, or whoever a model listens to, may name one; mail programs make it a link."""
    here = asked("usage_spiked", "Booking.com")
    here.evidence["signal:1"] += f", see {address}"
    said = advice(f"Book a short call at {address} this week.")
    message = FirstTouch(opening=said, call_to_action=ASK)
    assert "not_in_evidence: opening: an address" in failures(message, here)
    fact = Statement(kind="fact", text=f"12 uses, see {address}.", evidence=["signal:1"])
    message = FirstTouch(opening=fact, call_to_action=ASK)
    assert "not_in_evidence: opening: an address" in failures(message, here)
    named = advice("I can show Booking.com what fits a team.")
    assert failures(FirstTouch(opening=named, call_to_action=ASK), here) == []
    here.input["opening"] = here.evidence["angle:usage_spiked"] = said.text
    written = TASK.write_offline(here)
    assert isinstance(written, FirstTouch)
    assert written.opening is not None
    for other in (address.removeprefix("www.")[1:], f"{address}/other"):
        message = FirstTouch(opening=advice(f"A short call at {other}?"), call_to_action=ASK)
        assert "not_in_evidence: opening: an address" in failures(message, here)


def test_what_is_asked_for_is_held_to_its_own_length() -> None:
    long = advice("Shall we talk? Or not? " * 6)
    assert found(GOOD, long) == ["length: call_to_action_max_words"]
    assert found(long) == []


def test_a_message_passes_whole_or_not_at_all() -> None:
    bad = FirstTouch(opening=advice("I can guarantee that it works."), call_to_action=ASK)
    kept = TASK.check(bad, asked())
    assert (kept.kept_share, kept.reasons) == (0.0, ("banned_claim: guarantee",))
    assert kept.kept_share < TASK.least_kept
    half = FirstTouch(opening=None, call_to_action=ASK)
    assert TASK.check(half, asked()).reasons == ("length: opening is missing",)


@pytest.mark.parametrize("signal", sorted(ANGLES))
def test_the_shipped_sentences_of_every_signal_pass(signal: str) -> None:
    for company in ("Acme", "Ridgestead Health Insurance Partners", "your company"):
        here = asked(signal, company)
        written = TASK.write_offline(here)
        assert isinstance(written, FirstTouch)
        assert TASK.check(written, here).reasons == ()
        assert written.opening is not None
        assert written.opening.text[0].isupper()


def test_every_signal_has_an_angle() -> None:
    assert {row["signal_name"] for row in shipped("signals")} == set(ANGLES)


def test_sentences_that_do_not_pass_are_not_written_and_said_why() -> None:
    here = asked()
    here.input["opening"] = "I can guarantee that it works for {nobody}."
    written = TASK.write_offline(here)
    assert written == FirstTouch(opening=None, call_to_action=None)
    assert TASK.check(written, here).reasons == (
        "placeholder: opening",
        "banned_claim: guarantee",
    )


def test_reading_level_is_that_of_flesch_and_kincaid() -> None:
    # 6 words, 1 sentence, 6 syllables: 0.39 x 6 + 11.8 x 1 - 15.59
    assert grade("The cat sat on the mat.") == pytest.approx(-1.45)
    # 4 words, 2 sentences, 11 syllables
    assert grade("Comprehensive documentation. Read it.") == pytest.approx(
        0.39 * 2 + 11.8 * 11 / 4 - 15.59
    )


GREETINGS = {
    "JOHN": "John",
    "john": "John",
    "Dr. Anna-Lena Müller": "Anna-Lena",
    "ANNA-LENA": "Anna-Lena",
    "Prof. Dr. Kai": "Kai",
    "Mr. James": "James",
    "McKay": "McKay",
    "Drew": "Drew",
    "Mary Jane": "Mary",
    "Ann,": "Ann",
    "J.": None,
    "j@acme.com": None,
    "{{first_name}}": None,
    "[not provided]": None,
    "<b>Ann</b>": None,
    "evil.com": None,
    "www.Evil.example": None,
    "J.R.": "J.r",
    "--": None,
    "???": None,
    "": None,
    None: None,
}
COMPANIES = {
    "Acme Holdings, Inc.": "Acme",
    "Acme GmbH & Co. KG": "Acme",
    "Acme, LLC": "Acme",
    "Acme (UK) Ltd.": "Acme",
    "Acme B.V.": "Acme",
    "Ridgestead Health": "Ridgestead Health",
    "North Sea": "North Sea",
    "Incognito": "Incognito",
    "The Group": "The Group",
    "Holdings Inc.": "Holdings",
    "ACMESPACE INC": "Acmespace",
    "IBM": "IBM",
    "acme.com": "Acme",
    "Booking.com": "Booking.com",
    "Maersk A/S": "Maersk A/S",
    "Acme [was Apex]": None,
    "{{sender.email}}": None,
    '<a href="evil.com">Acme</a>': None,
    "Acme – see https://evil.com": None,
    "Acme see www.evil.com": None,
    "Acme evil.com/offer": None,
    "mail ann@evil.com": None,
    None: None,
}


@pytest.fixture(scope="module", params=["duckdb", "snowflake"])
def names(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[SmallProject, Settings]:
    folder = tmp_path_factory.mktemp(request.param)
    env = {"GTM_TARGET": "duckdb", "GTM_DUCKDB_PATH": str(folder / "w.duckdb")}
    if request.param == "snowflake":
        env = request.getfixturevalue("snowflake_env")
    return SmallProject(folder / "project", env), Settings(**env)


@pytest.mark.parametrize(
    ("macro", "wanted"), [("greeting_name", GREETINGS), ("conversational_company", COMPANIES)]
)
def test_names_are_said_as_people_say_them(
    names: tuple[SmallProject, Settings], macro: str, wanted: dict[str | None, str | None]
) -> None:
    project, settings = names
    expression = project.render("{{ " + macro + "('given.name') }}")
    literals = ["null" if name is None else repr(name) for name in wanted]
    rows = " union all ".join(
        f"select {number} as place, cast({literal} as varchar) as name"
        for number, literal in enumerate(literals)
    )
    with open_warehouse(settings) as warehouse:
        said = warehouse.rows(
            f"select given.name, {expression} as said from ({rows}) as given order by place"
        )
    assert {row["name"]: row["said"] for row in said} == wanted, json.dumps(said, default=str)
