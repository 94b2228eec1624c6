"""Does a task: only what changed, within a budget, checked, kept as it comes, resumable.

What has an answer to the same input, prompt, schema and model is not asked again. Chunks are
written as they come, so that a run that dies has lost the chunk in flight and no more.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate
from time import monotonic
from typing import Any

import pyarrow as pa

from python_jobs.enrich.engines import Engine
from python_jobs.enrich.engines.offline import Offline
from python_jobs.enrich.redaction import Redaction, read_redactions, redacted
from python_jobs.enrich.task import Answer, Asked, Checked, Prompt, Task
from python_jobs.errors import ConfigurationError, QuotaExhausted
from python_jobs.runs import utc_now
from python_jobs.warehouse import BriefWarehouse, DuckDBWarehouse, Warehouse, json_parameter

SECONDS_AT_RISK = 1.0
"""Answers are written as they come, but not more often than this: a kill loses so much, and what
was in flight."""
MOST_ROWS = 500
"""Answers that are written at once: each is a score of bound values on Snowflake."""
DONE = ("done", "fallback")
"""Statuses that answer a subject. ``fallback``: what the engine said did not hold against the rows,
and the offline writer answered instead."""

SPENT = "the budget is used up: what was answered is kept, run again with more"

Progress = Callable[[int], None]


@dataclass
class Outcome:
    """What a run of one task did. ``cost`` is in US dollars."""

    task: str
    engine: str
    wanted: int = 0
    answered: int = 0
    fallbacks: int = 0
    failed: int = 0
    unchanged: int = 0
    claims_made: int = 0
    claims_removed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    stopped: str | None = None

    def line(self, seconds: float) -> str:
        """One closing line."""
        parts = [
            f"{self.task} ({self.engine}): {self.answered:,} of {self.wanted:,} answered",
            f"{self.unchanged:,} unchanged",
        ]
        if self.fallbacks:
            parts.append(f"{self.fallbacks:,} by the offline writer instead")
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        if self.claims_made:
            parts.append(f"{self.claims_removed:,} of {self.claims_made:,} statements removed")
        if self.cost:
            parts.append(f"${self.cost:,.2f}")
        line = f"{', '.join(parts)}, {seconds:.0f} s"
        return f"{line}; {self.stopped}" if self.stopped else line


def run_task(
    warehouse: BriefWarehouse,
    task: Task,
    engine: Engine,
    limit: int | None = None,
    budget: float | None = None,
    progress: Progress = lambda done: None,
) -> Outcome:
    """Answer every subject whose input, prompt, schema or model has no answer yet.

    Args:
        limit: at most so many subjects.
        budget: at most so many US dollars; the run stops before it would spend more.

    Raises:
        ConfigurationError: the task's inputs have not been built, or the engine cannot do it.
        QuotaExhausted: the engine's provider says so; what was answered is kept.
    """
    total, wanted = count(warehouse, task, task.stamp(engine.name, engine.model))
    run = _Run.of(warehouse, task, engine)
    outcome = Outcome(task.name, engine.name, wanted=wanted, unchanged=total - wanted)
    left = wanted if limit is None else min(limit, wanted)
    while left > 0:
        asked = run.next(left)
        if not asked:
            break
        if budget is not None:
            asked = _within(engine, task, asked, budget - outcome.cost)
            if not asked:
                outcome.stopped = SPENT
                break
        try:
            run.keep(engine.answer(task, asked), outcome, progress)
        except QuotaExhausted as spent:
            outcome.stopped = str(spent)
            break
        left -= len(asked)
    return outcome


def plan(
    warehouse: BriefWarehouse, task: Task, engine: Engine, limit: int | None = None
) -> tuple[int, float]:
    """How many subjects a run would ask, and what that would cost at most, in US dollars.

    The cost is that of the first chunk, for all.
    """
    _, wanted = count(warehouse, task, task.stamp(engine.name, engine.model))
    wanted = wanted if limit is None else min(limit, wanted)
    asked = _Run.of(warehouse, task, engine).next(wanted) if wanted else []
    cost = engine.estimate(task, asked) * wanted / len(asked) if asked else 0.0
    return wanted, cost


def read_prompts(warehouse: Warehouse, task: Task) -> dict[str, Prompt]:
    """The task's enabled templates by id."""
    if not task.needs_prompt:
        return {}
    rows = warehouse.rows(
        "select template_id, version, system_prompt, user_prompt, max_words "
        "from staging.stg_registry__prompt_templates where task = ? and enabled",
        [task.name],
    )
    return {
        row["template_id"]: Prompt(
            row["template_id"],
            f"{row['template_id']}:{row['version']}",
            row["system_prompt"],
            row["user_prompt"],
            int(row["max_words"]),
        )
        for row in rows
    }


def count(warehouse: Warehouse, task: Task, stamp: str) -> tuple[int, int]:
    """How many subjects the task has, and how many of them have no answer yet."""
    schema, _, table = task.inputs.partition(".")
    if not warehouse.has_table(schema, table):
        raise ConfigurationError(f"{task.inputs} is not there yet: run `gtm build` first")
    [row] = warehouse.rows(
        f"select count(*) as total, count(case when {_UNANSWERED} then 1 end) as wanted "
        f"from {task.inputs} as inputs",
        [stamp, task.name],
    )
    return int(row["total"]), int(row["wanted"])


_KEY = "md5(? || '|' || inputs.subject_key || '|' || inputs.input_hash)"
_UNANSWERED = (
    f"{_KEY} not in (select cache_key from ops.llm_results "
    "where task = ? and status in ('done', 'fallback'))"
)


