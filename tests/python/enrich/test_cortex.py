"""Cortex answers by one statement a chunk; a row that fails says why, and is no missing data.

The emulator has stand-ins of the functions: they look an answer up by what stands in the prompt.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError

from python_jobs.enrich import runner
from python_jobs.enrich.engines.cortex import Cortex, CortexConfig, inlined, literal
from python_jobs.enrich.runner import run_task
from python_jobs.enrich.task import Asked, InWarehouse, Output
from python_jobs.errors import ConfigurationError
from python_jobs.settings import Settings
from python_jobs.warehouse import BriefWarehouse
from tests.emulator import emulator
from tests.python.enrich.asking import TASK, fill, sentences

USAGE = {"prompt_tokens": 1_000, "completion_tokens": 200, "total_tokens": 1_200}


@pytest.fixture(scope="module")
def warehouse() -> Iterator[BriefWarehouse]:
    with emulator() as env:
        brief = BriefWarehouse(Settings(**env))
        with brief.held() as held:
            fill(held, 6)
            held.execute("create table ops.cortex_says (title varchar, answer varchar)")
            for title, answer in ANSWERS.items():
                held.execute(
                    "insert into ops.cortex_says values (?, ?)", [title, json.dumps(answer)]
                )
            for name, arguments, body in STAND_INS:
                # made, and then asked for what it is, which the emulator cannot say
                with contextlib.suppress(ProgrammingError):
                    held.execute(f"create function {name}({arguments}) returns variant as ({body})")
            # functions without a schema are the session's here: it stays open
            yield brief


@pytest.fixture(autouse=True)
def _nothing_answered(warehouse: BriefWarehouse) -> None:
    warehouse.execute("delete from ops.llm_results")


def _said(number: int) -> dict[str, Any]:
    row = sentences(number)[0]
    statement = {"kind": "fact", "text": f'They said: "{row["text"]}"', "evidence": [row["id"]]}
    return {"summary": [statement], "concerns": [], "next_steps": []}


ANSWERS: dict[str, Any] = {
    "Call 0": {
        "value": {
            "structured_output": [{"raw_message": _said(0), "type": "json"}],
            "usage": USAGE,
        },
        "error": None,
    },
    "Call 1": {
        "value": {"choices": [{"messages": json.dumps(_said(1))}], "usage": USAGE},
        "error": None,
    },
    "Call 2": {"value": None, "error": "the response is longer than max_tokens"},
    "Call 3": {"value": None, "error": "request was throttled"},
    "Call 5": {
        "value": {"choices": [{"messages": '{"summary": 1}'}], "usage": USAGE},
        "error": None,
    },
}
"""What the stand-in gives, by the call's title. Of call 4 it gives NULL."""

_LOOK_UP = "select max(answer) from ops.cortex_says where contains(prompt, title)"
STAND_INS = [
    (
        "ai_complete",
        "model varchar, prompt varchar, parameters variant, form variant, details boolean, "
        "errors boolean",
        _LOOK_UP,
    ),
    ("ai_count_tokens", "called varchar, model varchar, said varchar", "ceil(length(said) / 4)"),
    (
        "ai_sentiment",
        "said varchar",
        'case when contains(said, \'price\') then \'{"value": {"categories": [{"name": '
        '"overall", "sentiment": "mixed"}]}, "error": null}\' end',
    ),
]


