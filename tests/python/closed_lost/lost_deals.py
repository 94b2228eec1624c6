"""Made-up deals with their calls, laid down as the models that closed-lost mining reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_jobs.dbt_runner import DbtProject
from python_jobs.enrich.engines.offline import Offline
from python_jobs.enrich.runner import Outcome, run_task
from python_jobs.enrich.tasks import task_named
from python_jobs.runs import ensure_ops_tables
from python_jobs.settings import Settings
from python_jobs.warehouse import BriefWarehouse, Warehouse, open_warehouse

DAY = date(2026, 6, 30)
REGISTRIES = (
    *("objection_categories", "competitors", "closed_lost_settings"),
    *("prompt_templates", "suppressions", "sync_settings"),
)
MODELS = (
    *(f"path:seeds/registry/{name}.csv" for name in REGISTRIES),
    *(f"stg_registry__{name}" for name in REGISTRIES),
    *("path:models/intermediate/closed_lost", "path:models/marts/closed_lost"),
    *("path:models/ai/closed_lost_*", "path:models/enrich/closed_lost_*"),
)
TABLES = {
    "intermediate.int_opportunities_collected": (
        "opportunity_id varchar, account_id varchar, opportunity_name varchar, stage_name varchar, "
        "opportunity_amount double, is_closed boolean, is_won boolean, close_date date, "
        "loss_reason varchar, owner_id varchar, is_deleted boolean, is_current boolean"
    ),
    "intermediate.int_crm_accounts_keyed": (
        "account_id varchar, account_key varchar, account_name varchar, industry varchar, "
        "employee_count integer"
    ),
    "marts.call_opportunities": "call_id varchar, opportunity_id varchar",
    "marts.fct_calls": (
        "call_id varchar, is_transcribed boolean, is_private boolean, started_at timestamp"
    ),
    "marts.call_segments": (
        "segment_id varchar, call_id varchar, segment_number integer, text varchar, "
        "is_internal boolean"
    ),
}


@dataclass
class Call:
    """What was said: sentences, those of ours with a ``>`` before them."""

    call_id: str
    said: Sequence[str] = ()
    day: date = date(2026, 3, 1)
    is_private: bool = False


@dataclass
class Deal:
    """A closed deal of a company of its own; lost unless told otherwise."""

    deal_id: str
    amount: float = 10_000
    closed: date = date(2026, 3, 15)
    industry: str = "Banking"
    employees: int = 100
    calls: Sequence[Call] = ()
    is_won: bool = False
    is_deleted: bool = False
    stage: str | None = "Closed Lost"
    reason: str | None = None
    has_name: bool = True


class Mining:
    """A warehouse with some deals."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self._project: DbtProject | None = None
        self.folder = folder

    def of(self, *deals: Deal) -> Mining:
        """Start over with these deals."""
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
        for deal in deals:
            rows["intermediate.int_opportunities_collected"].append(
                (
                    *(deal.deal_id, f"of {deal.deal_id}"),
                    *(f"Deal {deal.deal_id}" if deal.has_name else None, deal.stage),
                    *(deal.amount, True, deal.is_won, deal.closed.isoformat(), deal.reason),
                    *("an owner", deal.is_deleted, True),
                )
            )
            rows["intermediate.int_crm_accounts_keyed"].append(
                (
                    *(f"of {deal.deal_id}", f"{deal.deal_id.lower()}.com", f"{deal.deal_id} Inc"),
                    *(deal.industry, deal.employees),
                )
            )
            for call in deal.calls:
                rows["marts.call_opportunities"].append((call.call_id, deal.deal_id))
                began = datetime(call.day.year, call.day.month, call.day.day, 10)
                rows["marts.fct_calls"].append(
                    (call.call_id, bool(call.said), call.is_private, began.isoformat(sep=" "))
                )
                if call.is_private:
                    continue
                rows["marts.call_segments"] += [
                    (
                        f"{call.call_id}:{place}",
                        call.call_id,
                        place,
                        text.lstrip("> "),
                        text[0] == ">",
                    )
                    for place, text in enumerate(call.said, 1)
                ]
        with open_warehouse(self.settings) as warehouse:
            ensure_ops_tables(warehouse)
            for table in ("llm_results", "proposals", "registry_changes"):
                warehouse.execute(f"delete from ops.{table}")
            for schema in ("intermediate", "marts"):
                warehouse.execute(f"create schema if not exists {schema}")
            for table, columns in TABLES.items():
                _fill(warehouse, table, columns, rows[table])
        return self

    def build(self) -> Mining:
        """Build the models of closed-lost mining over them."""
        if self._project is None:
            self._project = DbtProject(self.settings)
        outcome = self._project.run(
            *("build", "--exclude-resource-type", "unit_test", "test"),
            *("--select", *MODELS),
            variables={"as_of_date": DAY.isoformat()},
            on_start=lambda *_: None,
        )
        assert not outcome.failures, "\n".join(outcome.failures)
        return self

    def read(self) -> tuple[Outcome, Outcome]:
        """Have the deals read and the brief written, offline."""
        warehouse = BriefWarehouse(self.settings)
        deals, brief = (
            run_task(warehouse, task_named(name), Offline())
            for name in ("closed_lost_deal", "closed_lost_brief")
        )
        return deals, brief

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with open_warehouse(self.settings) as warehouse:
            return [tuple(row.values()) for row in warehouse.rows(sql)]


def _fill(warehouse: Warehouse, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    warehouse.execute(f"create or replace table {table} ({columns})")
    if rows:
        line = f"({', '.join('?' for _ in rows[0])})"
        warehouse.execute(
            f"insert into {table} values {', '.join(line for _ in rows)}",
            [value for row in rows for value in row],
        )
