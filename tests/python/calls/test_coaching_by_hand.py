"""Scores, reasons, trends and priorities of a few calls, worked out by hand, on both engines."""

from __future__ import annotations

import json

import pytest

from python_jobs.runs import ensure_ops_tables
from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse
from tests.small_project import SmallProject

VARIABLES = json.dumps({"as_of_date": "2026-06-30"})
BUILT = [
    "coaching_measures",
    "coaching_settings",
    "stg_registry__coaching_measures",
    "stg_registry__coaching_settings",
    *("call_summaries", "call_sentiments", "call_embeddings"),
    *("fct_calls", "dim_accounts", "int_opportunities_collected", "calls_enriched+"),
]

MARTS = ("call_analysis", "calls_for_coaching", "rep_performance", "rep_performance_parts")

# call, seller, day, talk ratio, longest turn, our questions, turns a minute, patience, deal
CALLS = [
    ("c1", "r1", "2026-06-20", 0.80, 180, 1, 1.0, 0.10, "open"),
    ("c2", "r1", "2026-06-10", 0.45, 60, 6, 4.0, 0.80, "open"),
    ("c3", "r1", "2026-06-05", 0.45, 60, 6, 4.0, 0.80, "lost"),
    ("c4", "r1", "2026-05-20", 0.45, 60, 6, 4.0, 0.80, None),
    ("c5", "r2", "2026-06-20", 0.45, None, 6, None, None, None),
    # a message left on a machine, and a call in which nobody of ours speaks
    ("c6", "r2", "2026-06-20", 1.00, 170, 0, 0.1, None, None),
    ("c7", "r2", "2026-06-20", 0.00, None, 0, 0.1, None, None),
]
SENTIMENT = {"c1": -0.5, "c2": 0.5, "c3": -1.0}
STATEMENT = {"kind": "fact", "text": "x", "evidence": []}
CONCERNS = {"c1": 4, "c2": 0, "c3": 0}


def _stubs() -> dict[str, str]:
    calls = " union all ".join(
        f"select '{call}' as call_id, 'acme.com' as account_key, "
        f"nullif('{deal or ''}', '') as opportunity_id, "
        f"'{rep}' as rep_id, cast(null as varchar) as rep_email, 'Rep {rep}' as rep_name, "
        f"'Call' as title, 600 as duration_seconds, cast({ratio} as double) as talk_ratio, "
        f"cast({longest or 'null'} as double) as longest_monologue_seconds, "
        f"{questions} as our_question_count, "
        f"cast({turns or 'null'} as double) as turns_per_minute, "
        f"cast({patience or 'null'} as double) as patience_seconds, true as is_transcribed, "
        f"false as is_private, cast('{day} 10:00:00' as timestamp) as started_at"
        for call, rep, day, ratio, longest, questions, turns, patience, deal in CALLS
    )
    deals = " union all ".join(
        f"select '{deal}' as opportunity_id, 'Deal' as opportunity_name, 'Stage' as stage_name, "
        f"60000.0 as opportunity_amount, {closed} as is_closed, false as is_won, "
        "cast('2026-06-30' as date) as close_date, true as is_current"
        for deal, closed in (("open", "false"), ("lost", "true"))
    )
    return {
        "fct_calls": calls,
        "dim_accounts": "select 'acme.com' as account_key, 'Acme' as account_name",
        "int_opportunities_collected": deals,
    }