@dataclass(frozen=True)
class _Run:
    """A task that an engine does, with what it is asked with."""

    warehouse: BriefWarehouse
    task: Task
    engine: Engine
    stamp: str
    prompts: Mapping[str, Prompt]
    redactions: Sequence[Redaction]
    run_id: str

    @classmethod
    def of(cls, warehouse: BriefWarehouse, task: Task, engine: Engine) -> _Run:
        """A new run. The offline writer tells nobody, so nothing is taken out for it."""
        is_told = engine.name != Offline.name
        return cls(
            warehouse,
            task,
            engine,
            stamp=task.stamp(engine.name, engine.model),
            prompts=read_prompts(warehouse, task),
            redactions=read_redactions(warehouse, task.name) if is_told else [],
            run_id=uuid.uuid4().hex,
        )

    def next(self, most: int) -> list[Asked]:
        """The next chunk of subjects without an answer, the newest first."""
        rows = self.warehouse.rows(
            "select subject_key, template_id, input, evidence, input_hash "
            f"from {self.task.inputs} as inputs where {_UNANSWERED} and subject_key not in "
            "(select subject_key from ops.llm_results where run_id = ? and status = 'failed') "
            f"order by sort_at desc, subject_key limit {min(self.engine.chunk, most)}",
            [self.stamp, self.task.name, self.run_id],
        )
        return [redacted(Asked.of(row, self.prompts), self.redactions) for row in rows]

    def keep(
        self, answers: Generator[Answer, None, None], outcome: Outcome, progress: Progress
    ) -> None:
        """Check every answer and write them as they come; also those that came before an error."""
        rows: list[dict[str, Any]] = []
        written_at = monotonic()
        try:
            with closing(answers):
                for answer in answers:
                    row = self._row(answer)
                    rows.append(row)
                    outcome.answered += row["status"] in DONE
                    outcome.fallbacks += row["status"] == "fallback"
                    outcome.failed += row["status"] == "failed"
                    outcome.claims_made += row["claims_made"]
                    outcome.claims_removed += row["claims_removed"]
                    outcome.input_tokens += row["input_tokens"]
                    outcome.output_tokens += row["output_tokens"]
                    outcome.cost += row["cost"]
                    progress(1)
                    if len(rows) == MOST_ROWS or monotonic() - written_at > SECONDS_AT_RISK:
                        write_results(self.warehouse, rows)
                        rows, written_at = [], monotonic()
        finally:
            write_results(self.warehouse, rows)

    def _row(self, answer: Answer) -> dict[str, Any]:
        """An answer as it is kept. Whatever goes wrong with one subject ends no run: the answers of
        the others are paid."""
        asked, made, removed = answer.asked, 0, 0
        status, reason = "failed", answer.problem
        kept: Checked | None = None
        falls_back = (
            self.engine.name != "offline" and answer.problem is not None and not answer.again
        )
        if answer.output is not None:
            try:
                kept = self.task.check(answer.output, asked)
                made, removed = kept.made, kept.removed
                status, reason = "done", "; ".join(kept.reasons)[:2_000] or None
                falls_back = kept.kept_share < self.task.least_kept
            except Exception as error:
                reason, falls_back = f"it could not be checked ({type(error).__name__})", True
        if falls_back:
            try:
                kept, status = Checked(self.task.write_offline(asked)), "fallback"
            except Exception as error:
                kept, status = None, "failed"
                reason = f"{reason}; the offline writer failed ({type(error).__name__})"
        return {
            "result_id": uuid.uuid4().hex,
            "run_id": self.run_id,
            "task": self.task.name,
            "subject_key": asked.subject_key,
            "engine": self.engine.name,
            "model": self.engine.model,
            "cache_key": asked.cache_key(self.stamp),
            "input_hash": asked.input_hash,
            "prompt_version": asked.prompt.version if asked.prompt else None,
            "status": status,
            "output": None if kept is None else kept.output.model_dump_json(),
            "reason": reason,
            "claims_made": made,
            "claims_removed": removed,
            "input_tokens": answer.input_tokens,
            "output_tokens": answer.output_tokens,
            "cost": answer.cost,
            "created_at": utc_now(),
        }


def _within(engine: Engine, task: Task, asked: list[Asked], left: float) -> list[Asked]:
    """As many of the subjects, from the first on, as what is left pays for at most."""
    if engine.estimate(task, asked) <= left:
        return asked
    costs = accumulate(engine.estimate(task, [one]) for one in asked)
    return [one for one, cost in zip(asked, costs, strict=True) if cost <= left]


def write_results(warehouse: BriefWarehouse, rows: list[dict[str, Any]]) -> None:
    """Append rows to ops.llm_results, all or none."""
    if not rows:
        return
    names = list(rows[0])
    with warehouse.held() as held:
        if isinstance(held, DuckDBWarehouse):
            held.connection.register("new_results", pa.Table.from_pylist(rows))
            held.execute(
                f"insert into ops.llm_results ({', '.join(names)}) "
                f"select {', '.join(names)} from new_results"
            )
            held.connection.unregister("new_results")
            return
        marks = ", ".join("?" if name != "output" else json_parameter(held) for name in names)
        selects = " union all ".join(f"select {marks}" for _ in rows)
        held.execute(
            f"insert into ops.llm_results ({', '.join(names)}) {selects}",
            [row[name] for row in rows for name in names],
        )
