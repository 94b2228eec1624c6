"""What a destination is to the engine: where records are looked up, and written.

A destination is one module in ``activate/destinations``: a ``Destination`` that knows one vendor's
API and nothing of plans, runs or the warehouse. The engine hands it pages of records of one object,
always in the same order: ``look_up`` the page, compare, note in the warehouse what is about to be
sent, ``write`` what is left of the page, note the outcomes. So whatever is cut off is looked up
before it is sent again, and a destination keeps no state of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

Action = Literal["create", "update", "enrol", "undo"]
"""What is sent. ``undo`` is an update back to what was; of an enrolment, its end."""

Outcome = Literal["written", "unchanged", "skipped", "failed", "unknown"]
"""How it ended: it is so now; it was so already; it must not be; it could not be, try again next
time; it was sent and not answered, look before anything else."""

Values = Mapping[str, Any]
"""Fields of a record and their values, as JSON has them; None is an empty field."""


@dataclass(frozen=True)
class Record:
    """One record of a plan, on its way to the destination.

    Attributes:
        position: its place in the plan; tells the records of a page apart.
        object: the destination's name of what it is: Account, prospect, …
        record_key: our name of it. May be an e-mail address: never part of a message.
        action: what is planned.
        external_id: the destination's id of it; None when it is to be made, or found by its key.
        key_field, key_value: what finds it when there is no id; None where nothing does.
        before: what the plan expects to find in the fields that it changes.
        after: what is to be in them. For ``write``: only the fields that still differ.
        links: relation to the id of the other record: ``{"AccountId": "001…"}``.
        sent_at: set when it was about to be sent before, and nobody knows whether it arrived (UTC).
    """

    position: int
    object: str
    record_key: str
    action: Action
    external_id: str | None
    key_field: str | None
    key_value: str | None
    before: Values
    after: Values
    links: Mapping[str, str]
    sent_at: datetime | None = None


@dataclass(frozen=True)
class Found:
    """What the destination holds of a record now.

    Attributes:
        external_id: its id there; None: it is not there.
        values: its fields, at least those of the record's ``after``. The engine compares them by
            type: times as times, numbers as numbers, '' as None.
        outcome: set when the record is settled without a write: a person opted out (skipped),
            several records have its key (failed), what was sent had arrived (written).
        reason: why it is settled, for people, without any value of the record.
    """

    external_id: str | None = None
    values: Values = field(default_factory=dict)
    outcome: Outcome | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Written:
    """How the write of one record ended; ``reason`` as in ``Found``.

    ``filled``: of one that was to be made and was there after all, its empty fields that were
    written, and nothing else was; None where all was sent as it was handed over.
    """

    outcome: Outcome
    external_id: str | None = None
    reason: str | None = None
    filled: Values | None = None


@dataclass(frozen=True)
class Batch:
    """How much of one kind a plan holds; ``unknown_ids``: records to be found by their key."""

    object: str
    action: Action
    records: int
    unknown_ids: int


@dataclass(frozen=True)
class Cost:
    """What a plan takes at most, when nothing has to be sent twice."""

    calls: int
    seconds: float


@dataclass(frozen=True)
class Quota:
    """Calls that are left to us for now, of those there are."""

    left: int
    of: int


@dataclass(frozen=True)
class FieldMapping:
    """A row of the registry ``field_mappings`` as a destination checks it.

    ``constant`` is the value that the row always writes, as text; None when it comes from a column.
    """

    mapping_id: str
    object: str
    field: str
    kind: Literal["text", "number", "boolean", "date", "datetime"]
    constant: str | None = None


class Destination(ABC):
    """One vendor's API, open for writing.

    Args:
        api: what the connector of the same name connects to (``ingest/sources``); it paces, retries
            reads, refreshes tokens, and counts ``calls``.
    """

    name: ClassVar[str]
    """As in ``gtm sync plan --destination NAME``; also the connector's name."""
    objects: ClassVar[Mapping[str, str]]
    """What can be written, in the order of writing (an object comes after those it links to; what
    is taken back goes in the reverse order), and the entity as which the connector lands it:
    ``{"Account": "accounts"}``."""

    def __init__(self, api: Any) -> None:
        self.api = api

    @property
    def address(self) -> str:
        """What tells the org that is written to from any other: a plan is for this one alone.

        Raises:
            as ``Api.call`` does, where one has to sign in for it.
        """
        return str(self.api.base_url)

    @property
    def calls(self) -> int:
        """Calls made so far."""
        return int(self.api.calls)

    @abstractmethod
    def quota(self) -> Quota | None:
        """Calls left for now; None when the vendor does not count them."""

    @abstractmethod
    def cost(self, batches: Sequence[Batch]) -> Cost:
        """What it takes to look up and to write all of these."""

    @abstractmethod
    def check(
        self, mappings: Sequence[FieldMapping], keys: Mapping[str, str]
    ) -> Mapping[tuple[str, str], Collection[str]]:
        """See that every mapped field can be written, and every object's key field finds records.

        Args:
            mappings: the fields of the registry.
            keys: object to the key field that the plan finds its records by.

        Returns:
            (object, field) to the values it takes, of the mapped fields that take only some.

        Raises:
            ConfigurationError: one does not hold; names the object, the field and what to do.
        """

    @abstractmethod
    def page_size(self, object_name: str, action: Action, records: int) -> int:
        """How many records of a kind to hand over at a time, when there are so many in all."""

    @abstractmethod
    def look_up(self, records: Sequence[Record]) -> dict[int, Found]:
        """What is there now, by the records' positions; a record that is not found is left out.

        All are of one object and action. Nothing is written, so it may be asked again at any time.
        A record with ``sent_at`` and no key is found by all that it was to hold.

        Raises:
            QuotaExhausted, TransientError, PermanentError, ConfigurationError: as ``Api.call``.
        """

    @abstractmethod
    def write(self, records: Sequence[Record]) -> Iterator[tuple[int, Written]]:
        """Send the records and tell of each, by its position, how that ended.

        All are of one object and action, and have just been looked up: those with an
        ``external_id`` are there and are changed, those without are made. A record is sent once: a
        call that is not answered makes its records ``unknown``, and the engine looks them up.
        Errors of one record are its outcome, and the others go on.

        Raises:
            QuotaExhausted, TransientError (a call that was turned away), ConfigurationError: what
                has not been told of was not sent.
        """
