"""A warehouse with sync models that a test writes itself, and ``gtm sync`` over it as a user types.

No build is needed: a sync model is a relation of one shape, whatever made it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from python_jobs.activate.destinations import destinations, open_destination
from python_jobs.runs import ensure_ops_tables, ensure_raw_tables, utc_now
from python_jobs.settings import Settings
from python_jobs.warehouse import BriefWarehouse, Warehouse, open_warehouse
from tests import typed

Row = dict[str, Any]

COLUMNS = {
    "destination": "varchar",
    "object": "varchar",
    "record_key": "varchar",
    "action": "varchar",
    "external_id": "varchar",
    "key_field": "varchar",
    "key_value": "varchar",
    "before": "json",
    "after": "json",
    "links": "json",
    "reason": "varchar",
    "source_rows": "json",
    "payload_hash": "varchar",
}
KEYS = {"Account": "Domain__c", "Contact": "Email", "Lead": "Email", "prospect": "emails"}
DESTINATIONS = {
    "prospect": "outreach",
    "sequenceState": "outreach",
}


def row(object_name: str, record_key: str, after: Mapping[str, Any], **more: Any) -> Row:
    """A row of a sync model: an update where there is an ``external_id``, else a new record."""
    action = "update" if more.get("external_id") else "create"
    key_field = KEYS.get(object_name)
    values = {
        "destination": DESTINATIONS.get(object_name, "salesforce"),
        "object": object_name,
        "record_key": record_key,
        "action": action,
        "external_id": None,
        "key_field": key_field,
        "key_value": record_key if key_field else None,
        "before": dict.fromkeys(after) if action == "update" else {},
        "after": dict(after),
        "links": {},
        "reason": "to try it",
        "source_rows": [{"table": "marts.activation_queue", "key": "a row"}],
        "payload_hash": "",
    }
    return values | more


def link(object_name: str, record_key: str, external_id: str | None = None) -> Row:
    """How a row names the record that it belongs to."""
    return {"object": object_name, "record_key": record_key, "external_id": external_id}


class Printed(typed.Printed):
    """What a command ended with and printed."""

    @property
    def run_id(self) -> str:
        """Of the run that an apply or undo printed."""
        return self.out.split("run ")[1].split(":")[0]


@dataclass
class Desk:
    """One warehouse before one sandbox; ``env`` is what a user's shell would have."""

    env: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return Settings(**self.env)

    def prepare(self) -> None:
        """An empty warehouse that has just been loaded and built, with all that guards look at."""
        with open_warehouse(self.settings) as warehouse:
            ensure_ops_tables(warehouse)
            ensure_raw_tables(warehouse)
            for kind in destinations().values():
                for entity in kind.objects.values():
                    self._ended(warehouse, "ingest", kind.name, entity)
                    warehouse.execute(
                        f"create table intermediate.int_{kind.name}_{entity}_desired as "
                        "select 1 as wanted"
                    )
            self._ended(warehouse, "build", "dbt", "models")

    def _ended(self, warehouse: Warehouse, job: str, source: str, entity: str) -> None:
        warehouse.execute(
            "insert into ops.job_runs (run_id, job, source, entity, status, finished_at) "
            "values (?, ?, ?, ?, 'succeeded', cast(? as timestamp))",
            [f"{job} {source} {entity}", job, source, entity, self.earlier(1)],
        )

    def earlier(self, hours: float) -> str:
        """So many hours ago, as SQL takes it."""
        return (utc_now() - timedelta(hours=hours)).isoformat()

    def says(self, rows: Sequence[Row]) -> None:
        """Make the sync models say these rows, and no others."""
        with open_warehouse(self.settings) as warehouse:
            warehouse.execute("create schema if not exists sync")
            for kind in destinations().values():
                for object_name, entity in kind.objects.items():
                    own = [one for one in rows if one["object"] == object_name]
                    self._write(warehouse, f"sync.sync_{kind.name}__{entity}", own)

    def _write(self, warehouse: Warehouse, table: str, rows: Iterable[Row]) -> None:
        is_snowflake = warehouse.target == "snowflake"
        types = {"json": "variant" if is_snowflake else "json", "varchar": "varchar"}
        columns = ", ".join(f"{name} {types[kind]}" for name, kind in COLUMNS.items())
        warehouse.execute(f"drop table if exists {table}")
        warehouse.execute(f"create table {table} ({columns})")
        value = "parse_json(?)" if is_snowflake else "cast(? as json)"
        marks = ", ".join(value if kind == "json" else "?" for kind in COLUMNS.values())
        for one in rows:
            values = [
                json.dumps(one[name]) if kind == "json" else one[name]
                for name, kind in COLUMNS.items()
            ]
            warehouse.execute(f"insert into {table} select {marks}", values)

    def gtm(self, *arguments: str) -> Printed:
        """``gtm …``, in this process."""
        return Printed(*typed.gtm(*arguments, env=self.env))

    def plan(self, destination: str = "salesforce", *more: str) -> Row:
        """Make a plan and give what ``--json`` prints of it."""
        printed = self.gtm("sync", "plan", "--destination", destination, "--json", *more)
        found: Row = json.loads(printed.out.splitlines()[0])
        return found

    def apply(self, plan: Row, *more: str) -> Printed:
        """Apply a plan by its hash."""
        return self.gtm("sync", "apply", plan["plan_id"], "--hash", plan["hash"], *more)

    def planned_and_applied(self, rows: Sequence[Row], destination: str = "salesforce") -> Printed:
        """The models say so, and it is done."""
        self.says(rows)
        return self.apply(self.plan(destination))

    def rows(self, sql: str, *params: Any) -> list[Row]:
        with open_warehouse(self.settings) as warehouse:
            return warehouse.rows(sql, params)

    def execute(self, sql: str, *params: Any) -> None:
        with open_warehouse(self.settings) as warehouse:
            warehouse.execute(sql, params)

    def outcomes(self) -> dict[str, tuple[str, str | None]]:
        """Record key to the outcome and reason of its last result."""
        found = self.rows("select * from ops.sync_results order by attempted_at")
        return {one["record_key"]: (one["outcome"], one["reason"]) for one in found}

    def api(self, destination: str) -> Any:
        """The vendor's API, as the destination has it."""
        warehouse = BriefWarehouse(self.settings)
        return open_destination(destination, self.settings, warehouse).api

    def soql(self, query: str) -> list[Row]:
        """Records of the sandbox's org."""
        found = self.api("salesforce").client.query_all(query)["records"]
        return [{name: one[name] for name in one if name != "attributes"} for one in found]
