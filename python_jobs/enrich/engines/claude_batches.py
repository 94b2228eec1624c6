"""Batches of questions at half the price, which a kill loses nothing of.

ops.llm_batches has a row a question, by the key of its answer, which is also its ``custom_id``. The
rows are written as ``intended`` before the batch is made and get its id after. So a run that finds
rows without an id looks among Anthropic's batches for the one with those keys, waits where it may
still come up, and nothing that is under way or done is asked, and paid, again.
"""

from __future__ import annotations

import logging
import math
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import anthropic
import pyarrow as pa
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from anthropic.types.messages import MessageBatch
from anthropic.types.messages.batch_create_params import Request
from anthropic.types.messages.message_batch_expired_result import MessageBatchExpiredResult
from anthropic.types.messages.message_batch_result import MessageBatchResult

from python_jobs.errors import PermanentError, TransientError
from python_jobs.runs import utc_now
from python_jobs.warehouse import BriefWarehouse, DuckDBWarehouse

logger = logging.getLogger(__name__)

MOST_QUESTIONS = 100_000
MOST_BYTES = 200_000_000
"""Anthropic takes 256 MB a batch."""

OWN_HOST = "https://api.anthropic.com/"
"""Where results may be whatever ANTHROPIC_BASE_URL is: a gateway hands addresses on as they are."""

CLOCKS_DIFFER = timedelta(hours=1)
COMING_UP = timedelta(minutes=10)
"""A batch whose making was not answered may be seen only after so long."""


@dataclass(frozen=True)
class Submission:
    """Questions that were sent together. ``batch_id`` is None until it is known."""

    submission_id: str
    batch_id: str | None
    keys: frozenset[str]
    submitted_at: datetime


