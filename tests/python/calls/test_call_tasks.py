"""How sentences weigh in a call's sentiment, and what a vector keeps of a text."""

from __future__ import annotations

import csv
import math
from typing import Any

import numpy as np
import pytest

from python_jobs.enrich.check import checked
from python_jobs.enrich.task import Asked
from python_jobs.enrich.tasks.call_embedding import cut
from python_jobs.enrich.tasks.call_embedding.offline import DIMENSIONS, embedded
from python_jobs.enrich.tasks.call_sentiment import labelled
from python_jobs.enrich.tasks.call_sentiment.offline import feelings, write
from python_jobs.sandbox.world.lines import FEELINGS
from python_jobs.settings import PROJECT_DIR


def asked(*said: tuple[str, str], phrases: list[dict[str, Any]] | None = None) -> Asked:
    """A call of sentences ``s0``, ``s1``, … by us or them."""
    return Asked(
        "c1",
        {"phrases": phrases},
        {f"s{place}": text for place, (_, text) in enumerate(said)},
        "hash",
        said_by={f"s{place}": by for place, (by, _) in enumerate(said)},
    )


def phrase(row: str, text: str, weight: float) -> dict[str, Any]:
    return {"id": row, "phrase": text, "weight": weight}


@pytest.mark.parametrize(
    ("text", "found", "low", "high"),
    [
        ("This is wonderful.", [], 0.5, 1),
        ("This is horrible.", [], -1, -0.5),
        # politeness is taken out, and what is left says nothing
        ("Thank you, happy to be here.", [("thank you", 0), ("happy to", 0)], 0, 0),
        ("We are not really happy with it.", [("happy with", 0.6)], -1, -0.5),
        ("This would save us hours.", [("save us", 0.5)], 0.45, 1),
        ("Is that not a disaster?", [], -0.5, 0.5),
        ("This is Rob from Horrible Care.", [], 0, 0),
    ],
)
def test_a_sentence_weighs(
    text: str, found: list[tuple[str, float]], low: float, high: float
) -> None:
    one = asked(("them", text), phrases=[phrase("s0", *each) for each in found])
    assert low <= feelings(one).get("s0", 0.0) <= high


def test_only_the_buyer_counts_and_quotes_are_whole_rows_strongest_first() -> None:
    one = asked(
        ("us", "This is wonderful, fantastic, great."),
        ("them", "That is bad."),
        ("them", "It is horrible, terrible and a disaster."),
        ("them", "I love the colour."),
        ("them", "We meet on Tuesday."),
    )
    answer = write(one)
    assert answer.label == "negative"
    assert [quote.evidence for quote in answer.most_negative] == ["s2", "s1"]
    assert [quote.evidence for quote in answer.most_positive] == ["s3"]
    held = checked(answer, one)
    assert (held.made, held.removed) == (3, 0)


def test_in_another_language_the_phrases_alone_count() -> None:
    said = ("them", "Die Lösung war gut."), ("them", "Das war die Art von Hilfe, super.")
    german = asked(*said, phrases=[phrase("s1", "super", 0.6)])
    german.input["language"] = "de"
    assert feelings(asked(*said))["s0"] < -0.45, "as if it were English"
    assert feelings(german) == {"s1": 0.6}


def test_a_long_call_is_as_happy_as_its_sentences_not_as_it_is_long() -> None:
    mixed = [("them", "This is wonderful."), ("them", "This is horrible.")] * 40
    short = write(asked(*mixed[:2], ("them", "I love it.")))
    long = write(asked(*mixed, ("them", "I love it.")))
    assert short.label == "positive"
    assert long.label == "neutral"
    assert abs(long.score) < short.score < 1


def test_cortex_gives_the_label_and_the_lexicon_the_sentences() -> None:
    one = asked(("them", "It is horrible."))
    value = {"categories": [{"name": "overall", "sentiment": "mixed"}]}
    answer = labelled(one, value)
    assert (answer.label, answer.score) == ("neutral", 0)
    assert [quote.evidence for quote in answer.most_negative] == ["s0"]


def test_no_phrase_of_the_registry_was_taken_from_what_is_held_out() -> None:
    with (PROJECT_DIR / "seeds/registry/sentiment_phrases.csv").open(encoding="utf-8") as file:
        phrases = {row["phrase"] for row in csv.DictReader(file) if float(row["weight"])}
    held_out = " ".join(
        text.lower() for ways in FEELINGS.values() for lines in ways[1] for _, text in lines
    )
    assert [one for one in phrases if one in held_out] == []


def test_a_vector_has_length_one_and_points_where_its_words_do() -> None:
    one, like, other = (
        np.array(embedded(text))
        for text in (
            "The price of notarization is above our budget.",
            "Budgets and prices for notarizations.",
            "Several signers upload documents from different places.",
        )
    )
    assert all(math.isclose(np.linalg.norm(each), 1, abs_tol=1e-3) for each in (one, like, other))
    assert one @ like > 0.8
    assert abs(one @ other) < 0.4
    assert embedded("the and of") == [1.0] + [0.0] * (DIMENSIONS - 1)
    assert embedded("the price") == embedded("the price"), "always the same"


def test_texts_in_any_script_are_near_by_their_words_alone() -> None:
    price, dear, start = (
        np.array(embedded(text))
        for text in ("Цена слишком высокая", "Цена очень высокая", "Когда внедрение начнётся")
    )
    assert price @ dear > 0.5 > 0.3 > abs(price @ start)
    for one, other in (("価格はいくらですか", "来月に始めます"), ("möglich", "unglücklich")):
        assert abs(np.array(embedded(one)) @ np.array(embedded(other))) < 0.3


def test_a_longer_vector_is_cut_and_of_length_one_again() -> None:
    vector = cut(asked(), [3.0, 4.0] + [0.0] * 1022).vector
    assert len(vector) == DIMENSIONS
    assert vector[:2] == [0.6, 0.8]
