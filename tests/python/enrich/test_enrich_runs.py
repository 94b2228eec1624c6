"""What a run of a task lives through: what cannot be checked, Ctrl-C, another run beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from python_jobs.enrich import runner
from python_jobs.enrich.commands import run_one
from python_jobs.enrich.task import Answer, Asked, Statement, Task
from python_jobs.enrich.tasks.call_summary.schema import CallSummary
from python_jobs.errors import TransientError
from python_jobs.settings import Settings
from python_jobs.warehouse import BriefWarehouse
from tests.python.enrich.asking import TASK, fill

SUBJECTS = 4


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=tmp_path / "w.duckdb")
    with BriefWarehouse(made, 10).held() as held:
        fill(held, SUBJECTS)
    return made


@pytest.fixture
def warehouse(settings: Settings) -> BriefWarehouse:
    return BriefWarehouse(settings, 10)


@dataclass
class Paid:
    """An engine that says the same of every subject and counts whom it was asked about."""

    said: str = "Somebody said something."
    asked: list[str] = field(default_factory=list)
    name: str = "claude"
    model: str = "m"
    chunk: int = 10

    def estimate(self, task: Task, asked: Sequence[Asked]) -> float:
        return 0.0

    def answer(self, task: Task, asked: Sequence[Asked]) -> Iterator[Answer]:
        for one in asked:
            self.asked.append(one.subject_key)
            said = Statement(kind="fact", text=self.said, evidence=[next(iter(one.evidence))])
            summary = CallSummary(summary=[said], concerns=[], next_steps=[])
            yield Answer(one, summary, cost=0.01)

    def close(self) -> None: ...


def test_an_answer_with_a_point_in_time_is_checked_as_any_other(warehouse: BriefWarehouse) -> None:
    engine = Paid("They close loans on 2026-11-03T10:00:00Z.")
    outcome = runner.run_task(warehouse, TASK, engine)
    assert (outcome.fallbacks, outcome.claims_removed) == (SUBJECTS, SUBJECTS)
    reasons = {row["reason"] for row in warehouse.rows("select reason from ops.llm_results")}
    assert reasons == {"summary: a date that is not in its rows"}


def _fails(*given: Any) -> Any:
    raise ZeroDivisionError


def test_an_answer_that_cannot_be_checked_is_paid_once_and_written_offline(
    warehouse: BriefWarehouse,
) -> None:
    engine, task = Paid(), replace(TASK, check=_fails)
    assert runner.run_task(warehouse, task, engine).fallbacks == SUBJECTS
    assert runner.run_task(warehouse, task, engine).wanted == 0
    assert len(engine.asked) == SUBJECTS
    [row] = warehouse.rows("select distinct reason, status from ops.llm_results")
    assert row == {"reason": "it could not be checked (ZeroDivisionError)", "status": "fallback"}


def test_a_subject_that_nobody_can_write_of_ends_no_run(warehouse: BriefWarehouse) -> None:
    task = replace(TASK, check=_fails, write_offline=_fails)
    outcome = runner.run_task(warehouse, task, Paid())
    assert (outcome.failed, outcome.answered, round(outcome.cost, 2)) == (SUBJECTS, 0, 0.04)


def test_two_runs_at_once_do_not_pay_twice(settings: Settings, warehouse: BriefWarehouse) -> None:
    second: list[str] = []

    class Meanwhile(Paid):
        def answer(self, task: Task, asked: Sequence[Asked]) -> Iterator[Answer]:
            with pytest.raises(TransientError) as refused:
                run_one(settings, task, other, None, None)
            second.append(str(refused.value))
            yield from super().answer(task, asked)

    one, other = Meanwhile(), Paid()
    assert run_one(settings, TASK, one, None, None).wanted == SUBJECTS
    assert second == ["another gtm run is answering call_summary: wait until it ends"]
    assert len(one.asked) == SUBJECTS
    assert other.asked == []
    assert run_one(settings, TASK, other, None, None).wanted == 0
    runs = warehouse.rows("select distinct status from ops.job_runs where job = 'enrich'")
    assert runs == [{"status": "succeeded"}]
