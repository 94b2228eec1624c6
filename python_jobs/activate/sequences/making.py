"""What of the shipped sequences Outreach lacks, and making it: by name, once, switched off.

A sequence that somebody else made under the name is theirs and is left alone; so is ours once it
is switched on. One that a broken run left unfinished is finished: a template is known by its name,
a step by its number, and what joins the two by both.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Series
from dataclasses import dataclass

from python_jobs.activate.destinations.outreach_records import Found, Records
from python_jobs.activate.sequences.shipped import OURS, Sequence, Step


@dataclass(frozen=True)
class Standing:
    """How a sequence stands in Outreach.

    Attributes:
        record: the sequence there; None when there is none of the name.
        steps: number of the step to its record, for those that are there.
        templates: number of the step to its template, for those that are there.
        joined: numbers of the steps whose template is joined to them.
    """

    sequence: Sequence
    record: Found | None
    steps: dict[int, Found]
    templates: dict[int, Found]
    joined: frozenset[int]

    @property
    def is_ours(self) -> bool:
        """Whether it may be written: it is not there yet, or it is ours and switched off."""
        if self.record is None:
            return True
        is_tagged = OURS in (self.record.attributes.get("tags") or ())
        return is_tagged and not self.record.attributes.get("enabled")

    @property
    def missing(self) -> list[tuple[int, Step]]:
        """The steps, with their numbers, that are not there, or not with their mail."""
        return [
            (order, step)
            for order, step in enumerate(self.sequence.steps, start=1)
            if order not in self.steps or (step.body and order not in self.joined)
        ]

    @property
    def line(self) -> str:
        """One line for a person."""
        name, steps = self.sequence.name, len(self.sequence.steps)
        if self.record is None:
            mails = sum(step.body is not None for step in self.sequence.steps)
            return f"{name}: to be made, {steps} steps, {mails} of them mails"
        if self.is_ours and self.missing:
            return f"{name}: to be finished, {len(self.missing)} of {steps} steps are missing"
        if self.record.attributes.get("enabled"):
            return f"{name}: there and enabled; left as it is"
        if self.is_ours:
            return f"{name}: there, not enabled: read its texts and enable it in Outreach"
        return f"{name}: there, not enabled, made by somebody else; left as it is"


def standing(records: Records, sequences: Series[Sequence]) -> list[Standing]:
    """How each sequence stands. A few calls, however many sequences there are."""
    by_name: dict[str, Found] = {}
    for found in records.every("sequence"):
        by_name.setdefault(str(found.attributes.get("name")), found)
    there = {s.key: by_name[s.name] for s in sequences if s.name in by_name}
    ids = [record.id for record in there.values()]
    steps = records.having("sequenceStep", "sequence][id", ids) if ids else []
    step_ids = [step.id for step in steps]
    joins = records.having("sequenceTemplate", "sequenceStep][id", step_ids) if steps else []
    joined = {join.related.get("sequenceStep") for join in joins}
    templates = {str(t.attributes.get("name")): t for t in records.every("template")}
    stands = []
    for sequence in sequences:
        record = there.get(sequence.key)
        own = {
            int(step.attributes.get("order") or 0): step
            for step in steps
            if record is not None and step.related.get("sequence") == record.id
        }
        stands.append(
            Standing(
                sequence,
                record,
                own,
                {
                    order: templates[sequence.template_name(order)]
                    for order in range(1, len(sequence.steps) + 1)
                    if sequence.template_name(order) in templates
                },
                frozenset(order for order, step in own.items() if step.id in joined),
            )
        )
    return stands


def make(records: Records, stand: Standing) -> Iterator[str]:
    """Make what is missing of one sequence, if it may be written; a line for each thing made."""
    if not stand.is_ours:
        return
    sequence, record = stand.sequence, stand.record
    if record is None:
        record = records.create("sequence", _attributes(sequence), {})
        yield f"{sequence.name}: made, not enabled"
    for order, step in stand.missing:
        made = stand.steps.get(order)
        if made is None:
            made = records.create(
                "sequenceStep", _step(step, order), {"sequence": ("sequence", record.id)}
            )
            yield f"{sequence.name}: step {order} made, {step.type}"
        if step.body is None:
            continue
        template = stand.templates.get(order)
        if template is None:
            template = records.create("template", _template(sequence, step, order), {})
        records.create(
            "sequenceTemplate",
            {"isReply": step.is_reply},
            {"sequenceStep": ("sequenceStep", made.id), "template": ("template", template.id)},
        )
        yield f"{sequence.name}: mail of step {order} made"


def _attributes(sequence: Sequence) -> dict[str, object]:
    return {
        "name": sequence.name,
        "description": sequence.description,
        "sequenceType": "interval",
        "shareType": "shared",
        "finishOnReply": True,
        "tags": [OURS, sequence.key],
    }


def _step(step: Step, order: int) -> dict[str, object]:
    attributes: dict[str, object] = {"order": order, "stepType": step.type, "interval": step.wait}
    return attributes | ({"taskNote": step.note} if step.note else {})


def _template(sequence: Sequence, step: Step, order: int) -> dict[str, object]:
    return {
        "name": sequence.template_name(order),
        "subject": step.subject,
        "bodyHtml": step.body_html,
        "shareType": "shared",
    }
