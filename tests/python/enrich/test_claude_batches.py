"""Batches: half the price, rows in any order, and found again after a kill at any point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest

from python_jobs.enrich.engines import claude_batches
from python_jobs.enrich.engines.claude import Claude
from python_jobs.errors import PermanentError, TransientError
from python_jobs.settings import Settings
from tests.python.enrich.asking import TASK, Asking, asked_of_claude


class Killed(BaseException):
    """As a signal: nothing of ours catches it."""


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with asked_of_claude(tmp_path, 20) as made:
        yield made


def batched(asking: Asking) -> Claude:
    return asking.engine(batch_from=5)


def test_rows_come_in_another_order_and_go_to_their_subjects_at_half_the_price(
    asking: Asking,
) -> None:
    outcome = asking.run(batched(asking))
    assert (outcome.answered, outcome.fallbacks, outcome.claims_removed) == (20, 0, 0)
    assert (asking.vendor.ledger.batched, asking.vendor.ledger.messages) == (20, 0)
    one = next(row for row in asking.results() if row["subject_key"] == "call-007")
    assert "1207 loans" in one["output"]
    full = (one["input_tokens"] * 0.1 + one["output_tokens"] * 0.5) / 1_000_000
    assert one["cost"] == pytest.approx(full / 2)
    assert asking.run(batched(asking)).wanted == 0


def test_work_that_can_wait_goes_by_batch_however_little_it_is(asking: Asking) -> None:
    asking.run(asking.engine(), replace(TASK, can_wait=True), limit=2)
    assert (asking.vendor.ledger.batched, asking.vendor.ledger.messages) == (2, 0)


@pytest.mark.parametrize(
    "moment", ["before it is made", "before its id is known", "polled", "read"]
)
def test_a_kill_loses_nothing_and_nothing_is_paid_again(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    with monkeypatch.context() as killing:
        _kill(killing, moment)
        with pytest.raises(Killed):
            asking.run(batched(asking))
    if moment == "before it is made":
        # nobody can know yet that it was not, and another would be paid as well
        with pytest.raises(TransientError, match="still be coming up: run again in 10 min"):
            asking.run(batched(asking))
        assert asking.vendor.ledger.batched == 0
        earlier = "update ops.llm_batches set submitted_at = submitted_at - interval '11 minutes'"
        asking.warehouse.execute(earlier)
    outcome = asking.run(batched(asking))
    assert len({row["subject_key"] for row in asking.results()}) == 20
    assert outcome.failed == 0
    assert asking.vendor.ledger.batched == 20
    assert len(asking.results()) == 20
    assert asking.run(batched(asking)).wanted == 0


def _kill(killing: pytest.MonkeyPatch, moment: str) -> None:
    """Be killed at a moment of a batch's life."""

    def killed(*given: Any, **named: Any) -> Any:
        raise Killed

    made = claude_batches.Batches
    if moment == "before it is made":
        killing.setattr(anthropic.resources.messages.Batches, "create", killed)
    elif moment == "before its id is known":
        killing.setattr(made, "_named", killed)
    elif moment == "polled":
        killing.setattr(anthropic.resources.messages.Batches, "retrieve", killed)
    else:
        whole = made.results

        def some(self: Any, submission: Any) -> Iterator[Any]:
            for place, row in enumerate(whole(self, submission)):
                if place == 8:
                    raise Killed
                yield row

        killing.setattr(made, "results", some)


