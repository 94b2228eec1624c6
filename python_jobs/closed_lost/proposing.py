"""What the figures of closed-lost mining call for, as proposals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from python_jobs.closed_lost.proposals import OPEN, Proposal, insert, read_proposals
from python_jobs.registry.journal import Registries, read_registries
from python_jobs.runs import ensure_ops_tables, utc_now
from python_jobs.settings import Settings
from python_jobs.warehouse import Warehouse, json_value, only_writer, open_warehouse

PROMPT = "default"
"""The template of account briefs that is used where no other fits."""
CALL_TO_ACTION = "outreach:call_to_action"

Row = dict[str, Any]
Texts = dict[str, str]
"""What the rows say that the brief is written over, by their ids."""


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
            made.append(
                replace(wish, proposal_id=f"{now:%Y%m%d}-{wish.fingerprint}", created_at=now)
            )
        insert(held, made)
    return made


def _wishes(warehouse: Warehouse, registries: Registries) -> Iterator[Proposal]:
    settings = _settings(warehouse)
    texts = _brief_rows(warehouse)
    yield from _suppressions(warehouse, settings["suppression_days"], texts)
    # what the brief does not tell would rest on nothing
    top = [
        row
        for row in warehouse.rows(
            "select category, label, messaging, call_to_action from marts.closed_lost_objections "
            "where is_objection and primary_deal_count >= ? order by objection_rank",
            [settings["change_min_deals"]],
        )
        if _of_objection(texts, row)
    ]
    for row in top:
        yield from _prompt_change(registries, row, texts)
    for row in top[:1]:
        yield from _template_changes(registries, row, texts)


def _suppressions(warehouse: Warehouse, days: int, texts: Texts) -> Iterator[Proposal]:
    for row in warehouse.rows(
        "select segment, segment_key from marts.closed_lost_segments "
        "where verdict = 'deprioritise' and segment_type = 'industry' order by segment_key"
    ):
        yield Proposal(
            "suppression_rule",
            f"Nobody of the industry {row['segment']} is written to for {days} days: its deals are "
            "lost more often than others.",
            {
                "registry": "suppressions",
                "record_key": f"closed_lost:{_slug(row['segment'])}",
                "set": {
                    "kind": "industry",
                    "value": row["segment"],
                    "reason": "its deals are lost more often than others",
                },
                "days": days,
            },
            _quoted(texts, f"market:{row['segment_key']}"),
        )


def _prompt_change(registries: Registries, row: Row, texts: Texts) -> Iterator[Proposal]:
    prompt = registries.effective("prompt_templates").get(PROMPT)
    if row["messaging"] and prompt and row["messaging"] not in prompt.values["system_prompt"]:
        yield Proposal(
            "prompt_change",
            f"Account briefs are asked to mind the objection {row['label']}.",
            {
                "registry": "prompt_templates",
                "record_key": PROMPT,
                "append": {"system_prompt": row["messaging"]},
            },
            _of_objection(texts, row),
        )


def _template_changes(registries: Registries, row: Row, texts: Texts) -> Iterator[Proposal]:
    asks = registries.effective("sync_settings").get(CALL_TO_ACTION)
    wanted = row["call_to_action"]
    if not wanted or not asks or wanted == asks.values["value"]:
        return
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
            _of_objection(texts, row),
        )


def _stands_against(wish: Proposal, other: Proposal, now: datetime, rest: int) -> bool:
    """Whether the other is the same, and waits for a person or was decided not long ago."""
    if other.fingerprint != wish.fingerprint:
        return False
    is_young = other.decided_at is not None and now - other.decided_at < timedelta(days=rest)
    return other.status == OPEN or is_young


def _settings(warehouse: Warehouse) -> Row:
    [row] = warehouse.rows("select * from intermediate.int_closed_lost_settings")
    return row


def _brief_rows(warehouse: Warehouse) -> Texts:
    """The rows that the brief is written over, which the evidence quotes."""
    return {
        item["id"]: item["text"]
        for row in warehouse.rows("select evidence from enrich.closed_lost_brief_inputs")
        for item in json_value(row["evidence"])
    }


def _quoted(texts: Texts, row: str) -> list[dict[str, str]]:
    return [{"id": row, "text": texts[row]}] if row in texts else []


def _of_objection(texts: Texts, row: Row) -> list[dict[str, str]]:
    return _quoted(texts, f"objection:{row['category']}")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
