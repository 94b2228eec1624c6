"""No model: the task's own writer, on this machine's processors. The same words every time."""

from __future__ import annotations

import multiprocessing
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor

from python_jobs.enrich.task import Answer, Asked, Task

FEW = 200
"""So many subjects are written sooner than other processes are started."""

_task: Task | None = None


class Offline:
    """The engine without a model; every row it writes says so."""

    name = "offline"
    model = "rules"
    chunk = 500

    def __init__(self, workers: int = 2) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._pool_of: str | None = None

    def estimate(self, task: Task, asked: Sequence[Asked]) -> float:
        return 0.0

    def answer(self, task: Task, asked: Sequence[Asked]) -> Generator[Answer, None, None]:
        if len(asked) <= FEW or self._workers < 2:
            yield from map(task_writer(task), asked)
            return
        part = -(-len(asked) // (self._workers * 4))
        yield from self._workers_for(task).map(_write, asked, chunksize=part)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _workers_for(self, task: Task) -> ProcessPoolExecutor:
        if self._pool_of != task.name:
            self.close()
            self._pool = ProcessPoolExecutor(
                self._workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_be_of,
                initargs=(task.name,),
            )
            self._pool_of = task.name
        assert self._pool is not None
        return self._pool


class task_writer:
    """Writes one subject's answer; a subject whose writer fails has a problem, not an end."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def __call__(self, asked: Asked) -> Answer:
        try:
            return Answer(asked, self._task.write_offline(asked))
        except Exception as error:
            return Answer(asked, None, f"the offline writer failed ({type(error).__name__})")


def _be_of(name: str) -> None:
    """What a worker does first: it knows its task by name, since functions do not travel."""
    from python_jobs.enrich.tasks import task_named

    global _task
    _task = task_named(name)


def _write(asked: Asked) -> Answer:
    assert _task is not None
    return task_writer(_task)(asked)
