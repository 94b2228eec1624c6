"""Outreach: prospects, and who enters which sequence.

One write is one call: Outreach has no upsert and no collections. Look-ups are shared: some hundred
addresses, or two hundred ids, a call. A prospect to be made is not looked for first; that somebody
else has made her is what the refusal says, and nothing is asked of one just made. An enrolment is
decided before the call, because Outreach takes one who has opted out without a word, and is never
sent again unseen.

Ids and states of errors are the vendor's reference; the wording is matched in parts, because it is
not reliable. Who is in a sequence is not put into a second one, whoever did the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any, ClassVar

from python_jobs.activate.destination import (
    Action,
    Batch,
    Cost,
    Destination,
    FieldMapping,
    Found,
    Quota,
    Record,
    Written,
)
from python_jobs.activate.destinations.outreach_records import Found as There
from python_jobs.activate.destinations.outreach_records import Records, reasons
from python_jobs.errors import ConfigurationError, TransientError
from python_jobs.http import Refused, TurnedAway
from python_jobs.ingest.sources.outreach import LIMIT, calls_left

PAGE = 200
"""Records handed over at a time: what a run that dies leaves to be looked up."""

SECONDS_A_CALL = 0.3
"""How long a call takes, for the forecast."""

LONGEST = {"firstName": 50, "lastName": 50}
"""Characters of a field, where Outreach refuses more; what is longer is cut off."""

WRITABLE = frozenset(
    {
        *("company", "emails", "externalId", "externalSource", "firstName", "lastName"),
        *("linkedInUrl", "occupation", "timeZone", "title"),
        *(f"custom{number}" for number in range(1, 151)),
    }
)
"""Fields of a prospect that can be mapped: Outreach has no describe to ask. All are texts."""

OPEN_STATES = ("active", "pending", "paused")
"""A sequence that is not over."""

REFUSALS = (
    ("already in", "the prospect is already in this sequence"),
    ("already been in", "the prospect has been in this sequence before"),
    ("exclusive", "the prospect is in an exclusive sequence"),
    ("opted out", "the prospect has opted out"),
    ("not the owner", "the application's user may not send from this mailbox"),
    ("mailbox", "the mailbox may not send"),
    ("locked", "the sequence is locked"),
    ("not enabled", "the sequence is not enabled"),
    ("disabled", "the sequence is not enabled"),
)
"""Part of a refusal of an enrolment, and what it means. The first that fits counts."""


class OutreachDestination(Destination):
    """Prospects by e-mail address, then their enrolments."""

    name: ClassVar[str] = "outreach"
    objects: ClassVar[Mapping[str, str]] = {
        "prospect": "prospects",
        "sequenceState": "sequence_states",
    }

    def __init__(self, api: Any) -> None:
        super().__init__(api)
        self._records = Records(api)
        self._made: set[str] = set()

    @property
    def address(self) -> str:
        """Every org has the same host: the application says whose it is."""
        return f"{self.api.base_url} as {self.api.auth.client_id}"

    def quota(self) -> Quota | None:
        return Quota(calls_left(self.api), LIMIT.calls)

    def cost(self, batches: Sequence[Batch]) -> Cost:
        calls = 0
        for batch in batches:
            pages = ceil(batch.records / PAGE)
            if batch.object == "sequenceState":
                looks = 4 * pages if batch.action == "enrol" else pages
            else:
                looks = 2 * pages if batch.action != "create" else 0
            calls += batch.records + looks
        hours_waited = max(0, ceil(calls / LIMIT.calls) - 1)
        return Cost(calls, max(calls * SECONDS_A_CALL, hours_waited * LIMIT.seconds))

    def check(
        self, mappings: Sequence[FieldMapping], keys: Mapping[str, str]
    ) -> dict[tuple[str, str], frozenset[str]]:
        for mapping in mappings:
            if mapping.object != "prospect" or mapping.field not in WRITABLE:
                raise ConfigurationError(
                    f"outreach {mapping.object}.{mapping.field} cannot be written: correct row "
                    f"{mapping.mapping_id} of field_mappings; fields of prospect are "
                    "custom1 to custom150 and "
                    + ", ".join(sorted(f for f in WRITABLE if not f.startswith("custom")))
                )
        for object_name, key in keys.items():
            if (object_name, key) != ("prospect", "emails"):
                raise ConfigurationError(
                    f"outreach {object_name} cannot be found by {key}: prospects are found by "
                    "emails, everything else by its id"
                )
        return {}

    def page_size(self, object_name: str, action: Action, records: int) -> int:
        return PAGE

    def look_up(self, records: Sequence[Record]) -> dict[int, Found]:
        if records[0].object == "prospect":
            return self._look_up_prospects(records)
        if records[0].action == "enrol":
            return self._look_up_enrolments(records)
        return self._look_up_ends(records)

    def write(self, records: Sequence[Record]) -> Iterator[tuple[int, Written]]:
        enrolled: set[str] = set()
        for record in records:
            try:
                if record.object == "prospect":
                    written = self._save(record)
                elif record.action == "enrol":
                    written = self._enrol(record, enrolled)
                else:
                    written = self._finish(record)
            except TurnedAway:
                raise
            except TransientError:
                written = Written("unknown", record.external_id, "Outreach did not answer")
            yield record.position, written

    # Prospects.

    def _look_up_prospects(self, records: Sequence[Record]) -> dict[int, Found]:
        """By id, else by address; one to be made is looked for only if it was sent before."""
        by_id = [r for r in records if r.external_id]
        by_address = [
            r for r in records if not r.external_id and (r.action != "create" or r.sent_at)
        ]
        known = {
            prospect.id: prospect
            for prospect in self._records.having(
                "prospect", "id", [str(r.external_id) for r in by_id]
            )
        }
        found = {
            record.position: _as_found(record, known[str(record.external_id)])
            for record in by_id
            if record.external_id in known
        }
        of_address: dict[str, list[There]] = {}
        for prospect in self._having_addresses([_address(record) for record in by_address]):
            for address in _addresses(prospect):
                of_address.setdefault(address, []).append(prospect)
        for record in by_address:
            owners = of_address.get(_address(record), [])
            if len(owners) > 1:
                found[record.position] = Found(
                    outcome="failed", reason="several prospects have its address: merge them"
                )
            elif owners:
                found[record.position] = _as_found(record, owners[0])
        return found

    def _having_addresses(self, addresses: Sequence[str]) -> list[There]:
        return self._records.having("prospect", "emails", addresses)

    def _save(self, record: Record) -> Written:
        """Make or change a prospect."""
        if record.external_id is None:
            return self._make(record)
        return self._change(record, record.external_id, record.after)

    def _make(self, record: Record) -> Written:
        address = record.key_value or record.record_key
        attributes = {**_attributes(record.after), "emails": [address]}
        related = {}
        for name, kind in (("account", "account"), ("owner", "user"), ("stage", "stage")):
            if name in record.links:
                related[name] = (kind, record.links[name])
        try:
            made = self._records.create("prospect", attributes, related).id
        except Refused as refused:
            if _says(refused, "validationDuplicateValueError", "already been taken"):
                return self._join(record)
            return _refused(refused)
        self._made.add(made)
        return Written("written", made)

    def _join(self, record: Record) -> Written:
        """Somebody else has made the prospect meanwhile: fill what she left empty."""
        made_meanwhile = "somebody else made the prospect meanwhile"
        try:
            there = self._having_addresses([_address(record)])
        except TransientError:
            there = []
        if len(there) != 1:
            return Written("failed", None, f"{made_meanwhile}, and it could not be looked up")
        values = _as_found(record, there[0]).values
        differing = {f: v for f, v in record.after.items() if values.get(f) != v}
        empty = {f: v for f, v in differing.items() if values.get(f) in (None, "")}
        left = len(differing) - len(empty)
        reason = made_meanwhile + (f": {left} of its fields are left as they are" if left else "")
        if not empty:
            return Written("skipped" if left else "unchanged", there[0].id, reason)
        written = self._change(record, there[0].id, empty)
        return Written(written.outcome, there[0].id, written.reason or reason, empty)

    def _change(self, record: Record, number: str, values: Mapping[str, Any]) -> Written:
        attributes = {f: v for f, v in _attributes(values).items() if f != "emails"}
        if not attributes:
            return Written("unchanged", number)
        try:
            self._records.update("prospect", number, attributes)
        except Refused as refused:
            if _says(refused, "validationDuplicateValueError"):
                return Written("unchanged", number)
            return _refused(refused, number)
        return Written("written", number)

    # Enrolments.

    def _look_up_enrolments(self, records: Sequence[Record]) -> dict[int, Found]:
        """Who must not be enrolled, and who has been by a call that was not answered.

        A prospect that this run has made is in no sequence and has opted out of nothing: what is
        wrong with the sequence or the mailbox, the refusal says.
        """
        records = [r for r in records if r.sent_at or r.links.get("prospect") not in self._made]
        wanted = {
            name: {record.links[name] for record in records if name in record.links}
            for name in ("prospect", "sequence", "mailbox")
        }
        there = {
            name: {one.id: one for one in self._records.having(name, "id", ids)}
            for name, ids in wanted.items()
        }
        states: dict[str, list[There]] = {}
        for state in self._records.having("sequenceState", "prospect][id", wanted["prospect"]):
            states.setdefault(state.related.get("prospect", ""), []).append(state)
        found = {}
        for record in records:
            settled = _enrolment(record, there, states.get(record.links.get("prospect", ""), []))
            if settled is not None:
                found[record.position] = settled
        return found

    def _enrol(self, record: Record, enrolled: set[str]) -> Written:
        prospect = record.links["prospect"]
        if prospect in enrolled:
            return Written("skipped", None, "the prospect has just entered another sequence")
        related = {name: (name, record.links[name]) for name in ("prospect", "sequence", "mailbox")}
        try:
            state = self._records.create("sequenceState", {}, related)
        except Refused as refused:
            reason = barred_by(" ".join(detail for _, detail in reasons(refused)))
            return Written("skipped", None, reason) if reason else _refused(refused)
        enrolled.add(prospect)
        return Written("written", state.id)

    def _look_up_ends(self, records: Sequence[Record]) -> dict[int, Found]:
        """Enrolments to be taken back: those that are over are left as they are."""
        ids = [str(record.external_id) for record in records if record.external_id]
        states = {state.id: state for state in self._records.having("sequenceState", "id", ids)}
        found = {}
        for record in records:
            state = states.get(str(record.external_id))
            if state is None:
                found[record.position] = Found(
                    outcome="skipped", reason="the enrolment is no longer there"
                )
            elif state.attributes.get("state") in OPEN_STATES:
                found[record.position] = Found(state.id, dict(record.before))
            else:
                found[record.position] = Found(
                    state.id,
                    dict(record.after),
                    "written" if record.sent_at else "skipped",
                    f"the sequence is over; {_sent(state)}",
                )
        return found

    def _finish(self, record: Record) -> Written:
        try:
            state = self._records.act("sequenceState", str(record.external_id), "finish")
        except Refused as refused:
            if refused.response.status_code == 422:
                return Written("skipped", record.external_id, "the sequence is over")
            return _refused(refused, record.external_id)
        return Written("written", record.external_id, f"the sequence is ended; {_sent(state)}")


def barred_by(said: str) -> str | None:
    """What a refusal of an enrolment means; None when it is none of those that are known."""
    return next((reason for part, reason in REFUSALS if part in said.lower()), None)


def _enrolment(
    record: Record, there: Mapping[str, Mapping[str, There]], states: Sequence[There]
) -> Found | None:
    """Why an enrolment is settled without a call; None when it may be sent.

    A state in the sequence, when the enrolment was sent and not answered, is what it made: there
    was none when it was looked for before sending.
    """
    in_it = [s for s in states if s.related.get("sequence") == record.links.get("sequence")]
    if in_it and record.sent_at:
        return Found(in_it[-1].id, outcome="written", reason="it had arrived")
    prospect, sequence, mailbox = (
        there[name].get(record.links.get(name, "")) for name in ("prospect", "sequence", "mailbox")
    )
    if prospect is None:
        return Found(outcome="failed", reason="the prospect is not there")
    if sequence is None or mailbox is None:
        what = "sequence" if sequence is None else "mailbox"
        return Found(outcome="failed", reason=f"the {what} is not there: run gtm ingest outreach")
    reason = None
    if any(_is_open(state) for state in in_it):
        reason = "the prospect is already in this sequence"
    elif in_it:
        reason = "the prospect has been in this sequence before"
    elif any(map(_is_open, states)):
        reason = "the prospect is in another sequence"
    elif _has_opted_out(prospect):
        reason = "the prospect has opted out"
    elif prospect.attributes.get("trashedAt"):
        reason = "the prospect was thrown away in Outreach"
    elif sequence.attributes.get("locked"):
        reason = "the sequence is locked"
    elif not sequence.attributes.get("enabled"):
        reason = "the sequence is not enabled"
    elif mailbox.attributes.get("sendDisabled") or mailbox.attributes.get("sendPermanentErrorAt"):
        reason = "the mailbox may not send"
    return None if reason is None else Found(outcome="skipped", reason=reason)


def _is_open(state: There) -> bool:
    return state.attributes.get("state") in OPEN_STATES


def _has_opted_out(prospect: There) -> bool:
    said = prospect.attributes
    return bool(
        said.get("optedOut")
        or said.get("emailOptedOut")
        or said.get("emailsOptStatus") == "opted_out"
    )


def _sent(state: There) -> str:
    """What of an enrolment cannot be taken back."""
    count = int(state.attributes.get("deliverCount") or 0)
    return f"{count} mailings were sent and stay sent" if count else "nothing had been sent"


def _as_found(record: Record, prospect: There) -> Found:
    """A prospect as the engine compares her: a field that holds what our value becomes there holds
    our value; so with the value that it had before, which may be ours as well."""
    if prospect.attributes.get("trashedAt"):
        return Found(prospect.id, outcome="skipped", reason="it was thrown away in Outreach")
    values = {}
    for field, ours in record.after.items():
        theirs = prospect.attributes.get(field)
        if field == "emails":
            values[field] = ours if _address(record) in _addresses(prospect) else theirs
            continue
        known = (ours, record.before.get(field))
        values[field] = next((v for v in known if _text(field, v) == (theirs or None)), theirs)
    return Found(prospect.id, values)


def _attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    return {field: _text(field, value) for field, value in values.items()}


def _text(field: str, value: Any) -> str | None:
    """A value as Outreach takes it: a text, not too long; '' as none."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)[: LONGEST.get(field)]


def _address(record: Record) -> str:
    return str(record.key_value or record.record_key).lower()


def _addresses(prospect: There) -> list[str]:
    return [str(address).lower() for address in prospect.attributes.get("emails") or ()]


def _says(refused: Refused, *parts: str) -> bool:
    """Whether the refusal has one of the ids or parts of the wording."""
    return any(
        part == name or part in detail.lower()
        for name, detail in reasons(refused)
        for part in parts
    )


def _refused(refused: Refused, external_id: str | None = None) -> Written:
    """What a refusal that nothing can be done about means for the record."""
    if _says(refused, "excluded"):
        return Written("skipped", external_id, "Outreach takes no address of this domain")
    if _says(refused, "resourceNotFound"):
        return Written("failed", external_id, "it is no longer there")
    if _says(refused, "validationDataTooLongError"):
        return Written("failed", external_id, "a value is too long for Outreach: map a shorter one")
    said = "; ".join(f"{name} {detail}".strip() for name, detail in reasons(refused))
    said = re.sub(r"\S+@\S+", "…", said)[:200] or f"HTTP {refused.response.status_code}"
    return Written("failed", external_id, f"Outreach refuses it: {said}")
