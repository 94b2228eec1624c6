"""A warehouse with the cases in place of what the sync models read, and the models over it."""

from __future__ import annotations

import json
from pathlib import Path

from python_jobs.runs import ensure_ops_tables, ensure_raw_tables
from python_jobs.settings import Settings
from python_jobs.warehouse import Warehouse, json_parameter, open_warehouse
from tests.python.sync.cases import (
    ACCOUNT,
    CONTACTS,
    DAY,
    DOUBLES,
    GIVEN,
    PROSPECTS,
    SALESFORCE_ACCOUNTS,
    TYPES,
    Row,
)
from tests.small_project import SmallProject

LANDED = "2026-06-30 06:00:00"
REGISTRIES = ("field_mappings", "sync_settings", "signals")
# what the cases are worked out with, whatever is shipped
SETTINGS = {
    "salesforce:stage_hysteresis": "10",
    "salesforce:surge_hysteresis": "0.5",
    "salesforce:surge_stages": "Warm;Hot",
    "salesforce:leads": "true",
    "salesforce:tasks": "true",
}
MOVE = 30
SOURCES = ("salesforce", "hubspot", "outreach", "registry")
COUNTED = (
    *("salesforce__accounts", "salesforce__contacts", "salesforce__tasks"),
    *("outreach__prospects", "outreach__sequence_states"),
)


class Org:
    """A warehouse with hand-made relations and raw records, and the sync models over it."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.settings = Settings(**env)
        self.project = SmallProject(
            folder / "project",
            env,
            "models/sync",
            "models/intermediate/sync",
            "models/staging/ops",
        )
        self.project.take(
            *(f"models/staging/{one}/_{one}.yml" for one in SOURCES),
            *(f"models/staging/registry/stg_registry__{one}.sql" for one in REGISTRIES),
            *(f"models/staging/*/stg_{one}.sql" for one in COUNTED),
        )
        for name, rows in GIVEN.items():
            self.project.give(name, rows, TYPES)
        self._settle()
        with open_warehouse(self.settings) as warehouse:
            ensure_ops_tables(warehouse)
            ensure_raw_tables(warehouse)
            land(
                warehouse,
                "salesforce__accounts",
                {f"001{key}": row for key, row in SALESFORCE_ACCOUNTS.items()},
            )
            land(
                warehouse,
                "salesforce__accounts",
                {
                    number: ACCOUNT | {"Domain__c": None, "Website": website}
                    for number, website in DOUBLES.items()
                },
            )
            land(warehouse, "salesforce__contacts", CONTACTS)
            said = {"email": "Unsubscribed@queued.com", "hs_email_optout": "true"}
            land(warehouse, "hubspot__contacts", {"1": {"properties": said}})
            land(
                warehouse,
                "outreach__prospects",
                {number: {"attributes": attributes} for number, attributes in PROSPECTS.items()},
            )
            land(
                warehouse,
                "outreach__sequence_states",
                {
                    state: {
                        "attributes": {"state": "finished"},
                        "relationships": {
                            name: {"data": {"type": name, "id": number}}
                            for name, number in (("prospect", prospect), ("sequence", 4))
                        },
                    }
                    for state, prospect in (("501", 12), ("502", 14))
                },
            )
        self.build()

    def build(self) -> str:
        """Build the models and run their tests."""
        staged = [*(f"registry__{one}" for one in REGISTRIES), *COUNTED]
        selected = [*REGISTRIES, *(f"stg_{one}" for one in staged)]
        paths = [f"path:models/{one}" for one in ("given", "intermediate/sync", "sync")]
        return self.project.dbt(
            *("build", "--exclude-resource-type", "unit_test"),
            *("--vars", json.dumps({"as_of_date": DAY})),
            *("--select", *selected, *paths),
        )

    def planned(self, model: str) -> dict[str, Row]:
        """The model's rows by record_key, JSON as Python has it."""
        with open_warehouse(self.settings) as warehouse:
            rows = warehouse.rows(f"select * from sync.{model}")
        for row in rows:
            for column in ("before", "after", "links", "source_rows"):
                row[column] = json.loads(row[column])
        return {row["record_key"]: row for row in rows}

    def apply(self, model: str, at: str, outcome: str = "written") -> None:
        """Note the model's rows as results, as an apply would."""
        with open_warehouse(self.settings) as warehouse:
            warehouse.execute(
                f"""
                insert into ops.sync_results (
                    run_id, plan_id, destination, object, record_key, action, outcome, reason,
                    external_id, before, after, attempted_at
                )
                select
                    'run', 'plan', destination, object, record_key, action,
                    case when action in ('refuse', 'skip') then 'skipped' else '{outcome}' end,
                    reason, coalesce(external_id, 'made ' || record_key), before, after,
                    cast('{at}' as timestamp)
                from sync.{model}
                """
            )

    def forget(self) -> None:
        with open_warehouse(self.settings) as warehouse:
            warehouse.execute("delete from ops.sync_results")

    def _settle(self) -> None:
        """Put the settings of the cases into the copied seeds."""
        seeds = self.project.folder / "seeds" / "registry"
        lines = (seeds / "sync_settings.csv").read_text().splitlines()
        for number, line in enumerate(lines):
            parts = line.split(",", 5)
            if parts[0] in SETTINGS:
                parts[4] = SETTINGS[parts[0]]
                lines[number] = ",".join(parts)
        (seeds / "sync_settings.csv").write_text("\n".join(lines) + "\n")
        text = (seeds / "field_mappings.csv").read_text()
        start = text.index("intent_score,number,clear,always,move,")
        old = text[start:].split(",")[5]
        (seeds / "field_mappings.csv").write_text(
            text.replace(
                f"intent_score,number,clear,always,move,{old},",
                f"intent_score,number,clear,always,move,{MOVE},",
                1,
            )
        )


def land(warehouse: Warehouse, table: str, records: dict[str, Row]) -> None:
    for number, payload in records.items():
        warehouse.execute(
            f"insert into raw.{table} (record_id, version_at, payload, loaded_at) "
            f"select ?, timestamp '2026-06-29 08:00:00', {json_parameter(warehouse)}, "
            f"timestamp '{LANDED}'",
            [number, json.dumps(payload)],
        )
