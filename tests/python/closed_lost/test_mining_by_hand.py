"""Every lost deal is counted once, under what its buyers said; every quote was said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from python_jobs.registry.edits import Edit, set_row
from python_jobs.registry.journal import append, read_registries
from python_jobs.runs import utc_now
from python_jobs.warehouse import open_warehouse
from tests.python.closed_lost.lost_deals import DAY, Call, Deal, Mining
from tests.typed import gtm

ROOT = Path(__file__).parents[3]
YESTERDAY = DAY - timedelta(days=1)
DEALS = (
    # pricing weighs 2; a competitor they went with 3
    Deal(
        "A",
        150_000,
        YESTERDAY,
        calls=[
            Call(
                "a1",
                [
                    "> Is the price too high for you?",
                    "Your price is above what we planned.",
                    "We went with DocuSign, it includes the notary.",
                ],
            )
        ],
    ),
    # pricing is said often, but in one call; the regulator in two
    Deal(
        "B",
        200_000,
        DAY - timedelta(days=40),
        "Insurance",
        300,
        [
            Call("b1", ["It is expensive.", "Far too expensive.", "Really expensive."]),
            Call("b2", ["Our regulator has not said yes."], date(2026, 3, 2)),
            Call("b3", ["The regulator still says no."], date(2026, 3, 3)),
        ],
        has_name=False,
    ),
    # nobody of theirs holds anything against it: we say so, or they ask
    Deal("C", calls=[Call("c1", ["> You find it expensive.", "Is it expensive?", "I see."])]),
    Deal("D", calls=[Call("d1", ["It is too expensive."], is_private=True)]),
    Deal("E", calls=[Call("e1")]),
    Deal("first of the window", closed=date(2025, 7, 1)),
    Deal("a day before it", closed=date(2025, 6, 30)),
    Deal("not lost yet", closed=DAY + timedelta(days=1)),
    Deal("of no stage", stage=None),
    Deal("deleted", is_deleted=True, stage="Deleted", calls=[Call("x1", ["Too expensive."])]),
    Deal("won", is_won=True, stage="Closed Won", calls=[Call("w1", ["Too expensive."])]),
    # alerts: at the amount, and from the CRM's word alone
    Deal("at the amount", 100_000, DAY, reason="Competitor"),
    Deal("below the amount", 99_999, DAY, reason="Competitor"),
    Deal("six days ago", 100_000, DAY - timedelta(days=6), reason="Lost to Adobe Sign"),
    Deal("seven days ago", 100_000, DAY - timedelta(days=7), reason="Competitor"),
    Deal("on price", 900_000, DAY, reason="Price"),
)
LOST = 12


@pytest.fixture(scope="module", params=["duckdb", "snowflake"])
def mined(request: pytest.FixtureRequest) -> Iterator[Mining]:
    name = "mining" if request.param == "duckdb" else "mining_on_snowflake"
    mining: Mining = request.getfixturevalue(name)
    mining.of(*DEALS).build().read()
    return mining


def test_mined_deals_are_those_that_were_lost_and_heard(mined: Mining) -> None:
    """One build on each engine, looked at from every side: it takes longer than the looking."""
    assert mined.rows(
        "select opportunity_id, objection_category, primary_quote from ai.closed_lost_deals "
        "order by opportunity_id"
    ) == [
        ("A", "competitor_preference", "We went with DocuSign, it includes the notary."),
        ("B", "regulatory", "The regulator still says no."),
        ("C", None, None),
    ]
    counted = mined.rows(
        "select category, primary_deal_count, raised_deal_count, lost_amount "
        "from marts.closed_lost_objections where primary_deal_count + raised_deal_count > 0 "
        "order by category"
    )
    assert counted == [
        ("competitor_preference", 1, 1, 150_000),
        ("no_calls", 9, 0, 10_000 * 4 + 100_000 * 3 + 99_999 + 900_000),
        ("none_heard", 1, 0, 10_000),
        ("pricing", 0, 2, 0),
        ("regulatory", 1, 1, 200_000),
    ]
    assert sum(row[1] for row in counted) == LOST
    assert mined.rows(
        "select opportunity_id from marts.lost_deal_alerts order by opportunity_id"
    ) == [("A",), ("at the amount",), ("six days ago",)]
    assert mined.rows(
        "select competitor, deal_count, crm_deal_count, call_deal_count, seen_better_deal_count "
        "from marts.closed_lost_competitors order by competitor"
    ) == [("adobe_sign", 1, 1, 0, 0), ("docusign", 1, 0, 1, 1), ("unnamed", 3, 3, 0, 0)]
    quotes = mined.rows(
        "select quote, text, quote_start, quote_end from intermediate.int_closed_lost_points "
        "as points inner join marts.call_segments as segments "
        "on points.segment_id = segments.segment_id"
    )
    assert quotes
    for quote, text, start, end in quotes:
        assert text[start:end] == quote


def test_every_column_of_what_was_mined_is_described(mined: Mining) -> None:
    texts = (ROOT / "models" / "ai" / "_ai.yml").read_text(encoding="utf-8")
    described = {
        (model["name"], column["name"])
        for model in yaml.safe_load(texts)["models"]
        for column in model["columns"]
    }
    columns = mined.rows(
        "select lower(table_name), lower(column_name) from information_schema.columns "
        "where lower(table_schema) = 'ai' and lower(table_name) like 'closed_lost%'"
    )
    assert columns
    assert set(columns) - described == set()


def test_lists_of_a_deal_are_in_the_order_in_which_it_was_said(mined: Mining) -> None:
    told = mined.rows("select objections, messaging from ai.closed_lost_deals")
    places = [
        [(call, int(number)) for call, number in (row["segment_id"].split(":") for row in listed)]
        for listed in (json.loads(points) for row in told for points in row if points)
    ]
    assert max(map(len, places)) > 1
    assert places == [sorted(each) for each in places]


def test_brief_cites_counted_rows_and_loses_no_statement(mined: Mining) -> None:
    [(overview, objections, competitors, removed)] = mined.rows(
        "select overview, objections, competitors, claims_removed from ai.closed_lost_briefs"
    )
    assert removed == 0
    [month] = json.loads(overview)
    assert month["text"] == (
        f"{LOST} deals were lost in the 12 months up to 2026-06-30, worth $1,699,999 in all; "
        "3 of them have calls with a transcript."
    )
    told = {entry["category"]: entry for entry in json.loads(objections)}
    assert list(told) == ["regulatory", "competitor_preference"]
    assert told["regulatory"]["statement"]["text"] == (
        "Regulation was the primary objection of 1 lost deal, worth $200,000; "
        "it was raised in 1 lost deal."
    )
    assert told["regulatory"]["quotes"][0]["text"] == "The regulator still says no."
    assert len(json.loads(competitors)) == 3


def test_every_row_that_the_brief_may_cite_has_a_text(mined: Mining) -> None:
    [(evidence,)] = mined.rows("select evidence from enrich.closed_lost_brief_inputs")
    texts = {row["id"]: row["text"] for row in json.loads(evidence)}
    assert all(texts.values())
    assert texts["deal:B"].startswith("Deal B, lost on 2026-05-21, worth $200,000"), "has no name"


def test_what_is_told_is_json_too(mined: Mining, tmp_path: Path) -> None:
    given = mined.settings.model_dump(by_alias=True, exclude_unset=True)
    env = {name: str(value) for name, value in given.items()}
    told = gtm("closed-lost", "report", "--json", "--out", str(tmp_path), env=env)
    assert told.code == 0, told.err
    [file] = tmp_path.glob("closed_lost_*.json")
    document = json.loads(told.out)
    assert document == json.loads(file.read_text(encoding="utf-8"))
    assert document["month"] in file.name
    assert document["brief"]["objections"]
    assert len(document["closed_lost_deals"]) > 0


def test_nothing_is_asked_twice(mined: Mining) -> None:
    deals, brief = mined.read()
    assert (deals.wanted, deals.unchanged, brief.wanted, brief.unchanged) == (0, 3, 0, 1)


def test_words_of_a_call_that_turned_private_are_shown_no_more(mined: Mining) -> None:
    """Neither in its part nor in the brief that quotes it, until both are written without them."""
    shown = (
        "select opportunity_id, cast(objections as varchar) from ai.closed_lost_parts "
        "where opportunity_id = 'B' "
        "union all select brief_month, cast(objections as varchar) from ai.closed_lost_briefs "
        "order by 1"
    )
    words = "The regulator still says no."
    assert [words in told for _, told in mined.rows(shown)] == [True, True]
    with open_warehouse(mined.settings) as warehouse:
        warehouse.execute("update marts.fct_calls set is_private = true where call_id = 'b3'")
        warehouse.execute("delete from marts.call_segments where call_id = 'b3'")
    assert mined.rows(shown) == []
    mined.build().read()
    assert [(one, words in told) for one, told in mined.rows(shown)] == [
        ("2026-06", False),
        ("B", False),
    ]


def test_long_deals_are_read_whole_and_what_is_listened_for_is_a_row(mining: Mining) -> None:
    """In parts so small that each holds a sentence or two, a deal is told as in one. An edited
    pattern has the deals read again, and counts."""
    points = (
        "select opportunity_id, kind, category, competitor, segment_id "
        "from intermediate.int_closed_lost_points where kind in ('objection', 'competitor') "
    )
    primary = "select opportunity_id, objection_category, primary_quote from ai.closed_lost_deals"
    mining.of(*DEALS).build().read()
    whole, told = set(mining.rows(points)), set(mining.rows(primary))
    _set(mining, "closed_lost_settings", "part_characters", value="40")
    mining.build().read()
    said = mining.rows("select evidence from enrich.closed_lost_deal_inputs")
    sentences = [item["id"] for (evidence,) in said for item in json.loads(evidence)]
    heard = ("a1", "b1", "b2", "b3", "c1")
    assert sorted(sentences) == sorted(
        f"segment:{segment}"
        for (segment,) in mining.rows(
            f"select segment_id from marts.call_segments where call_id in {heard}"
        )
    )
    assert set(mining.rows(points)) >= whole
    assert set(mining.rows(primary)) == told
    assert mining.rows(
        "select sum(part_count - answered_part_count), max(part_count) >= 3 "
        "from ai.closed_lost_deals"
    ) == [(0, True)]
    _set(mining, "objection_categories", "regulatory", enabled="false")
    # nobody is told of a competitor who is listened for no more, before the next reading either
    assert _lost_to(mining, "docusign")
    _set(mining, "competitors", "docusign", enabled="false")
    mining.build()
    assert not _lost_to(mining, "docusign")
    assert mining.rows(
        "select sum(primary_deal_count), "
        "sum(case when category = 'not_read_yet' then primary_deal_count end) "
        "from marts.closed_lost_objections"
    ) == [(LOST, 1)]
    deals, _ = mining.read()
    assert deals.wanted == len(said)
    assert mining.rows(
        "select objection_category from ai.closed_lost_deals where opportunity_id = 'B'"
    ) == [("pricing",)]


def _lost_to(mining: Mining, competitor: str) -> list[tuple[object, ...]]:
    return mining.rows(
        f"select deal_count from marts.closed_lost_competitors where competitor = '{competitor}'"
    )


def _set(mining: Mining, registry: str, key: str, **fields: str) -> None:
    with open_warehouse(mining.settings) as warehouse:
        edit = Edit(read_registries(warehouse), "a test", utc_now())
        set_row(edit, registry, key, fields)
        append(warehouse, edit.checked())