@pytest.fixture(scope="module")
def marts(engine_env, tmp_path_factory) -> dict[str, list[dict]]:
    project = SmallProject(
        tmp_path_factory.mktemp("coaching") / "project",
        engine_env,
        "models/staging/registry",
        "models/staging/ops",
    )
    folder = project.folder
    project.take(
        "models/ai/_ai.yml",
        "models/marts/calls/_calls.yml",
        "models/intermediate/calls/int_call_measures.sql",
        *(f"models/ai/call_{name}.sql" for name in ("summaries", "sentiments", "embeddings")),
        *(f"models/marts/calls/{name}.sql" for name in MARTS),
        "models/marts/calls/calls_enriched.sql",
    )
    # the models that feed them, with rows made by hand: no contract of theirs
    schema = (folder / "models/marts/calls/_calls.yml").read_text()
    start = schema.index("  - name: calls_enriched")
    (folder / "models/marts/calls/_calls.yml").write_text(
        f"version: 2\n\nmodels:\n{schema[start:]}"
    )
    for name, sql in _stubs().items():
        (folder / "models" / f"{name}.sql").write_text(sql)
    settings = Settings(**engine_env)
    with open_warehouse(settings) as warehouse:
        ensure_ops_tables(warehouse)
        parsed = "parse_json(?)" if warehouse.target == "snowflake" else "?"
        for call, score in SENTIMENT.items():
            vector = [1.0] + [0.0] * 255
            for task, output in {
                "call_sentiment": {"label": "neutral", "score": score, "most_negative": []},
                "call_summary": {
                    "concerns": [STATEMENT] * CONCERNS[call],
                    "next_steps": [STATEMENT] if call == "c2" else [],
                },
                "call_embedding": {"vector": vector},
            }.items():
                warehouse.execute(
                    "insert into ops.llm_results (result_id, task, subject_key, engine, model, "
                    f"status, output, created_at) select ?, ?, ?, 'offline', 'rules', 'done', "
                    f"{parsed}, cast('2026-06-21' as timestamp)",
                    [f"{task}:{call}", task, call, json.dumps(output)],
                )
    project.dbt("build", "--select", *BUILT, "--vars", VARIABLES)
    with open_warehouse(settings) as warehouse:
        return {name: warehouse.rows(f"select * from marts.{name}") for name in MARTS}


def test_risk_and_priority(marts: dict[str, list[dict]]) -> None:
    found = {
        row["call_id"]: (row["priority"], row["risk"], row["revenue_at_stake"])
        for row in marts["call_analysis"]
    }
    # c1: 40 × 0.5, three of four concerns × 15, no next step 15; c3: 40 × 1 and 15
    assert found == {
        "c1": ("Critical", 80, 60_000),
        "c2": ("Low", 0, 60_000),
        "c3": ("Medium", 55, 0),
        "c4": ("Low", None, 0),
        "c5": ("Low", None, 0),
        "c6": ("Low", None, 0),
        "c7": ("Low", None, 0),
    }


def test_how_a_call_was_led(marts: dict[str, list[dict]]) -> None:
    conduct = {row["call_id"]: row["conduct_score"] for row in marts["call_analysis"]}
    assert conduct["c1"] == pytest.approx(0)
    assert conduct["c2"] == pytest.approx(100)
    # all but sentiment (0.15) and next step (0.1) are at their best
    assert conduct["c3"] == pytest.approx(75)
    # without times only what can be known counts
    assert conduct["c5"] == pytest.approx(100)
    # where one side says nothing, nothing is
    assert (conduct["c6"], conduct["c7"]) == (None, None)


def test_reasons_to_coach(marts: dict[str, list[dict]]) -> None:
    reasons: dict[str, set[str]] = {}
    for row in marts["calls_for_coaching"]:
        reasons.setdefault(row["call_id"], set()).add(row["measure"])
    assert reasons == {
        "c1": {
            "talk_ratio",
            "longest_monologue_seconds",
            "our_questions_per_10_minutes",
            "turns_per_minute",
            "patience_seconds",
            "sentiment_score",
        },
        "c3": {"sentiment_score"},
    }


def test_a_sellers_score_is_its_parts_and_moves(marts: dict[str, list[dict]]) -> None:
    rows = {(row["rep_id"], row["periods_ago"]): row for row in marts["rep_performance"]}
    assert set(rows) == {("r1", 0), ("r1", 1), ("r2", 0)}
    now = rows["r1", 0]
    parts = [
        row
        for row in marts["rep_performance_parts"]
        if (row["rep_id"], row["periods_ago"]) == ("r1", 0)
    ]
    # means over three calls: one poor, two good; sentiment -1/3; one next step in three
    scores = {row["measure"]: row["score"] for row in parts}
    assert scores["talk_ratio"] == pytest.approx(100 * 2 / 3)
    assert scores["sentiment_score"] == pytest.approx(100 * (0.5 - 1 / 3))
    assert scores["next_step_share"] == pytest.approx(100 * (1 / 3 - 0.3) / 0.7)
    assert sum(row["weight_share"] for row in parts) == pytest.approx(1)
    assert now["score"] == pytest.approx(sum(row["points"] for row in parts))
    assert (now["call_count"], now["calls_for_coaching"]) == (3, 2)
    assert rows["r2", 0]["call_count"] == 1, "calls of one side are none to learn from"
    assert rows["r1", 1]["score"] is None, "one call is too few"
    assert now["trend"] is None
    assert str(rows["r1", 1]["period_ends_on"])[:10] == "2026-05-31"
