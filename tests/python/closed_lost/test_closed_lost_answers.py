"""Of what a model says of a lost deal, only what the buyer said is kept, at its place."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import anthropic
import pytest

from bench.closed_lost import macro_f1
from python_jobs.enrich.engines.reading import read
from python_jobs.enrich.task import Asked
from python_jobs.enrich.tasks import task_named

TASK = task_named("closed_lost_deal")
SAID = {
    "segment:c:1": ("us", "Is the price too high?"),
    "segment:c:2": ("them", "Your price is above what we planned."),
    "segment:c:3": ("them", "We also talk to SignHouse, it is slower."),
    "segment:c:4": ("them", "We feel fine about the speaker."),
}
ASKED = Asked(
    "d:1",
    {
        "categories": [
            {
                "category": "pricing",
                "kind": "objection",
                "weight": 2,
                "pattern": "price (is|was)|fee",
            },
            {"category": "paper", "kind": "pain_point", "weight": 1, "pattern": "peak"},
        ],
        "competitors": [
            {"competitor": "signhouse", "label": "SignHouse", "pattern": "signhouse"},
            {"competitor": "unnamed", "label": "?", "pattern": "signhouse|another provider"},
        ],
    },
    {row: text for row, (_, text) in SAID.items()},
    "",
    said_by={row: by for row, (by, _) in SAID.items()},
)
EMPTY: dict[str, Any] = {name: [] for name in TASK.output.model_fields}


def _objection(row: str = "segment:c:2", **other: Any) -> dict[str, Any]:
    words = SAID["segment:c:2"][1]
    return {
        "category": "pricing",
        "severity": 2,
        "statement": {"kind": "fact", "text": f'They said: "{words}"', "evidence": [row]},
        "quote": {"text": "above what we planned", "evidence": row, "start": 0, "end": 3},
        **other,
    }


def _kept(**sections: Any) -> tuple[Any, int]:
    output = read(TASK, ASKED, json.dumps(EMPTY | sections))
    assert output is not None
    kept = TASK.check(output, ASKED)
    return kept.output, kept.removed


def test_what_is_said_to_be_none_is_no_objection() -> None:
    aside = {
        "category": "none",
        "kind": "aside",
        "weight": 1,
        "pattern": "(is|are) (quite )?fine|not what we worry",
    }
    listened = {**ASKED.input, "categories": [*ASKED.input["categories"], aside]}
    said = {
        "segment:c:1": "The price is fine, that is not what we worry about.",
        "segment:c:2": "The price is above what we planned.",
        "segment:c:3": "In a peak all is fine, but the paper piles up.",
    }
    asked = replace(ASKED, input=listened, evidence=said, said_by=dict.fromkeys(said, "them"))
    written = TASK.write_offline(asked)
    assert [one.quote.evidence for one in written.objections] == ["segment:c:2"]
    assert [one.quote.evidence for one in written.pain_points] == ["segment:c:3"]


def test_quotes_within_points_are_found_in_their_rows() -> None:
    output, removed = _kept(objections=[_objection()])
    [kept] = output.objections
    assert (kept.quote.start, kept.quote.end, removed) == (14, 35, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(_objection(category="weather"), id="a category that nobody listens for"),
        pytest.param(_objection(category="paper"), id="a category that is no objection"),
        pytest.param(
            _objection(
                statement={
                    "kind": "fact",
                    "text": 'We said: "Is the price too high?"',
                    "evidence": ["segment:c:1"],
                },
                quote={"text": "price", "evidence": "segment:c:1", "start": 0, "end": 0},
            ),
            id="our words as theirs",
        ),
        pytest.param(
            _objection(
                quote={"text": "far too much", "evidence": "segment:c:2", "start": 0, "end": 2}
            ),
            id="words that nobody said",
        ),
        pytest.param(
            _objection(quote={"text": "slower", "evidence": "segment:c:3", "start": 0, "end": 2}),
            id="another row than it rests on",
        ),
    ],
)
def test_objections_that_do_not_hold_are_removed(wrong: dict[str, Any]) -> None:
    output, removed = _kept(objections=[wrong, _objection()])
    assert len(output.objections) == 1
    assert removed == 1


def test_offline_writer_finds_words_from_their_beginning_and_says_how_a_rival_is_seen() -> None:
    found: Any = TASK.write_offline(ASKED)
    assert [(each.category, each.quote.evidence) for each in found.objections] == [
        ("pricing", "segment:c:2")
    ]
    assert found.pain_points == []
    assert [(each.competitor, each.view) for each in found.competitors] == [("signhouse", "worse")]
    assert TASK.check(found, ASKED).removed == 0


def test_form_of_the_answer_is_one_that_claude_takes() -> None:
    for name in ("closed_lost_deal", "closed_lost_brief"):
        assert anthropic.transform_schema(task_named(name).output)["additionalProperties"] is False


def test_macro_f1_by_hand() -> None:
    """a: 1 of 2 found, 1 of 1 right, so 2/3; b: 1 of 1 found, 1 of 2 right, so 2/3."""
    assert macro_f1([("a", "a"), ("a", "b"), ("b", "b")]) == pytest.approx(2 / 3)
