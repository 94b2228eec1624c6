"""What a brief may say, held against its rows without a warehouse."""

from __future__ import annotations

import csv

from python_jobs.enrich.check import why_not
from python_jobs.enrich.task import Asked, Prompt, Statement
from python_jobs.enrich.tasks.account_brief import TASK
from python_jobs.enrich.tasks.account_brief.schema import LENGTHS, AccountBrief
from python_jobs.settings import PROJECT_DIR

ROWS = {
    "page_view:pricing": "7 pricing views in the last 7 days, the last on 2026-06-30",
    "lead_request:1": "Lead request (quote) on 2026-06-24, lead score 33",
    "people": "8 people and visitors were active in the last 7 days",
    "lane:compliance": "Compliance, the top lane: 90 points in the last 7 days",
    "score": "Intent score 100 (Hot), surge Normal at 1.0x, 2026-06-30",
}
PLAYS = [
    {"section": section, "kind": "advice", "text": f"Do {word} things.", "evidence": "score"}
    for section, most in LENGTHS.items()
    for word in ("good", "kind", "plain", "small")[: most + 1]
    if section not in ("why_hot", "primary_interest")
]


def asked(max_words: int = 180) -> Asked:
    facts = {
        "account": "Acme",
        "behaviour": ["lead_request:1", "page_view:pricing", "people"],
        "lanes": ["lane:compliance"],
        "plays": PLAYS,
    }
    return Asked("a", facts, ROWS, "", Prompt("p", "p:1", "", "{{JSON_HERE}}", max_words))


def test_the_offline_brief_keeps_its_rules_and_its_length() -> None:
    for most in (180, 90, 60):
        written = TASK.write_offline(asked(most))
        assert isinstance(written, AccountBrief)
        kept = TASK.check(written, asked(most))
        assert kept.removed == 0
        assert written.words() < most
        assert all(statements for statements in written.sections().values())
    whole = TASK.write_offline(asked())
    assert isinstance(whole, AccountBrief)
    assert {name: len(part) for name, part in whole.sections().items()} == LENGTHS


# a row of each kind that plays are made of: its label, and its text
KINDS = {
    "open_deal": ("Proposal", "Open opportunity Renewal: stage Proposal, amount 35700"),
    "won_deal": ("Closed Won", "Opportunity Renewal was won on 2026-06-05"),
    "lost_deal": ("Price", "Opportunity Renewal was lost on 2026-06-05, reason Price"),
    "lead_request": ("quote", "Lead request (quote) on 2026-06-24, lead score 33"),
    "sixsense": ("Decision", "6sense on 2026-06-22: buying stage Decision, intent score 75"),
    "form_submitted": ("other", "1× form submitted on other in the last 7 days"),
    "page_view": ("{subject}", "7 {subject} views in the last 7 days, the last on 2026-06-30"),
    "score": ("Hot", "Intent score 100 (Hot), surge Normal at 1.0x, 2026-06-30"),
    "score_change": ("42", "Intent score 42 → 30 in the week to 2026-06-27"),
    "surge": ("Surging", "The surge is not significant against the past of the account itself"),
    "queue": ("CFO", "In the queue of 2026-06-30: CFO, sequence spike"),
    "blocked": ("cool_down", "Not written to on 2026-06-27: Last written to on 2026-06-22"),
    "signal": ("Usage spike", "Usage spike on 2026-06-25, strength 90, 12 uses after 4"),
    "contact": ("General Counsel", "Contact who may be written to: General Counsel"),
    "lane": ("Compliance", "Compliance, the top lane: 90 points in the last 7 days"),
    "people": ("8", "8 people and visitors were active in the last 7 days"),
    "call": ("2026-06-10", "Call on 2026-06-10 with 2 guests, 10 minutes"),
    "path": ("/soc2", "2 views of /soc2 in the last 7 days"),
    "firm": ("Real estate", "Industry Real estate, 40 employees"),
    "product_users": ("2", "2 product users"),
    "last_seen": ("2026-06-26", "Last seen on 2026-06-26"),
    "no_deal": ("none", "No open opportunity in the CRM"),
}


def test_every_shipped_play_holds_against_the_row_that_calls_for_it() -> None:
    with (PROJECT_DIR / "seeds/registry/brief_plays.csv").open(encoding="utf-8") as file:
        plays = list(csv.DictReader(file))
    refused = {}
    for play in plays:
        label, row = (
            text.replace("{subject}", play["row_subject"]) for text in KINDS[play["row_kind"]]
        )
        text = play["text"].replace("{label}", label).replace("{row}", row)
        said = Statement(kind=play["statement_kind"], text=text, evidence=["row"])
        refused[play["play_id"]] = why_not(said, Asked("a", {"account": "Acme"}, {"row": row}, ""))
    assert {play: why for play, why in refused.items() if why} == {}


def fact(text: str, *rows: str) -> Statement:
    return Statement(kind="fact", text=text, evidence=list(rows))


def kept_of(section: str, *statements: Statement) -> tuple[list[str], int, float]:
    """Of a brief with these statements in a section: which are left, how many went, what share."""
    brief = TASK.write_offline(asked())
    given = TASK.check(brief.model_copy(update={section: list(statements)}), asked())
    left = [one.text for one in getattr(given.output, section)]
    return left, given.removed, given.kept_share


def test_why_an_account_is_hot_is_told_of_behaviour_alone() -> None:
    seen = fact("7 pricing views in the last 7 days.", "page_view:pricing")
    reckoned = fact("Intent score 100.", "score")
    mixed = fact("Lead request on 2026-06-24.", "lead_request:1", "score")
    guess = Statement(kind="hypothesis", text="They may be in a hurry.", evidence=[])
    assert kept_of("why_hot", seen, reckoned, mixed, guess)[:2] == ([seen.text], 3)


def test_an_invented_fact_is_taken_out_of_a_brief() -> None:
    true = fact("8 people and visitors were active in the last 7 days.", "people")
    lie = fact("9 people and visitors were active in the last 7 days.", "people")
    assert kept_of("why_hot", lie, true)[:2] == ([true.text], 1)


def test_a_section_holds_no_more_than_it_may() -> None:
    said = [Statement(kind="advice", text=f"Do {word} things.", evidence=[]) for word in "abcd"]
    assert kept_of("next_sales", *said)[:2] == ([one.text for one in said[:3]], 1)


def test_what_is_untrue_takes_no_place_from_what_is_true() -> None:
    lies = [fact(f"{count} people and visitors were active.", "people") for count in (7, 9, 10)]
    true = fact("8 people and visitors were active in the last 7 days.", "people")
    assert kept_of("why_hot", *lies, true)[:2] == ([true.text], 3)


def test_a_brief_without_a_section_or_too_long_is_not_kept_at_all() -> None:
    lie = fact("9 people and visitors were active in the last 7 days.", "people")
    assert kept_of("why_hot", lie)[2] == 0
    long = Statement(kind="advice", text="Ask and listen. " * 60, evidence=[])
    assert kept_of("next_sales", long)[2] == 0
