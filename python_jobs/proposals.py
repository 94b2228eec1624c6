"""``gtm proposals``: what closed-lost mining would change, until a person has decided.

A proposal is an edit of a registry that nobody has made yet. Approved, it is made like any other:
checked, dated, attributed, and taken back with ``gtm registry revert``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import md5
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table

from python_jobs.errors import ConfigurationError
from python_jobs.options import AsJson, By, Target
from python_jobs.printing import wide
from python_jobs.registry.edits import Edit, set_row
from python_jobs.registry.journal import Registries, append, read_registries
from python_jobs.runs import ensure_ops_tables, utc_now
from python_jobs.settings import Settings, load_settings
from python_jobs.warehouse import Warehouse, json_parameter, json_value, only_writer, open_warehouse

Kind = Literal["suppression_rule", "prompt_change", "template_change"]
OPEN, APPROVED, REJECTED = "open", "approved", "rejected"

PROMPT = "default"
"""The template of account briefs that is used where no other fits."""
CALL_TO_ACTION = "outreach:call_to_action"

app = typer.Typer(
    name="proposals",
    help="What closed-lost mining would change: look at it, approve it, reject it.",
    no_args_is_help=True,
)

Id = Annotated[str, typer.Argument(help="The proposal; `gtm proposals list` lists them.")]
Note = Annotated[str | None, typer.Option("--note", help="Why; kept with the decision.")]


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


def propose(settings: Settings) -> list[Proposal]:
    """Make the proposals that the figures of the last build call for, and that are not there yet.

    A rejected one is made again only after the setting proposal_rest_days.
    """
    with only_writer(settings, settings.patience_for_warehouse), open_warehouse(settings) as held:
        ensure_ops_tables(held)
        now = utc_now()
        rest = _settings(held)["proposal_rest_days"]
        known = read_proposals(held)
        made = []
        for wish in _wishes(held, read_registries(held)):
            if any(_stands_against(wish, other, now, rest) for other in known):
                continue
            made.append(_row(wish, now))
        insert(held, made)
    return made


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
    status: Literal["approved", "rejected"],
    by: str,
    now: datetime,
    note: str | None = None,
) -> Proposal:
    """Approve a proposal, which makes its edit, or reject it.

    Raises:
        ConfigurationError: there is none of that id, it is decided, or the edit would break a rule.
    """
    proposal = _named(read_proposals(warehouse), proposal_id)
    if proposal.status != OPEN:
        raise ConfigurationError(
            f"{proposal_id} was {proposal.status} by {proposal.decided_by} on "
            f"{proposal.decided_at:%Y-%m-%d}" + _way_back(proposal)
        )
    change_id = _make(warehouse, proposal, by, now) if status == APPROVED else None
    warehouse.execute(
        "update ops.proposals set status = ?, decided_by = ?, decided_at = cast(? as timestamp), "
        "note = ?, change_id = ? where proposal_id = ?",
        [status, by, now.isoformat(sep=" "), note, change_id, proposal_id],
    )
    return _named(read_proposals(warehouse), proposal_id)


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


# --- what the figures call for ---


def _wishes(warehouse: Warehouse, registries: Registries) -> Iterator[Proposal]:
    settings = _settings(warehouse)
    texts = _brief_rows(warehouse)
    for row in warehouse.rows(
        "select segment, segment_key from marts.closed_lost_segments "
        "where verdict = 'deprioritise' and segment_type = 'industry' order by segment_key"
    ):
        evidence = _rows(texts, f"market:{row['segment_key']}")
        yield Proposal(
            "suppression_rule",
            f"Nobody of the industry {row['segment']} is written to for "
            f"{settings['suppression_days']} days: its deals are lost more often than others.",
            {
                "registry": "suppressions",
                "record_key": f"closed_lost:{_slug(row['segment'])}",
                "set": {
                    "kind": "industry",
                    "value": row["segment"],
                    "reason": "its deals are lost more often than others",
                },
                "days": settings["suppression_days"],
            },
            evidence,
        )
    # what the brief does not tell would rest on nothing
    top = [
        row
        for row in warehouse.rows(
            "select category, label, messaging, call_to_action from marts.closed_lost_objections "
            "where is_objection and primary_deal_count >= ? order by objection_rank",
            [settings["change_min_deals"]],
        )
        if _rows(texts, f"objection:{row['category']}")
    ]
    prompt = registries.effective("prompt_templates").get(PROMPT)
    for row in top:
        if row["messaging"] and prompt and row["messaging"] not in prompt.values["system_prompt"]:
            yield Proposal(
                "prompt_change",
                f"Account briefs are asked to mind the objection {row['label']}.",
                {
                    "registry": "prompt_templates",
                    "record_key": PROMPT,
                    "append": {"system_prompt": row["messaging"]},
                },
                _rows(texts, f"objection:{row['category']}"),
            )
    asks = registries.effective("sync_settings").get(CALL_TO_ACTION)
    for row in top[:1]:
        wanted = row["call_to_action"]
        if not wanted or not asks or wanted == asks.values["value"]:
            continue
        places = [("First messages", "sync_settings", CALL_TO_ACTION, "value")]
        # angles that ask what the setting asks: their sentences go before it
        places += [
            (f"First messages on {name}", "message_angles", name, "call_to_action")
            for name, angle in sorted(registries.effective("message_angles").items())
            if angle.values["enabled"] and angle.values["call_to_action"] == asks.values["value"]
        ]
        for which, name, key, part in places:
            yield Proposal(
                "template_change",
                f"{which} ask for what answers the objection {row['label']}.",
                {"registry": name, "record_key": key, "set": {part: wanted}},
                _rows(texts, f"objection:{row['category']}"),
            )


def _stands_against(wish: Proposal, other: Proposal, now: datetime, rest: int) -> bool:
    if other.fingerprint != wish.fingerprint:
        return False
    if other.status != REJECTED or other.decided_at is None:
        return other.status == OPEN or _is_young(other, now, rest)
    return _is_young(other, now, rest)


def _is_young(proposal: Proposal, now: datetime, rest: int) -> bool:
    return proposal.decided_at is not None and now - proposal.decided_at < timedelta(days=rest)


def _settings(warehouse: Warehouse) -> dict[str, Any]:
    [row] = warehouse.rows("select * from intermediate.int_closed_lost_settings")
    return row


def _brief_rows(warehouse: Warehouse) -> dict[str, str]:
    """The rows that the brief is written over, which the evidence quotes."""
    return {
        item["id"]: item["text"]
        for row in warehouse.rows("select evidence from enrich.closed_lost_brief_inputs")
        for item in json_value(row["evidence"])
    }


def _rows(texts: dict[str, str], *ids: str) -> list[dict[str, str]]:
    return [{"id": row, "text": texts[row]} for row in ids if row in texts]


# --- writing ---


def _make(warehouse: Warehouse, proposal: Proposal, by: str, now: datetime) -> str | None:
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


def _row(wish: Proposal, now: datetime) -> Proposal:
    given = {name: value for name, value in vars(wish).items() if name != "fingerprint"}
    return Proposal(
        **{**given, "proposal_id": f"{now:%Y%m%d}-{wish.fingerprint}", "created_at": now}
    )


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


# --- commands ---


@app.command("list")
def list_proposals(
    status: Annotated[
        Literal["open", "approved", "rejected"] | None,
        typer.Option("--status", help="Only those that are so."),
    ] = None,
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """The proposals, the newest first.

    Example:

        gtm proposals list --status open
    """
    with open_warehouse(load_settings().with_target(target), read_only=True) as warehouse:
        found = [each for each in read_proposals(warehouse) if status in (None, each.status)]
    if as_json:
        typer.echo(json.dumps([vars(each) for each in found], ensure_ascii=False, default=str))
        return
    if not found:
        kind = f"{status} " if status else ""
        typer.echo(f"no {kind}proposals: gtm closed-lost run makes them")
        return
    table = Table("proposal", "kind", "status", "what and why", box=None)
    for each in found:
        table.add_row(each.proposal_id, each.kind, each.status, escape(each.reason))
    wide().print(table)


@app.command()
def show(proposal_id: Id, target: Target = None) -> None:
    """What it would change, and the rows that it rests on.

    Example:

        gtm proposals show 3f2a9c01d4e5
    """
    settings = load_settings().with_target(target)
    with open_warehouse(settings, read_only=True) as warehouse:
        proposal = _named(read_proposals(warehouse), proposal_id)
        registries = read_registries(warehouse)
    typer.echo(f"{proposal.proposal_id} {proposal.kind} ({proposal.status}): {proposal.reason}")
    for row in proposal.evidence:
        typer.echo(f"  [{row['id']}] {row['text']}")
    if proposal.status == OPEN:
        for change in edit_of(registries, proposal, settings.who(), utc_now()).changes:
            _print_change(change.registry, change.record_key, change.before, change.after)
        return
    typer.echo(f"  {proposal.status} by {proposal.decided_by}, {proposal.decided_at:%Y-%m-%d}")
    if proposal.note:
        typer.echo(f"  {proposal.note}")
    if proposal.change_id:
        typer.echo(f"  {_way_back(proposal).removeprefix(': ')}")


@app.command()
def approve(proposal_id: Id, note: Note = None, by: By = None, target: Target = None) -> None:
    """Make the change; it counts from the next build on.

    Example:

        gtm proposals approve 3f2a9c01d4e5 --note "agreed with sales"
    """
    decided = _decide(proposal_id, "approved", note, by, target)
    typer.echo(
        f"{proposal_id} is approved and in force from the next build on" + _way_back(decided)
    )


@app.command()
def reject(proposal_id: Id, note: Note = None, by: By = None, target: Target = None) -> None:
    """Leave things as they are; the proposal rests before it may come again.

    Example:

        gtm proposals reject 3f2a9c01d4e5 --note "too few deals to tell"
    """
    _decide(proposal_id, "rejected", note, by, target)
    typer.echo(f"{proposal_id} is rejected; nothing has changed")


def _decide(
    proposal_id: str,
    status: Literal["approved", "rejected"],
    note: str | None,
    by: str | None,
    target: str | None,
) -> Proposal:
    settings = load_settings().with_target(target)
    with only_writer(settings), open_warehouse(settings) as warehouse:
        ensure_ops_tables(warehouse)
        return decide(warehouse, proposal_id, status, settings.who(by), utc_now(), note)


def _named(proposals: list[Proposal], proposal_id: str) -> Proposal:
    for proposal in proposals:
        if proposal.proposal_id == proposal_id:
            return proposal
    raise ConfigurationError(
        f"there is no proposal '{proposal_id}': gtm proposals list shows those there are"
    )


def _print_change(registry: str, key: str, before: Any, after: Any) -> None:
    typer.echo(f"  {registry} {key}{'' if before else ' (new)'}")
    for name, value in (after or {}).items():
        old = (before or {}).get(name)
        if value != old:
            typer.echo(f"    {name}: {'' if before is None else f'{old} → '}{value}")


def _way_back(proposal: Proposal) -> str:
    if not proposal.change_id:
        return ""
    return f": undo with gtm registry revert {proposal.change_id}"


def _mark(proposal: Proposal) -> str:
    return f"proposal {proposal.proposal_id}: {proposal.reason}"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _stamp(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat(sep=" ")
