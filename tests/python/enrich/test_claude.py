"""Claude answers, or says why not; what it says untruly does not pass, and nothing is paid twice.

The SDK is the real one, over HTTP, against the sandbox's Anthropic.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import anthropic
import pytest

from python_jobs.doctor import check_model
from python_jobs.enrich import runner
from python_jobs.enrich.engines.claude import ClaudeConfig, connect
from python_jobs.enrich.engines.prices import Price, Usage
from python_jobs.enrich.engines.reading import read
from python_jobs.enrich.task import Asked, Output, Quote, Task
from python_jobs.errors import ConfigurationError, TransientError
from python_jobs.http import Limit, Patience
from python_jobs.sandbox.vendors.anthropic import KEY_WITHOUT_CREDIT
from python_jobs.warehouse import BriefWarehouse
from tests.python.enrich.asking import PATIENCE, TASK, Asking, asked_of_claude, sentences


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with asked_of_claude(tmp_path, 30) as made:
        yield made


def test_every_subject_is_answered_once_and_what_it_cost_is_written_down(asking: Asking) -> None:
    first, second = asking.run(), asking.run()
    assert (first.answered, first.fallbacks, first.claims_removed) == (30, 0, 0)
    assert (second.wanted, second.unchanged) == (0, 30)
    assert asking.vendor.ledger.messages == 30
    rows = asking.results()
    assert {row["status"] for row in rows} == {"done"}
    one = rows[0]
    paid = Usage(one["input_tokens"], one["output_tokens"]).cost(Price(input=0.1, output=0.5))
    assert one["cost"] == pytest.approx(paid)
    assert 0 < paid < 0.001
    assert first.cost == pytest.approx(sum(row["cost"] for row in rows))


def test_an_answer_is_written_before_the_next_ones_are_waited_for(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill that nothing can catch loses what is in flight, and what came in the last second."""
    written: list[int] = []
    write = runner.write_results

    def counted(warehouse: BriefWarehouse, rows: list[dict[str, Any]]) -> None:
        written.append(len(rows))
        write(warehouse, rows)

    monkeypatch.setattr(runner, "SECONDS_AT_RISK", 0.0)
    monkeypatch.setattr(runner, "write_results", counted)
    assert asking.run(limit=5).answered == 5
    assert [rows for rows in written if rows] == [1] * 5


