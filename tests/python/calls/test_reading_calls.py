"""Searches by words and by meaning, one call's analysis and a seller's plan, on both engines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from python_jobs.calls.analysis import analysis_of
from python_jobs.calls.coaching import calls_to_review, plan_for
from python_jobs.calls.commands import coach, plan_text, review_text, search, similar
from python_jobs.calls.search import by_words, like_call, like_text
from python_jobs.enrich.tasks.call_embedding.offline import embedded
from python_jobs.errors import ConfigurationError
from python_jobs.settings import Settings
from python_jobs.warehouse import DuckDBWarehouse, Warehouse, open_warehouse

SAID = {
    "price": (
        "Rolling out to the branches is planned.",
        "The price is well above our budget.",
        "Finance compares the price with the courier.",
    ),
    "cost": ("Our budget is what finance looks at.", "The courier has a lower price."),
    "rules": ("The regulator wants a letter on remote notarization.", "Our state allows it."),
}
LONGEST = "Let me tell you about all of our packages, one after the other, at length."


def _fill(warehouse: Warehouse) -> None:
    duckdb = warehouse.target == "duckdb"
    vector = "float[256]" if duckdb else "vector(float, 256)"
    parsed = "json(?)" if duckdb else "parse_json(?)"
    kind = "json" if duckdb else "variant"
    array = (
        f"cast({parsed} as {vector})" if duckdb else f"cast(cast({parsed} as array) as {vector})"
    )
    for schema in ("marts", "ai"):
        warehouse.execute(f"create schema if not exists {schema}")
    for table, columns in {
        "marts.call_segments": "segment_id varchar, call_id varchar, segment_number integer, "
        "turn_number integer, text varchar, word_count integer, is_internal boolean, "
        "starts_ms integer",
        "marts.calls_enriched": "call_id varchar, title varchar, rep_name varchar, "
        "account_name varchar, opportunity_name varchar, stage_name varchar, sentiment varchar, "
        f"sentiment_score double, summary {kind}, concerns {kind}, next_steps {kind}, "
        f"most_negative {kind}, most_positive {kind}, started_at timestamp",
        "marts.fct_calls": "call_id varchar, is_private boolean",
        "marts.call_analysis": "call_id varchar, priority varchar, risk double, "
        "revenue_at_stake double, conduct_score double",
        "marts.calls_for_coaching": "call_id varchar, rep_id varchar, rep_name varchar, "
        "title varchar, measure varchar, reason varchar, advice varchar, measure_value double, "
        f"threshold double, periods_ago integer, started_at timestamp, said {kind}",
        "marts.rep_performance": "rep_id varchar, rep_name varchar, periods_ago integer, "
        "score double, trend double, call_count integer, period_ends_on date",
        "marts.rep_performance_parts": "rep_id varchar, periods_ago integer, measure varchar, "
        "label varchar, advice varchar, measure_value double, good_value double, score double, "
        "weight_share double, points double, needs_coaching boolean",
        "ai.call_embeddings": f"call_id varchar, embedding {vector}, engine varchar, model varchar",
    }.items():
        warehouse.execute(f"create table {table} ({columns})")
    for call, sentences in SAID.items():
        for place, text in enumerate((*sentences, LONGEST)):
            warehouse.execute(
                "insert into marts.call_segments values (?, ?, ?, ?, ?, ?, ?, ?)",
                [f"{call}:{place}", call, place, place + 1, text, len(text.split()),
                 text == LONGEST, 1_000 * place],
            )  # fmt: skip
        quote = json.dumps(
            [{"text": sentences[0], "evidence": f"segment:{call}:0", "start": 0, "end": 9}]
        )
        warehouse.execute(
            "insert into marts.calls_enriched select ?, ?, 'Ada Brook', 'Acme', null, null, "
            f"'neutral', 0.0, {parsed}, {parsed}, {parsed}, {parsed}, {parsed}, "
            "cast('2026-06-01' as timestamp)",
            [call, f"Acme - {call}", "[]", "[]", "[]", quote, "[]"],
        )
        warehouse.execute(
            "insert into marts.call_analysis values (?, 'Low', 10.0, 0.0, 50.0)", [call]
        )
        warehouse.execute(
            f"insert into ai.call_embeddings select ?, {array}, 'offline', 'rules'",
            [call, json.dumps(embedded(" ".join(sentences)))],
        )
        warehouse.execute("insert into marts.fct_calls values (?, false)", [call])
    # a vector of another model is like no other, whatever its numbers
    warehouse.execute(
        f"insert into ai.call_embeddings select 'other', {array}, 'cortex', 'arctic'",
        [json.dumps(embedded(" ".join(SAID["price"])))],
    )
    for measure, value, quoted in (
        ("longest_monologue_seconds", 200.0, "[]"),
        ("sentiment_score", -0.4, json.dumps([{"evidence": "segment:price:1"}])),
    ):
        warehouse.execute(
            "insert into marts.calls_for_coaching select 'price', 'r1', 'Ada Brook', 'Acme', ?, "
            f"'reason', 'advice', ?, 0.0, 0, cast('2026-06-01' as timestamp), {parsed}",
            [measure, value, quoted],
        )
        warehouse.execute(
            "insert into marts.rep_performance_parts values ('r1', 0, ?, 'label', 'advice', ?, "
            "60.0, 20.0, ?, 5.0, true)",
            [measure, value, 0.25 if measure == "sentiment_score" else 0.75],
        )
    for rep, name in (("r1", "Ada Brook"), ("r2", "Adam Lee")):
        warehouse.execute(
            "insert into marts.rep_performance values (?, ?, 0, 44.0, -6.0, 5, '2026-06-30')",
            [rep, name],
        )


@pytest.fixture(scope="module")
def warehouse(engine_env) -> Iterator[Warehouse]:
    with open_warehouse(Settings(**engine_env)) as opened:
        _fill(opened)
        yield opened


def test_a_call_is_found_when_all_words_are_said_in_it(warehouse: Warehouse) -> None:
    found = by_words(warehouse, "Price finance", 5)
    assert [(one.call_id, one.score) for one in found] == [("price", 2), ("cost", 2)] or [
        one.call_id for one in found
    ] == ["cost", "price"]
    assert {one.said for one in found if one.call_id == "price"} == {SAID["price"][2]}
    assert by_words(warehouse, "price regulator", 5) == []
    assert [one.call_id for one in by_words(warehouse, "letter NOTAR", 5)] == ["rules"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("¿Cuánto cuesta?", "cuánto"),
        ("Er sagte „Viel zu teuer“.", "viel teuer"),
        ("Цена слишком высокая.", "ЦЕНА"),
        ("この価格はいくらですか？", "価格 いくら"),
    ],
)
def test_words_are_found_in_every_script(warehouse: Warehouse, said: str, words: str) -> None:
    warehouse.execute(
        "insert into marts.call_segments values ('rules:9', 'rules', 9, 9, ?, 3, false, 9000)",
        [said],
    )
    found = by_words(warehouse, words, 5)
    warehouse.execute("delete from marts.call_segments where segment_id = 'rules:9'")
    assert [(one.call_id, one.said) for one in found] == [("rules", said)]
    assert by_words(warehouse, "ran", 5) == [], "in the midst of branches and finance"
    with pytest.raises(ConfigurationError, match="no word"):
        by_words(warehouse, "?!", 5)


def test_the_nearest_call_shares_the_rare_words_and_is_never_itself(warehouse: Warehouse) -> None:
    found = like_call(warehouse, "price", 5, -1)
    assert [one.call_id for one in found] == ["cost", "rules"]
    assert found[0].score > 0.3 > found[1].score
    assert like_call(warehouse, "price", 5, found[0].score + 0.01) == []
    text = like_text(warehouse, "does our state allow remote notarization", 1, 0.2)
    assert [one.call_id for one in text] == ["rules"]
    with pytest.raises(ConfigurationError, match="has no embedding"):
        like_call(warehouse, "nobody", 5, 0)


def test_a_call_that_turned_private_is_like_none(warehouse: Warehouse) -> None:
    private = "update marts.fct_calls set is_private = {} where call_id = 'cost'"
    warehouse.execute(private.format("true"))
    found = like_call(warehouse, "price", 1, -1)
    warehouse.execute(private.format("false"))
    assert [one.call_id for one in found] == ["rules"], "and takes no place of the nearest"


def test_an_analysis_has_the_scores_the_words_and_the_calls_like_it(warehouse: Warehouse) -> None:
    found = analysis_of(warehouse, "price")
    assert found.scores["priority"] == "Low"
    assert {row["measure"] for row in found.coaching} == {
        "longest_monologue_seconds",
        "sentiment_score",
    }
    assert SAID["price"][0] in found.as_text()
    with pytest.raises(ConfigurationError, match="there is no call"):
        analysis_of(warehouse, "nobody")


def test_no_text_says_none_of_a_call_without_a_title(warehouse: Warehouse) -> None:
    nameless = "update {} set title = {} where call_id = 'price'"
    tables = ("marts.calls_enriched", "marts.calls_for_coaching")
    try:
        for table in tables:
            warehouse.execute(nameless.format(table, "null"))
        warehouse.execute("update marts.calls_enriched set rep_name = null")
        texts = (
            analysis_of(warehouse, "price").as_text(),
            analysis_of(warehouse, "cost").as_text(),
            plan_text(plan_for(warehouse, "ada b")),
            review_text(calls_to_review(warehouse)),
        )
    finally:
        warehouse.execute("update marts.calls_enriched set rep_name = 'Ada Brook'")
        warehouse.execute(nameless.format(tables[0], "'Acme - price'"))
        warehouse.execute(nameless.format(tables[1], "'Acme'"))
    assert [text for text in texts if "None" in text] == []
    assert texts[0].splitlines()[0] == "Untitled call, 2026-06-01"
    assert all("Untitled call" in text for text in (texts[0], *texts[2:]))


def test_a_plan_begins_with_what_costs_most_and_quotes_to_the_letter(warehouse: Warehouse) -> None:
    plan = plan_for(warehouse, "ada b")
    assert [focus.measure for focus in plan.focus] == [
        "longest_monologue_seconds",
        "sentiment_score",
    ]
    assert [focus.points_lost for focus in plan.focus] == [60, 20]
    said = [example.said[0].text for focus in plan.focus for example in focus.examples]
    assert said == [LONGEST, SAID["price"][1]]
    assert f'0:03 "{LONGEST}"' in plan_text(plan)
    assert len(calls_to_review(warehouse)) == 2
    for name, problem in (("ada", "may be"), ("zoe", "no seller")):
        with pytest.raises(ConfigurationError, match=problem):
            plan_for(warehouse, name)


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The calls in a file that commands read."""
    path = tmp_path / "w.duckdb"
    opened = DuckDBWarehouse(path)
    _fill(opened)
    opened.close()
    monkeypatch.setenv("GTM_DUCKDB_PATH", str(path))


