"""What closed-lost mining would change, until a person has decided.

A proposal is an edit of a registry that nobody has made yet. Approved, it is made like any other:
checked, dated, attributed, and taken back with ``gtm registry revert``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import md5
from typing import Any, Literal

from python_jobs.errors import ConfigurationError
from python_jobs.registry.edits import Edit, set_row
from python_jobs.registry.journal import Registries, append, read_registries
from python_jobs.warehouse import Warehouse, json_parameter, json_value

Kind = Literal["suppression_rule", "prompt_change", "template_change"]
Decision = Literal["approved", "rejected"]
OPEN = "open"


@dataclass(frozen=True)
class Proposal:
    """A row of ops.proposals.

    ``payload`` is an edit: of which registry and row, the fields to ``set``, and texts to
    ``append`` to what a field says when it is approved. ``evidence`` is rows of the brief.
    """

    kind: Kind
    reason: str
    payload: dict[str, Any]
    evidence: list[dict[str, str]]
    proposal_id: str = ""
    created_at: datetime | None = None
    status: str = OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str | None = None
    change_id: str | None = None
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        said = json.dumps([self.kind, self.payload], sort_keys=True)
        object.__setattr__(
            self, "fingerprint", md5(said.encode(), usedforsecurity=False).hexdigest()[:8]
        )


def read_proposals(warehouse: Warehouse) -> list[Proposal]:
    """All of them, the newest first."""
    if not warehouse.has_table("ops", "proposals"):
        return []
    rows = warehouse.rows("select * from ops.proposals order by created_at desc, proposal_id")
    return [
        Proposal(
            **{
                **row,
                "payload": json_value(row["payload"]),
                "evidence": json_value(row["evidence"]),
            }
        )
        for row in rows
    ]


def decide(
    warehouse: Warehouse,
    proposal_id: str,
    status: Decision,
    by: str,
    now: datetime,
    note: str | None = None,
) -> Proposal:
    """Approve a proposal, which makes its edit, or reject it.

    Raises:
        ConfigurationError: there is none of that id, it is decided, or the edit would break a rule.
    """
    proposal = named(read_proposals(warehouse), proposal_id)
    if proposal.status != OPEN:
        raise ConfigurationError(
            f"{proposal_id} was {proposal.status} by {proposal.decided_by} on "
            f"{proposal.decided_at:%Y-%m-%d}" + way_back(proposal)
        )
    change_id = _made(warehouse, proposal, by, now) if status == "approved" else None
    warehouse.execute(
        "update ops.proposals set status = ?, decided_by = ?, decided_at = cast(? as timestamp), "
        "note = ?, change_id = ? where proposal_id = ?",
        [status, by, now.isoformat(sep=" "), note, change_id, proposal_id],
    )
    return named(read_proposals(warehouse), proposal_id)


def edit_of(registries: Registries, proposal: Proposal, by: str, now: datetime) -> Edit:
    """The edit that a proposal is, over the registries in force."""
    payload = proposal.payload
    name, key = payload["registry"], payload["record_key"]
    edit = Edit(registries, by, now, _mark(proposal))
    given = dict(payload.get("set") or {})
    current = registries.effective(name).get(key)
    for field_name, text in (payload.get("append") or {}).items():
        if current is None:
            raise ConfigurationError(
                f"{name} has no '{key}' any more: reject {proposal.proposal_id}"
            )
        given[field_name] = f"{current.values[field_name].rstrip()} {text}"
    if "append" in payload and current is not None and "version" in current.values:
        given["version"] = str(current.values["version"] + 1)
    if name == "suppressions":
        given |= {
            "approved_by": by,
            "approved_at": _stamp(now),
            "valid_from": _stamp(now),
            "valid_until": _stamp(now + timedelta(days=payload["days"])),
        }
    set_row(edit, name, key, given)
    return edit


def _made(warehouse: Warehouse, proposal: Proposal, by: str, now: datetime) -> str | None:
    """Make the edit, unless a run that died has made it; its id in the registries' journal."""
    registries = read_registries(warehouse)
    for change in registries.changes:
        if change.note == _mark(proposal):
            return change.edit_id
    edit = edit_of(registries, proposal, by, now)
    if not edit.changes:
        return None
    changes = edit.checked()
    append(warehouse, changes)
    return changes[0].edit_id


def insert(warehouse: Warehouse, proposals: list[Proposal]) -> None:
    """Write new proposals down, each open."""
    if not proposals:
        return
    value = json_parameter(warehouse)
    selects = [f"select ?, ?, ?, {value}, {value}, cast(? as timestamp), ?" for _ in proposals]
    warehouse.execute(
        "insert into ops.proposals (proposal_id, kind, reason, payload, evidence, created_at, "
        "status) " + " union all ".join(selects),
        [
            value
            for each in proposals
            for value in (
                each.proposal_id,
                each.kind,
                each.reason,
                json.dumps(each.payload, ensure_ascii=False),
                json.dumps(each.evidence, ensure_ascii=False),
                str(each.created_at),
                each.status,
            )
        ],
    )


def named(proposals: list[Proposal], proposal_id: str) -> Proposal:
    """The one of that id.

    Raises:
        ConfigurationError: there is none.
    """
    for proposal in proposals:
        if proposal.proposal_id == proposal_id:
            return proposal
    raise ConfigurationError(
        f"there is no proposal '{proposal_id}': gtm proposals list shows those there are"
    )


def way_back(proposal: Proposal) -> str:
    """How its edit is undone, as the end of a sentence; '' where none was made."""
    if not proposal.change_id:
        return ""
    return f": undo with gtm registry revert {proposal.change_id}"


def _mark(proposal: Proposal) -> str:
    return f"proposal {proposal.proposal_id}: {proposal.reason}"


def _stamp(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat(sep=" ")