def test_each_row_is_answered_or_says_why_not(warehouse: BriefWarehouse) -> None:
    outcome = run_task(warehouse, TASK, Cortex(CortexConfig(), warehouse))
    rows = {row["subject_key"]: row for row in warehouse.rows("select * from ops.llm_results")}
    found = {key[-1]: (row["status"], row["reason"]) for key, row in rows.items()}
    assert found == {
        "0": ("done", None),
        "1": ("done", None),
        "2": ("fallback", "Cortex: the response is longer than max_tokens"),
        "3": ("failed", "Cortex: request was throttled"),
        "4": ("failed", "Cortex gave no answer and no reason"),
        "5": ("fallback", "the answer is not of the task's form"),
    }
    assert (outcome.answered, outcome.failed, outcome.claims_removed) == (4, 2, 0)
    assert rows["call-000"]["cost"] == pytest.approx((1_000 * 1 + 200 * 5) / 1_000_000)
    assert (rows["call-000"]["input_tokens"], rows["call-000"]["output_tokens"]) == (1_000, 200)
    assert json.loads(rows["call-001"]["output"]) == _said(1)


def test_what_failed_for_now_is_asked_again_and_nothing_else(warehouse: BriefWarehouse) -> None:
    engine = Cortex(CortexConfig(GTM_CORTEX_CHUNK=2), warehouse)
    assert run_task(warehouse, TASK, engine).wanted == 6
    again = run_task(warehouse, TASK, engine)
    assert (again.wanted, again.failed) == (2, 2)


def test_tokens_are_counted_in_the_warehouse_for_a_plan(warehouse: BriefWarehouse) -> None:
    wanted, cost = runner.plan(warehouse, TASK, Cortex(CortexConfig(), warehouse))
    assert wanted == 6
    assert 6 * 4_096 * 5 / 1_000_000 < cost < 6 * (4_096 * 5 + 2 * 700) / 1_000_000
    assert warehouse.rows("select * from ops.llm_results") == []


class Mood(Output):
    label: str


def test_a_task_may_have_a_function_of_snowflakes_own(warehouse: BriefWarehouse) -> None:
    def mood(asked: Asked, value: Any) -> Mood:
        return Mood(label=value["categories"][0]["sentiment"])

    task = replace(
        TASK,
        output=Mood,
        in_warehouse=InWarehouse(
            "ai_sentiment(said)", lambda asked: " ".join(asked.evidence.values()), mood
        ),
    )
    engine = Cortex(CortexConfig(), warehouse)
    assert engine.estimate(task, []) == 0.0
    assert run_task(warehouse, task, engine).answered == 6
    rows = warehouse.rows("select distinct output from ops.llm_results")
    assert [json.loads(row["output"]) for row in rows] == [{"label": "mixed"}]


def test_outside_snowflake_it_says_where_it_runs(tmp_path: Path) -> None:
    warehouse = BriefWarehouse(Settings(GTM_DUCKDB_PATH=tmp_path / "w.duckdb"))
    with pytest.raises(ConfigurationError, match="use --target snowflake"):
        Cortex(CortexConfig(), warehouse)


def test_a_statement_that_snowflake_refuses_is_a_sentence_that_names_what_to_check(
    warehouse: BriefWarehouse,
) -> None:
    task = replace(
        TASK, in_warehouse=InWarehouse("ai_none(said)", lambda asked: "text of theirs", _no_mood)
    )
    with pytest.raises(ConfigurationError, match=r"GTM_CORTEX_MODEL.*CORTEX_USER") as refused:
        run_task(warehouse, task, Cortex(CortexConfig(), warehouse))
    assert "text of theirs" not in str(refused.value)


def _no_mood(asked: Asked, value: Any) -> Mood:
    raise AssertionError("not reached")


def test_a_schema_is_written_as_cortex_takes_it() -> None:
    schema = inlined(TASK.output.model_json_schema())
    statement = schema["properties"]["summary"]["items"]
    assert schema["required"] == ["summary", "concerns", "next_steps"]
    assert statement["properties"]["kind"]["enum"] == ["fact", "hypothesis", "advice"]
    assert statement["additionalProperties"] is False
    assert "$ref" not in json.dumps(schema)


def test_a_constant_cannot_leave_its_quotes() -> None:
    assert literal({"a": "it's\n \\' done", "b": [1, True, None]}) == (
        "{'a': 'it''s '' done', 'b': [1, true, null]}"
    )