def test_who_stops_a_run_is_asked_for_no_more_money(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C, or a warehouse that cannot be written to: what is queued is not asked."""
    monkeypatch.setattr(runner, "SECONDS_AT_RISK", 0.0)

    def interrupted(warehouse: BriefWarehouse, rows: list[dict[str, Any]]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "write_results", interrupted)
    with pytest.raises(KeyboardInterrupt):
        asking.run(asking.engine(workers=2))
    asked = asking.vendor.ledger.messages
    assert 0 < asked < 15
    time.sleep(0.2)
    assert asking.vendor.ledger.messages == asked


def test_a_plan_counts_tokens_and_asks_nothing(asking: Asking) -> None:
    wanted, cost = runner.plan(asking.warehouse, TASK, asking.engine())
    assert wanted == 30
    assert asking.vendor.ledger.messages == 0
    spent = asking.run().cost
    assert spent < cost < 30 * (0.5 * 4_096 + 0.2 * 2_000) / 1_000_000, (
        "at most: the whole of max_tokens each, and the prompt written to the cache"
    )


def test_a_budget_is_never_passed_and_what_is_left_goes_on_being_used(asking: Asking) -> None:
    engine = asking.engine(max_tokens=800)
    most = engine.estimate(TASK, _asked(asking, 1))
    outcome = asking.run(engine, budget=most * 10)
    assert 10 < outcome.answered < 30, "an answer costs less than it may"
    assert outcome.cost <= most * 10
    assert outcome.stopped == runner.SPENT
    assert asking.run(engine, budget=0.0).answered == 0


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("refusal", "the model declined to answer"),
        (
            "truncation",
            "the answer was cut off at GTM_CLAUDE_MAX_TOKENS: a higher one counts for what is "
            "asked from then on",
        ),
        ("not-the-schema", "the answer is not of the task's form"),
    ],
)
def test_what_is_no_answer_is_paid_told_and_written_offline(
    asking: Asking, fault: str, reason: str
) -> None:
    asking.vendor.faults.set([fault], 1)
    outcome = asking.run()
    assert 0 < outcome.fallbacks < 30
    assert outcome.answered == 30
    fallen = [row for row in asking.results() if row["status"] == "fallback"]
    assert {row["reason"] for row in fallen} == {reason}
    assert all(row["cost"] > 0 and row["output"] for row in fallen)


def test_rows_beyond_the_context_are_written_offline(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("python_jobs.sandbox.vendors.anthropic.CONTEXT_TOKENS", 10)
    assert asking.run(limit=1).fallbacks == 1
    assert asking.results()[0]["reason"] == "the rows do not fit into the model's context"


def test_an_answer_that_is_cut_off_by_max_tokens_is_not_used(asking: Asking) -> None:
    assert asking.run(asking.engine(max_tokens=20), limit=2).fallbacks == 2


@pytest.mark.parametrize("fault", ["429-storm", "500", "reset", "slow-drip"])
def test_bad_moments_pass(asking: Asking, fault: str) -> None:
    """500 is Anthropic's 529 here."""
    asking.vendor.faults.set([fault], 2)
    outcome = asking.run()
    assert (outcome.answered, outcome.fallbacks, outcome.failed) == (30, 0, 0)
    assert asking.vendor.faults.happened["anthropic", fault] > 0


def test_what_fails_for_now_is_left_for_the_next_run(asking: Asking) -> None:
    engine = asking.engine(replace(PATIENCE, attempts=1))
    asking.vendor.faults.set(["500"], 3)
    outcome = asking.run(engine)
    assert 0 < outcome.failed < 30
    assert outcome.failed + outcome.answered == 30
    assert {row["output"] for row in asking.results() if row["status"] == "failed"} == {None}
    asking.vendor.faults.set([], 0)
    assert asking.run(engine).answered == outcome.failed


def test_a_service_that_is_down_ends_the_run(asking: Asking) -> None:
    engine = asking.engine(Patience(attempts=1, read_timeout=0.2, connect_timeout=0.2))
    engine.estimate(TASK, _asked(asking, 1))
    asking.vendor.limits_at = lambda path: (Limit(0, 60),)  # type: ignore[method-assign]
    asking.vendor.throttled = lambda wait: asking.vendor.failed()  # type: ignore[method-assign]
    with pytest.raises(TransientError, match=r"did not answer|again and again"):
        asking.run(engine)


def test_credit_that_is_used_up_stops_the_run_and_keeps_what_it_has(asking: Asking) -> None:
    assert asking.run(limit=3).answered == 3
    outcome = asking.run(asking.engine(api_key=KEY_WITHOUT_CREDIT))
    assert outcome.stopped == "Anthropic's credit is used up: what was answered is kept"
    assert len(asking.results()) == 3


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"api_key": None}, "needs ANTHROPIC_API_KEY"),
        ({"api_key": "wrong"}, "correct ANTHROPIC_API_KEY"),
        ({"model": "claude-sonnet-4-20250514"}, "no price is known.*GTM_CLAUDE_PRICES"),
        (
            {"model": "claude-none", "prices": {"claude-none": Price(input=1, output=5)}},
            "correct GTM_CLAUDE_MODEL",
        ),
        (
            {
                "model": "claude-sonnet-4-20250514",
                "prices": {"claude-sonnet-4-20250514": Price(input=3, output=15)},
            },
            "has been retired: set GTM_CLAUDE_MODEL",
        ),
    ],
)
def test_what_is_set_wrongly_is_said_before_anything_is_asked(
    asking: Asking, settings: dict[str, object], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match=sentence):
        asking.engine(**settings)