def test_on_snowflake_a_killed_batch_is_found_again_too(
    tmp_path: Path, snowflake_env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with asked_of_claude(tmp_path, 6, Settings(**snowflake_env)) as asking:
        with monkeypatch.context() as killing:
            _kill(killing, "before its id is known")
            with pytest.raises(Killed):
                asking.run(batched(asking))
        asking.vendor.faults.set(["lost-rows"], 1)
        assert asking.run(batched(asking)).answered == 6
        assert asking.vendor.ledger.batched == 6
        assert asking.run(batched(asking)).wanted == 0


def test_a_batch_whose_making_seemed_to_fail_is_looked_for_before_another_is_made(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is lost after the batch was made: it will be paid, and is there."""
    make = anthropic.resources.messages.Batches.create

    def made_but_unheard(self: Any, **named: Any) -> Any:
        make(self, **named)
        raise anthropic.APIConnectionError(request=httpx2.Request("POST", asking.url))

    monkeypatch.setattr(anthropic.resources.messages.Batches, "create", made_but_unheard)
    assert asking.run(batched(asking)).answered == 20
    assert asking.vendor.ledger.batched == 20


def test_rows_that_expired_or_failed_are_asked_again_by_the_next_run_and_only_those(
    asking: Asking,
) -> None:
    asking.vendor.faults.set(["lost-rows"], 1)
    first = asking.run(batched(asking))
    assert 0 < first.failed < 20
    assert first.answered + first.failed == 20
    failed = [row for row in asking.results() if row["status"] == "failed"]
    assert {row["reason"] for row in failed} == {
        "in the batch it was expired",
        "in the batch it failed (api_error)",
    }
    assert all(row["cost"] == 0 and row["output"] is None for row in failed)
    asking.vendor.faults.set([], 0)
    second = asking.run(batched(asking))
    assert (second.wanted, second.answered) == (first.failed, first.failed)
    paid = asking.vendor.ledger.batched + asking.vendor.ledger.messages
    assert paid == 20


def test_a_batch_that_is_kept_no_longer_is_asked_again(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killing:
        _kill(killing, "polled")
        with pytest.raises(Killed):
            asking.run(batched(asking))
    asking.vendor._batches.clear()
    assert asking.run(batched(asking)).failed == 20
    assert asking.run(batched(asking)).answered == 20


@pytest.mark.parametrize("elsewhere", ["http://localhost:9/", "https://api.anthropic.com.evil/"])
def test_the_key_follows_the_address_of_results_to_no_other_host(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, elsewhere: str
) -> None:
    shown = asking.vendor._shown

    def told(*batch: Any) -> Any:
        fields = shown(*batch)
        return fields | {"results_url": fields["results_url"] and f"{elsewhere}results"}

    monkeypatch.setattr(asking.vendor, "_shown", told)
    with pytest.raises(PermanentError, match="another host"):
        asking.run(batched(asking))


def test_what_is_under_way_is_waited_for_also_when_there_is_too_little_for_a_batch(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killing:
        _kill(killing, "polled")
        with pytest.raises(Killed):
            asking.run(batched(asking))
    assert asking.run(asking.engine(batch_from=1_000)).answered == 20
    assert asking.vendor.ledger.messages == 0


def test_what_is_asked_beside_a_batch_under_way_costs_what_was_estimated(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few are left to ask, yet the estimate was of a batch for all: they go by batch too."""
    with monkeypatch.context() as killing:
        _kill(killing, "polled")
        with pytest.raises(Killed):
            asking.run(batched(asking), limit=16)
    assert asking.run(asking.engine(batch_from=18)).answered == 20
    assert (asking.vendor.ledger.batched, asking.vendor.ledger.messages) == (20, 0)


@pytest.mark.parametrize("fault", ["429-storm", "500"])
def test_a_batch_that_is_turned_away_is_sent_again(asking: Asking, fault: str) -> None:
    asking.vendor.faults.set([fault], 4)
    assert asking.run(batched(asking)).answered == 20
    assert asking.vendor.ledger.batched == 20


def test_of_what_is_made_up_in_a_batch_nothing_is_let_through(asking: Asking) -> None:
    asking.vendor.faults.set(["lies"], 5)
    outcome = asking.run(batched(asking))
    assert outcome.claims_removed == len(asking.vendor.ledger.lies) > 20


def test_a_batch_is_as_large_as_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claude_batches, "MOST_QUESTIONS", 3)
    sizes = [len(part) for part in claude_batches._parts({str(n): {"a": 1} for n in range(7)})]
    assert sizes == [3, 3, 1]
    monkeypatch.setattr(claude_batches, "MOST_BYTES", 20)
    assert [len(part) for part in claude_batches._parts({str(n): {"a": 1} for n in range(5)})] == [
        2,
        2,
        1,
    ]