class Batches:
    """Submits, finds again, waits for and reads batches."""

    def __init__(
        self, client: anthropic.Anthropic, warehouse: BriefWarehouse, poll_seconds: float
    ) -> None:
        self._client = client
        self._warehouse = warehouse
        self._poll_seconds = poll_seconds

    def submit(self, task: str, params: Mapping[str, Mapping[str, Any]]) -> list[Submission]:
        """Send questions by key, as few batches as they fit into. Each is written down first."""
        return [self._submit_one(task, part) for part in _parts(params)]

    def under_way(self, task: str, wanted: Collection[str]) -> list[Submission]:
        """What was sent before and answers some of the wanted keys, whether done by now or not."""
        rows = self._warehouse.rows(
            "select submission_id, batch_id, cache_key, submitted_at from ops.llm_batches "
            "where task = ? and status <> 'void' and cache_key not in (select cache_key from "
            "ops.llm_results where task = ? and status in ('done', 'fallback'))",
            [task, task],
        )
        keys: dict[str, set[str]] = {}
        for row in rows:
            keys.setdefault(row["submission_id"], set()).add(row["cache_key"])
        seen = {row["submission_id"]: row for row in rows}
        submissions = [
            Submission(name, seen[name]["batch_id"], frozenset(found), seen[name]["submitted_at"])
            for name, found in keys.items()
            if not found.isdisjoint(wanted)
        ]
        return [found for one in submissions if (found := self._or_void(one)) is not None]

    def results(self, submission: Submission) -> Iterator[tuple[str, MessageBatchResult]]:
        """Wait until a batch has ended, and read its rows; what has no message is void from then
        on, so that it can be sent again. Of a batch that is no longer kept, all rows are."""
        void: list[str] = []
        left = set(submission.keys)
        try:
            for row in self._rows(submission.batch_id or ""):
                if row.custom_id not in left:
                    continue
                left.discard(row.custom_id)
                if row.result.type != "succeeded":
                    void.append(row.custom_id)
                yield row.custom_id, row.result
            void += left
            for key in left:
                yield key, MessageBatchExpiredResult(type="expired")
        finally:
            self._void(submission.submission_id, void)

    def _submit_one(self, task: str, params: Mapping[str, Mapping[str, Any]]) -> Submission:
        submission = Submission(uuid.uuid4().hex, None, frozenset(params), utc_now())
        self._write_down(task, submission)
        # never tried again by itself: one that seems to have failed may have been made
        once = self._client.with_options(max_retries=0)
        requests = [
            Request(custom_id=key, params=cast(MessageCreateParamsNonStreaming, body))
            for key, body in params.items()
        ]
        for attempt in range(self._client.max_retries + 1):
            try:
                batch = once.messages.batches.create(requests=requests)
                return self._named(submission, batch.id)
            except (anthropic.RateLimitError, anthropic.OverloadedError):
                # turned away, so not made
                if attempt == self._client.max_retries:
                    self._void(submission.submission_id, list(params))
                    raise
                time.sleep(min(self._poll_seconds, 2.0**attempt))
            except (anthropic.APIConnectionError, anthropic.InternalServerError):
                found = self._found(submission)
                if found is None:  # it may come up later: the next run looks again
                    raise
                return found
            except anthropic.APIStatusError:
                self._void(submission.submission_id, list(params))
                raise
        raise AssertionError("not reached")

    def _or_void(self, submission: Submission) -> Submission | None:
        """The submission with its batch's id; one whose batch was never made is void, and None.

        Raises:
            TransientError: it is too early to say whether it was made.
        """
        found = submission if submission.batch_id else self._found(submission)
        if found is None:
            wait = submission.submitted_at + COMING_UP - utc_now()
            if wait > timedelta():
                raise TransientError(
                    "a batch of an earlier run may still be coming up: run again in "
                    f"{math.ceil(wait / timedelta(minutes=1))} min"
                )
            self._void(submission.submission_id, list(submission.keys))
        return found

    def _found(self, submission: Submission) -> Submission | None:
        """The submission among Anthropic's batches, if it is there."""
        ours = {
            row["batch_id"]
            for row in self._warehouse.rows(
                "select distinct batch_id from ops.llm_batches where batch_id is not null"
            )
        }
        for batch in self._client.messages.batches.list(limit=100):
            if batch.created_at.replace(tzinfo=None) < submission.submitted_at - CLOCKS_DIFFER:
                break
            if batch.id not in ours and self._holds(batch, submission):
                return self._named(submission, batch.id)
        return None

    def _holds(self, batch: MessageBatch, submission: Submission) -> bool:
        """Whether a batch is of these keys: they are seen once it has ended."""
        counts = batch.request_counts
        total = (
            counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired
        )
        if total != len(submission.keys):
            return False
        return any(row.custom_id in submission.keys for row in self._rows(batch.id))

    def _rows(self, batch_id: str) -> Iterator[Any]:
        """The rows of a batch once it has ended; none where it is no longer kept."""
        try:
            batch = self._client.messages.batches.retrieve(batch_id)
            if batch.processing_status != "ended":
                logger.info(
                    "Anthropic works on %s, for a day at most: wait, or stop and run again later",
                    batch_id,
                )
            while batch.processing_status != "ended":
                time.sleep(self._poll_seconds)
                batch = self._client.messages.batches.retrieve(batch_id)
            if batch.results_url is not None:
                # the SDK asks that address, with the key
                own = f"{str(self._client.base_url).rstrip('/')}/"
                if not batch.results_url.startswith((own, OWN_HOST)):
                    raise PermanentError(
                        "Anthropic gave the address of another host for a batch's results: it is "
                        "not asked; check ANTHROPIC_BASE_URL"
                    )
                yield from self._client.messages.batches.results(batch_id)
        except anthropic.NotFoundError:
            return

    def _write_down(self, task: str, submission: Submission) -> None:
        columns = "submission_id, batch_id, task, cache_key, status, submitted_at"
        rows = [
            {
                "submission_id": submission.submission_id,
                "task": task,
                "cache_key": key,
                "submitted_at": submission.submitted_at,
            }
            for key in sorted(submission.keys)
        ]
        with self._warehouse.held() as held:
            if isinstance(held, DuckDBWarehouse):
                held.connection.register("new_batches", pa.Table.from_pylist(rows))
                held.execute(
                    f"insert into ops.llm_batches ({columns}) select submission_id, null, task, "
                    "cache_key, 'intended', submitted_at from new_batches"
                )
                held.connection.unregister("new_batches")
                return
            for start in range(0, len(rows), 1_000):
                part = rows[start : start + 1_000]
                held.execute(
                    f"insert into ops.llm_batches ({columns}) "
                    + " union all ".join("select ?, null, ?, ?, 'intended', ?" for _ in part),
                    [value for row in part for value in row.values()],
                )

    def _named(self, submission: Submission, batch_id: str) -> Submission:
        self._warehouse.execute(
            "update ops.llm_batches set batch_id = ?, status = 'submitted' where submission_id = ?",
            [batch_id, submission.submission_id],
        )
        return Submission(
            submission.submission_id, batch_id, submission.keys, submission.submitted_at
        )

    def _void(self, submission_id: str, keys: list[str]) -> None:
        for start in range(0, len(keys), 1_000):
            part = keys[start : start + 1_000]
            self._warehouse.execute(
                "update ops.llm_batches set status = 'void' where submission_id = ? "
                f"and cache_key in ({', '.join('?' for _ in part)})",
                [submission_id, *part],
            )


def _parts(
    params: Mapping[str, Mapping[str, Any]],
) -> Iterator[dict[str, Mapping[str, Any]]]:
    """The questions in as few parts as a batch may have."""
    part: dict[str, Mapping[str, Any]] = {}
    size = 0
    for key, body in params.items():
        bytes_of_it = len(str(body).encode())
        if part and (len(part) == MOST_QUESTIONS or size + bytes_of_it > MOST_BYTES):
            yield part
            part, size = {}, 0
        part[key] = body
        size += bytes_of_it
    if part:
        yield part