@pytest.mark.parametrize(
    ("env", "code", "line"),
    [
        (
            {},
            0,
            "ok              claude: the key is good, and claude-haiku-5-5 answers by a schema",
        ),
        ({"GTM_CLAUDE_MODEL": "claude-none"}, 2, "not ok          claude: .*GTM_CLAUDE_PRICES"),
        ({"GTM_CLAUDE_EFFORT": "none"}, 2, "not ok          claude: .*GTM_CLAUDE_EFFORT"),
    ],
)
def test_the_doctor_says_whether_the_key_and_the_model_are_good(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, env: dict[str, str], code: int, line: str
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    finding = check_model(asking.settings.model_copy(update={"sandbox_url": asking.url}))
    assert finding.exit_code == code
    assert re.match(line, finding.line())
    assert asking.vendor.ledger.messages == 0


def test_the_key_follows_no_answer_to_another_address() -> None:
    seen: list[str] = []

    class Moved(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(307)
            port = self.server.server_address[1]
            self.send_header("location", f"http://localhost:{port}/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Moved) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        config = ClaudeConfig(ANTHROPIC_API_KEY="hush", ANTHROPIC_BASE_URL=url)
        with pytest.raises(anthropic.APIStatusError):
            connect(config, PATIENCE).models.retrieve("claude-haiku-5-5")
        server.shutdown()
    assert seen == ["/v1/models/claude-haiku-5-5"]


def test_of_what_a_model_makes_up_nothing_is_let_through(asking: Asking) -> None:
    """Numbers off by one, names swapped, rows of other calls, paraphrases in quotation marks, and
    instructions obeyed: of all statements only those that an honest answer has are left."""
    asking.vendor.faults.set(["lies"], 3)
    outcome = asking.run()
    lies = [json.loads(lie) for lie in asking.vendor.ledger.lies]
    assert len(lies) > 60
    assert len({lie["lie"] for lie in lies}) == 6
    assert outcome.claims_removed == len(lies)
    told = {(lie["text"], *lie["evidence"]) for lie in lies}
    for row in asking.results():
        said = {one["id"]: one for one in sentences(int(row["subject_key"][-3:]))}
        for part in json.loads(row["output"]).values():
            for statement in part:
                assert (statement["text"], *statement["evidence"]) not in told
                [cited] = statement["evidence"]
                assert said[cited]["text"] in statement["text"]


def test_prompts_and_answers_are_not_logged(
    asking: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asking.run(limit=2)
    asking.run(asking.engine(batch_from=1), limit=2)
    written = caplog.text
    assert "CompanyA" not in written
    assert "sandbox-anthropic-key" not in written
    assert "summarise" not in written


def test_a_quote_is_put_at_its_place_and_one_that_was_not_said_stays_wrong() -> None:
    task = Task("quoted", _Quoted, lambda asked: _Quoted(quotes=[]), lambda output, asked: None)  # type: ignore[arg-type, return-value]
    asked = Asked("s", {}, {"a": "We need it by Friday."}, "h")
    quotes = [
        {"text": "by Friday", "evidence": "a", "start": 0, "end": 3},
        {"text": "by Monday", "evidence": "a", "start": 11, "end": 20},
    ]
    found = read(task, asked, json.dumps({"quotes": quotes}))
    assert isinstance(found, _Quoted)
    assert [(one.start, one.end) for one in found.quotes] == [(11, 20), (11, 20)]
    assert read(task, asked, '{"quotes": [{}]}') is None


@pytest.mark.parametrize(
    ("usage", "in_batch", "dollars"),
    [
        (Usage(1_000_000, 0), False, 0.5),
        (Usage(100_000, 100_000), False, 0.06),
        (Usage(100_001, 100_000), False, 0.3000005),
        (Usage(0, 100_000, cache_write=50_000, cache_read=50_000), False, 0.0605),
        (Usage(100_000, 100_000), True, 0.03),
    ],
)
def test_costs_by_hand(usage: Usage, in_batch: bool, dollars: float) -> None:
    """0.1 and 0.5 dollars a million; a written token twice, a read one a tenth; five times as much
    beyond 100,000 of the prompt; a batch half."""
    price = Price(input=0.1, output=0.5, long_from=100_000, long_factor=5)
    assert usage.cost(price, in_batch) == pytest.approx(dollars)


class _Quoted(Output):
    quotes: list[Quote]


def _asked(asking: Asking, number: int) -> list[Asked]:
    prompts = runner.read_prompts(asking.warehouse, TASK)
    rows = asking.warehouse.rows(
        f"select * from enrich.call_summary_inputs order by subject_key limit {number}"
    )
    return [Asked.of(row, prompts) for row in rows]
