"""What was paid for, in ops.credit_ledger, so that nobody is paid for twice before it expires.

An intent is written before the paid call, its outcome once the answer is in the warehouse. A run
that dies in between leaves the intent behind: whether the vendor took the credit is then unknown,
so it counts as paid. No vendor here accepts an idempotency key; this ledger stands in for one.

A subject is known by an id, never by an e-mail address. ``run_id`` is the vendor's own id of the
request where it gives one, so that a request under way can be found again, else ours.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from python_jobs.warehouse import Warehouse

logger = logging.getLogger(__name__)

Settled = Literal["paid", "unmatched", "failed", "unknown"]
"""How a request ends. ``unmatched``: the vendor has nothing, and takes nothing. ``failed``: it
tried and could not. ``unknown``: the run died before the answer was kept. Before that it is
``requested``, and ``running`` once the vendor has given it an id."""

_FEW = 200


@dataclass(frozen=True)
class CreditLedger:
    """One source's page of the ledger, at one moment.

    Attributes:
        source: whose credits.
        warehouse: where ops.credit_ledger is.
        expiry: how long a subject is not asked for again.
        now: the source's time, UTC.
    """

    source: str
    warehouse: Warehouse
    expiry: timedelta
    now: datetime

    def settle_interrupted(self) -> int:
        """Take every request without an answer or a vendor's id for paid; returns how many.

        Call it before anything is asked, while no other run of the source can be under way.
        """
        [found] = self.warehouse.rows(
            "select count(*) as n from ops.credit_ledger "
            "where source = ? and outcome = 'requested'",
            [self.source],
        )
        lost = int(found["n"])
        if lost:
            self.warehouse.execute(
                "update ops.credit_ledger set outcome = 'unknown' "
                "where source = ? and outcome = 'requested'",
                [self.source],
            )
            logger.warning(
                "%s: an earlier run ended between asking and keeping the answer: %s %s for paid "
                "and not asked for again within %s days",
                self.source,
                f"{lost:,}",
                "subject is taken" if lost == 1 else "subjects are taken",
                self.expiry.days,
            )
        return lost

    def running(self) -> dict[str, list[str]]:
        """Requests with the vendor's id that still count and have no outcome: id to subjects."""
        requests: dict[str, list[str]] = {}
        for row in self.warehouse.rows(
            "select run_id, subject_key from ops.credit_ledger "
            "where source = ? and outcome = 'running' and expires_at > ? "
            "order by requested_at, run_id, subject_key",
            [self.source, self.now],
        ):
            requests.setdefault(row["run_id"], []).append(row["subject_key"])
        return requests

    def unpaid(self, subjects: Sequence[str]) -> list[str]:
        """Each of those once, in their order, that no request that still counts was made for."""
        paid = {
            row["subject_key"]
            for row in self.warehouse.rows(
                "select subject_key from ops.credit_ledger where source = ? and expires_at > ?",
                [self.source, self.now],
            )
        }
        return [subject for subject in dict.fromkeys(subjects) if subject not in paid]

    def intend(self, subjects: Collection[str]) -> str:
        """Write down, before the call, that a credit may go to each; returns the request's id."""
        run_id = uuid.uuid4().hex
        row = "(?, ?, ?, ?, 'requested', 1, ?)"
        params: list[Any] = []
        for subject in subjects:
            params += [self.source, subject, run_id, self.now, self.now + self.expiry]
        self.warehouse.execute(
            "insert into ops.credit_ledger "
            "(source, subject_key, run_id, requested_at, outcome, credits, expires_at) "
            f"values {', '.join([row] * len(subjects))}",
            params,
        )
        return run_id

    def started(self, run_id: str, vendor_run_id: str) -> None:
        """Give a request the vendor's id of it, before asking how it goes."""
        self.warehouse.execute(
            "update ops.credit_ledger set run_id = ?, outcome = 'running' "
            "where source = ? and run_id = ?",
            [vendor_run_id, self.source, run_id],
        )

    def settle(self, run_id: str, outcomes: Mapping[str, Settled]) -> None:
        """Write down, once the answer is kept, how it ended for each subject."""
        by_outcome: dict[Settled, list[str]] = {}
        for subject, outcome in outcomes.items():
            by_outcome.setdefault(outcome, []).append(subject)
        for outcome, subjects in by_outcome.items():
            credits = 0 if outcome == "unmatched" else 1
            for start in range(0, len(subjects), _FEW):
                some = subjects[start : start + _FEW]
                self.warehouse.execute(
                    "update ops.credit_ledger set outcome = ?, credits = ? "
                    "where source = ? and run_id = ? "
                    f"and subject_key in ({', '.join('?' * len(some))})",
                    [outcome, credits, self.source, run_id, *some],
                )

    def refused(self, run_id: str) -> None:
        """The vendor did not take the request: nothing was paid, and it may be made again."""
        self.warehouse.execute(
            "update ops.credit_ledger set outcome = 'refused', credits = 0, "
            "expires_at = requested_at where source = ? and run_id = ?",
            [self.source, run_id],
        )