@pytest.mark.usefixtures("typed")
def test_calls_to_review_are_json_where_json_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    coach(None, as_json=True, target="duckdb")
    assert {call["call_id"] for call in json.loads(capsys.readouterr().out)} == {"price"}


@pytest.mark.usefixtures("typed")
def test_a_text_finds_calls_without_a_threshold(capsys: pytest.CaptureFixture[str]) -> None:
    """Its few words are never as near to a whole call as another call is."""
    similar("remote notarization", top=1, as_json=True, target="duckdb")
    assert [call["call_id"] for call in json.loads(capsys.readouterr().out)] == ["rules"]
    similar("price", as_json=True, target="duckdb")
    assert json.loads(capsys.readouterr().out) == [], "a call's id"


@pytest.mark.usefixtures("typed")
def test_that_no_call_is_found_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """It is no error, and where a lower threshold would find some, it says so."""
    search("zebra", target="duckdb")
    assert capsys.readouterr().out.startswith("No call was found")
    similar("price", target="duckdb")
    assert "No call is like it by 0.7 or more; --threshold" in capsys.readouterr().out


@pytest.mark.usefixtures("typed")
def test_one_of_a_thing_is_not_told_as_several(capsys: pytest.CaptureFixture[str]) -> None:
    search("letter notar", target="duckdb")
    assert " 1 sentence " in capsys.readouterr().out
