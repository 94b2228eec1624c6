"""What the sync models plan, case by case, on both engines.

The models of models/sync and models/intermediate/sync run over small relations by hand in place of
those they read. Each account is one case: what we say of it, and what Salesforce says.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from python_jobs.runs import ensure_ops_tables, ensure_raw_tables
from python_jobs.settings import PROJECT_DIR, Settings
from python_jobs.warehouse import Warehouse, open_warehouse
from tests.emulator import emulator
from tests.small_project import SmallProject

pytestmark = pytest.mark.xdist_group("sync_models")

DAY = "2026-06-30"
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

Row = dict[str, Any]

ACCOUNT = {
    "Domain__c": None,
    "Name": "Its name",
    "Website": "www.example.com",
    "Intent_Score__c": None,
    "Intent_Stage__c": None,
    "Intent_Surge__c": None,
    "Intent_Top_Lane__c": "compliance",
    "Intent_Why_Hot__c": None,
    "Intent_Updated_At__c": "2026-07-01T00:00:00.000+0000",
}

# account: (our score, our surge ratio; None: never seen), what Salesforce says, the fields written
# (None: nothing is), the reason
CASES: dict[str, tuple[tuple[int, float] | None, Row, Row | None, str | None]] = {
    "equal": ((50, 1.0), {"score": 50.0, "stage": "Warm"}, None, None),
    "first": (
        (50, 1.0),
        {},
        {"Intent_Score__c": 50, "Intent_Stage__c": "Warm", "Intent_Surge__c": "Normal"},
        "Intent_Score__c empty → 50; Intent_Stage__c empty → Warm; Intent_Surge__c empty → Normal",
    ),
    # a rise is written at once
    "risen": (
        (70, 1.0),
        {"score": 69, "stage": "Warm"},
        {"Intent_Score__c": 70, "Intent_Stage__c": "Hot"},
        "Intent_Stage__c Warm → Hot",
    ),
    # a fall waits until the score is ten points clear of the boundary: 60 is not, 59 is
    "fallen_a_little": ((60, 1.0), {"score": 72, "stage": "Hot"}, None, None),
    "fallen_clear": (
        (59, 1.0),
        {"score": 72, "stage": "Hot"},
        {"Intent_Score__c": 59, "Intent_Stage__c": "Warm"},
        "Intent_Stage__c Hot → Warm",
    ),
    "fallen_to_cold": ((25, 1.0), {"score": 36, "stage": "Warm"}, None, None),
    "fallen_to_clear_cold": (
        (24, 1.0),
        {"score": 36, "stage": "Warm"},
        {"Intent_Score__c": 24, "Intent_Stage__c": "Cold"},
        "Intent_Stage__c Warm → Cold",
    ),
    "fallen_two_stages": (
        (30, 1.0),
        {"score": 72, "stage": "Hot"},
        {"Intent_Score__c": 30, "Intent_Stage__c": "Cold"},
        "Intent_Score__c 72 → 30; Intent_Stage__c Hot → Cold",
    ),
    # decay within a stage is no reason; a move of thirty points is, and the stage rides along
    "decayed": ((40, 1.0), {"score": 69, "stage": "Warm"}, None, None),
    "moved": (
        (39, 1.0),
        {"score": 69, "stage": "Warm"},
        {"Intent_Score__c": 39},
        "Intent_Score__c 69 → 39",
    ),
    "moved_within_hysteresis": (
        (65, 1.0),
        {"score": 95, "stage": "Hot"},
        {"Intent_Score__c": 65, "Intent_Stage__c": "Warm"},
        "Intent_Score__c 95 → 65",
    ),
    # surge matters from Warm on; 1.7 × 1.5 is still above 2.5, 1.6 × 1.5 is not
    "surging_cold": ((20, 3.0), {"score": 20, "stage": "Cold"}, None, None),
    "surging": (
        (50, 3.0),
        {"score": 50, "stage": "Warm"},
        {"Intent_Surge__c": "Exploding"},
        "Intent_Surge__c Normal → Exploding",
    ),
    "calmed_a_little": (
        (50, 1.7),
        {"score": 50, "stage": "Warm", "surge": "Exploding"},
        None,
        None,
    ),
    "calmed": (
        (50, 1.6),
        {"score": 50, "stage": "Warm", "surge": "Exploding"},
        {"Intent_Surge__c": "Surging"},
        "Intent_Surge__c Exploding → Surging",
    ),
    # null: own figures are cleared, the third party's are left
    "gone": (
        None,
        {"score": 80, "stage": "Hot", "more": {"X6Sense_Buying_Stage__c": "Decision"}},
        {
            "Intent_Score__c": None,
            "Intent_Stage__c": None,
            "Intent_Surge__c": None,
            "Intent_Top_Lane__c": None,
            "Intent_Updated_At__c": None,
        },
        "Intent_Score__c 80 → empty; Intent_Stage__c Hot → empty",
    ),
    "never_seen": (
        None,
        {"more": {"Intent_Top_Lane__c": None, "Intent_Updated_At__c": None}},
        None,
        None,
    ),
    # only what is empty: the domain is, the name is not
    "without_domain": (
        (50, 1.0),
        {"score": 50, "stage": "Warm", "more": {"Domain__c": " "}},
        {"Domain__c": "without_domain.com"},
        "Domain__c empty → without_domain.com",
    ),
}
# of one company, what 6sense says: stage and fit differ, the score has moved by less than ten
SIXSENSE = "sixsense.com"


OWNER, LEFT = "005000000000001AAA", "005000000000002AAA"


def in_stage(score: int) -> str:
    return "Cold" if score <= 34 else "Warm" if score <= 69 else "Hot"


def in_surge(ratio: float) -> str:
    return "Normal" if ratio < 1.5 else "Surging" if ratio <= 2.5 else "Exploding"


def ours(key: str, figures: tuple[int, float] | None, **more: Any) -> Row:
    score, ratio = figures or (0, 1.0)
    return {
        "account_key": key,
        "account_name": key,
        "domain": key,
        "website": f"www.{key}",
        "crm_owner_id": LEFT if key == "surging.com" else OWNER,
        "intent_score": score,
        "intent_stage": in_stage(score),
        "surge_ratio": ratio,
        "surge_level": in_surge(ratio),
        "top_lane": "compliance",
        "why_hot": [],
        "score_updated_at": "2026-07-01 00:00:00" if figures else None,
        "sixsense_buying_stage": None,
        "sixsense_intent_score": None,
        "sixsense_profile_fit": None,
        "sixsense_topics": None,
        "sixsense_segments": None,
        **more,
    }


def theirs(key: str, given: Row) -> Row:
    surge = given.get("surge", "Normal" if "stage" in given else None)
    return {
        **ACCOUNT,
        "Domain__c": key,
        "Intent_Score__c": given.get("score"),
        "Intent_Stage__c": given.get("stage"),
        "Intent_Surge__c": surge,
        **given.get("more", {}),
    }


ACCOUNTS = [
    *(ours(f"{name}.com", figures) for name, (figures, *_) in CASES.items()),
    ours("long.com", (50, 1.0), why_hot=["x" * 300]),
    ours("double.com", (50, 1.0)),
    ours("deleted.com", (80, 1.0)),
    ours("new.com", (80, 3.0), why_hot=["2× Pricing", "1× Security"]),
    ours("new-cold.com", (10, 1.0)),
    ours("queued.com", (10, 1.0)),
    ours(
        SIXSENSE,
        (50, 1.0),
        sixsense_buying_stage="Decision",
        sixsense_intent_score=69.0,
        sixsense_profile_fit="Strong",
        sixsense_topics="notary",
    ),
]
STEADY = {"score": 50, "stage": "Warm"}
SALESFORCE_ACCOUNTS: dict[str, Row] = {
    **{f"{name}.com": theirs(f"{name}.com", given) for name, (_, given, *_) in CASES.items()},
    "long.com": theirs("long.com", STEADY | {"more": {"Intent_Why_Hot__c": "x" * 255}}),
    "deleted.com": theirs("deleted.com", STEADY) | {"IsDeleted": True},
    SIXSENSE: theirs(
        SIXSENSE,
        STEADY
        | {
            "more": {
                "X6Sense_Buying_Stage__c": "Awareness",
                "X6Sense_Intent_Score__c": 60.0,
                "X6Sense_Profile_Fit__c": "Strong",
                "X6Sense_Last_Surge_Date__c": "2026-06-20",
            }
        },
    ),
}
DOUBLES = {"001double1": "www.double.com", "001double2": "https://double.com"}


def in_queue(name: str, account: str = "queued.com", **more: Any) -> Row:
    return {
        "queue_date": DAY,
        "queue_rank": 1,
        "person_id": f"id_{name}",
        "account_key": account,
        "account_name": "Queued, Inc.",
        "signal_id": f"signal_of_{name}",
        "signal_name": "usage_spiked",
        "strength": 85,
        "sequence_key": "spike",
        "outreach_sequence_id": "4",
        "mailbox_id": "7",
        "email": f"{name}@queued.com",
        "first_name": name.capitalize(),
        "last_name": "Doe",
        "title": "Director of Operations",
        "linkedin_url": None,
        "crm_contact_id": None,
        "outreach_prospect_id": None,
        "intent_score": 10,
        "intent_stage": "Cold",
        **more,
    }


WRITTEN = {"custom6": "Twelve of yours use it now.", "custom7": "Shall we talk on Tuesday?"}


def written(name: str, **more: Any) -> Row:
    return {
        "person_id": f"id_{name}",
        "signal_id": f"signal_of_{name}",
        "opening": WRITTEN["custom6"],
        "call_to_action": WRITTEN["custom7"],
        "engine": "claude",
        "is_passed": True,
        "is_fallback": False,
        **more,
    }


QUEUE = [
    in_queue("known"),
    in_queue("fresh"),
    in_queue("twin"),
    in_queue("nameless", last_name=None, first_name=None),
    in_queue("enrolled"),
    in_queue("unsendable", mailbox_id=None),
    in_queue("unmade", outreach_sequence_id=None),
    # whose records have other addresses than the one she is written to, or none
    in_queue("merged", crm_contact_id="003merged", outreach_prospect_id="13"),
    in_queue("been", crm_contact_id="003been", outreach_prospect_id="14"),
    in_queue("gone", crm_contact_id="003gone", outreach_prospect_id="15"),
    in_queue("both", crm_contact_id="003both2", outreach_prospect_id="17"),
    # who has said no since the day that the queue is of
    in_queue("refused"),
    in_queue("barred", crm_contact_id="003barred"),
    in_queue("unsubscribed"),
]
CONTACTS = {
    "003known": {
        "Email": "Known@Queued.com",
        "LastName": "Doe",
        "Title": "COO",
        "Signal_Source__c": "Usage spike",
        "Signal_Strength__c": 82.0,
    },
    "003twin1": {"Email": "twin@queued.com", "LastName": "Doe"},
    "003twin2": {"Email": "TWIN@queued.com", "LastName": "Doe"},
    "003merged": {"Email": "merged@gmail.com", "LastName": "Doe"},
    "003been": {"Email": None, "LastName": "Doe"},
    "003gone": {"Email": "gone@gmail.com", "LastName": "Doe", "IsDeleted": True},
    "003both1": {"Email": "both@queued.com", "LastName": "Doe"},
    "003both2": {"Email": "both@gmail.com", "LastName": "Doe"},
    "003refused": {"Email": "Refused@queued.com", "LastName": "Doe", "HasOptedOutOfEmail": True},
    "003barred": {"Email": "barred@gmail.com", "LastName": "Doe", "Do_Not_Contact__c": True},
}
SAID = {
    "custom1": "Usage spike",
    "custom2": "Cold",
    "custom3": "10",
    "custom5": "Queued",
    "custom6": "Queued has been using us a good deal more of late.",
    "custom7": "Would a call of fifteen minutes this week be of use?",
}
PROSPECTS = {
    "11": {
        "emails": ["other@queued.com", "known@queued.com"],
        "firstName": "Kim",
        **SAID,
        "custom4": "Kim",
    },
    "12": {"emails": ["enrolled@queued.com"], **SAID, "custom4": "Enrolled"},
    "13": {"emails": ["merged@gmail.com"]},
    "14": {"emails": ["been@gmail.com"]},
    "15": {"emails": ["gone@gmail.com"], "trashedAt": "2026-06-01T00:00:00Z"},
    "16": {"emails": ["both@queued.com"]},
    "17": {"emails": ["both@gmail.com"]},
}
REQUESTS = [
    {
        "lead_request_id": "lr_1",
        "account_key": "equal.com",
        "crm_lead_id": None,
        "request_type": "quote",
        "email": "Asks@equal.com",
        "first_name": "Ann",
        "last_name": "Asker",
        "company_name": None,
        "website": None,
        "phone": None,
        "message": "Please call",
        "lead_score": score,
        "occurred_at": at,
    }
    | more
    for score, at, more in [
        (75.0, "2026-06-28 10:00:00", {}),
        (60.0, "2026-06-28 10:00:00", {"lead_request_id": "low", "email": "low@equal.com"}),
        (90.0, "2026-06-01 10:00:00", {"lead_request_id": "old", "email": "old@equal.com"}),
        (90.0, "2026-06-28 10:00:00", {"lead_request_id": "known", "email": "known@queued.com"}),
        (90.0, "2026-06-28 10:00:00", {"lead_request_id": "lead", "email": "lead@equal.com"}),
        (
            90.0,
            "2026-06-28 10:00:00",
            {"lead_request_id": "theirs", "email": "x@equal.com", "crm_lead_id": "00Q"},
        ),
    ]
]


def day_of(key: str, day: str, score: int, ratio: float) -> Row:
    return {
        "account_key": key,
        "snapshot_date": day,
        "intent_score": score,
        "intent_stage": in_stage(score),
        "surge_level": in_surge(ratio),
        "why_hot": ["1× Pricing"],
    }


# the relations in the place of those that the models read; a text names the type of nulls
GIVEN: dict[str, list[Row]] = {
    "dim_accounts": ACCOUNTS,
    "int_score_configs": [
        {
            "is_active": True,
            "cold_max": 34,
            "warm_max": 69,
            "surge_surging_min": 1.5,
            "surge_exploding_min": 2.5,
        }
    ],
    "activation_queue": QUEUE,
    # what was written for her signal; for another one of hers; what did not pass the gate
    "first_touches": [
        written("fresh"),
        written("enrolled", signal_id="an_earlier_one"),
        written("unmade", is_passed=False),
    ],
    "fct_signals": [
        {"account_key": key, "signal_name": "intent_surged", "detected_at": day}
        for key, day in (
            ("before-the-alias.com", "2026-06-20"),
            (SIXSENSE, "2026-05-01"),
            (SIXSENSE, "2026-07-01"),
        )
    ],
    "stg_registry__account_aliases": [
        {"alias_domain": "before-the-alias.com", "account_key": SIXSENSE}
    ],
    "int_crm_accounts_keyed": [
        {"account_id": f"001{key}", "account_key": key} for key in SALESFORCE_ACCOUNTS
    ],
    "int_account_keys": [
        {"domain_reference": key, "account_key": key} for key in ("double.com", "queued.com")
    ],
    "fct_daily_account_intent": [
        day_of("risen.com", "2026-06-29", 69, 1.0),
        day_of("risen.com", DAY, 70, 1.0),
        day_of("double.com", "2026-06-29", 50, 1.0),
        day_of("double.com", DAY, 50, 3.0),
        # its owner has left
        day_of("surging.com", "2026-06-29", 50, 1.0),
        day_of("surging.com", DAY, 50, 3.0),
        # one visit of an account that nobody knew, which is no reason to call
        day_of("surging_cold.com", DAY, 20, 3.0),
        day_of("equal.com", "2026-06-29", 80, 1.0),
        day_of("equal.com", DAY, 80, 1.0),
    ],
    "fct_lead_requests": REQUESTS,
    "stg_files__technographics": [{"account_domain": "queued.com", "technology": "Zapier"}],
    "stg_clay__enrichments": [
        {
            "enrichment_id": "e1",
            "account_domain": "queued.com",
            "result": {"technologies": ["Okta", "DocuSign"], "news": "Opened a branch"},
            "is_current": True,
            "version_at": "2026-06-01 00:00:00",
        }
    ],
    "stg_salesforce__users": [
        {
            "user_id": user,
            "is_active": user == OWNER,
            "is_current": True,
            "version_at": "2026-06-01 00:00:00",
        }
        for user in (OWNER, LEFT)
    ],
    "stg_salesforce__leads": [
        {
            "lead_id": "00Q1",
            "version_at": "2026-06-01 00:00:00",
            "loaded_at": "2026-06-01 00:00:00",
            "email": "Lead@equal.com",
        }
    ],
}
TYPES = {
    "queue_date": "date",
    "snapshot_date": "date",
    "detected_at": "date",
    "score_updated_at": "timestamp",
    "loaded_at": "timestamp",
    "occurred_at": "timestamp",
    "version_at": "timestamp",
    "surge_ratio": "double",
    "lead_score": "double",
    "sixsense_intent_score": "double",
    "surge_surging_min": "double",
    "surge_exploding_min": "double",
}


def literal(name: str, value: Any) -> str:
    if isinstance(value, (list, dict)):
        text = json.dumps(value, ensure_ascii=False).replace("'", "''")
        return "{{ as_json(\"'" + text.replace('"', '\\"') + "'\") }}"
    kind = TYPES.get(name, {bool: "boolean", int: "integer"}.get(type(value), "varchar"))
    text = "null" if value is None else "'" + str(value).replace("'", "''") + "'"
    return f"cast({text} as {kind})"


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
        models = self.project.folder / "models"
        for source in ("salesforce", "hubspot", "outreach", "registry"):
            shutil.copy(PROJECT_DIR / f"models/staging/{source}/_{source}.yml", models)
        for registry in REGISTRIES:
            shutil.copy(
                PROJECT_DIR / f"models/staging/registry/stg_registry__{registry}.sql", models
            )
        for table in COUNTED:
            source = table.partition("__")[0]
            shutil.copy(PROJECT_DIR / f"models/staging/{source}/stg_{table}.sql", models)
        (models / "given").mkdir()
        for name, rows in GIVEN.items():
            selects = (
                "select "
                + ", ".join(
                    f"{literal(column, value)} as {column}" for column, value in row.items()
                )
                for row in rows
            )
            (models / "given" / f"{name}.sql").write_text("\nunion all\n".join(selects) + "\n")
        self._settle()
        with open_warehouse(self.settings) as warehouse:
            ensure_ops_tables(warehouse)
            ensure_raw_tables(warehouse)
            land(
                self.settings,
                warehouse,
                "salesforce__accounts",
                {f"001{key}": row for key, row in SALESFORCE_ACCOUNTS.items()},
            )
            land(
                self.settings,
                warehouse,
                "salesforce__accounts",
                {
                    number: ACCOUNT | {"Domain__c": None, "Website": website}
                    for number, website in DOUBLES.items()
                },
            )
            land(self.settings, warehouse, "salesforce__contacts", CONTACTS)
            said = {"email": "Unsubscribed@queued.com", "hs_email_optout": "true"}
            land(self.settings, warehouse, "hubspot__contacts", {"1": {"properties": said}})
            land(
                self.settings,
                warehouse,
                "outreach__prospects",
                {number: {"attributes": attributes} for number, attributes in PROSPECTS.items()},
            )
            land(
                self.settings,
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


def land(settings: Settings, warehouse: Warehouse, table: str, records: dict[str, Row]) -> None:
    as_json = "parse_json(?)" if settings.target == "snowflake" else "?"
    for number, payload in records.items():
        warehouse.execute(
            f"insert into raw.{table} (record_id, version_at, payload, loaded_at) "
            f"select ?, timestamp '2026-06-29 08:00:00', {as_json}, timestamp '{LANDED}'",
            [number, json.dumps(payload)],
        )


@pytest.fixture(scope="module", params=["duckdb", "snowflake"])
def org(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        env = {"GTM_TARGET": "duckdb", "GTM_DUCKDB_PATH": str(folder / "w.duckdb")}
        if request.param == "snowflake":
            env = stack.enter_context(emulator())
        yield Org(folder, env)


def test_an_account_is_written_when_it_matters(org: Org) -> None:
    org.forget()
    planned = org.planned("sync_salesforce__accounts")
    for name, (_, given, written, reason) in CASES.items():
        key = f"{name}.com"
        row = planned.pop(key, None)
        if written is None:
            assert row is None, f"{name}: {row}"
            continue
        assert row is not None, name
        landed = theirs(key, given)
        said = {field: landed[field] for field in written}
        # what is blank there is empty, and times are in one form
        said = {field: None if value == " " else value for field, value in said.items()}
        if "Intent_Updated_At__c" in said:
            said["Intent_Updated_At__c"] = "2026-07-01T00:00:00Z"
        assert row["action"] == "update", name
        assert row["external_id"] == f"001{key}"
        assert row["after"] == written, name
        assert row["before"] == said, name
        assert row["reason"] == reason, name
        assert row["links"] == {}
    assert {key: row["action"] for key, row in planned.items()} == {
        SIXSENSE: "update",
        "double.com": "refuse",
        "deleted.com": "refuse",
        "new.com": "create",
        "queued.com": "create",
    }


def test_what_is_made_what_is_refused_and_what_rides_along(org: Org) -> None:
    org.forget()
    planned = org.planned("sync_salesforce__accounts")
    assert planned[SIXSENSE]["after"] == {
        "X6Sense_Buying_Stage__c": "Decision",
        "X6Sense_Intent_Score__c": 69,
        "X6Sense_Intent_Topic__c": "notary",
    }
    assert planned[SIXSENSE]["reason"] == "X6Sense_Buying_Stage__c Awareness → Decision"
    new = planned["new.com"]
    assert (new["external_id"], new["key_field"], new["key_value"]) == (
        None,
        "Domain__c",
        "new.com",
    )
    assert new["before"] == {}
    assert new["after"] == {
        "Domain__c": "new.com",
        "Name": "new.com",
        "Website": "www.new.com",
        "Intent_Score__c": 80,
        "Intent_Stage__c": "Hot",
        "Intent_Surge__c": "Exploding",
        "Intent_Top_Lane__c": "compliance",
        "Intent_Why_Hot__c": "2× Pricing, 1× Security",
        "Intent_Updated_At__c": "2026-07-01T00:00:00Z",
    }
    assert new["source_rows"] == [
        {"table": "marts.fct_daily_account_intent", "key": f"new.com {DAY}"}
    ]
    assert new["reason"] == "not in Salesforce, and Hot"
    assert (
        planned["queued.com"]["reason"]
        == "not in Salesforce, and one of its people is in the queue"
    )
    double = planned["double.com"]
    assert (double["after"], double["external_id"]) == ({}, None)
    assert double["reason"] == (
        "2 records stand for this one (001double1, 001double2): merge them in salesforce"
    )
    assert "was deleted" in planned["deleted.com"]["reason"]


def test_people_of_the_queue(org: Org) -> None:
    org.forget()
    contacts = org.planned("sync_salesforce__contacts")
    assert {key: row["action"] for key, row in contacts.items()} == {
        "known@queued.com": "update",
        "fresh@queued.com": "create",
        "twin@queued.com": "refuse",
        "nameless@queued.com": "refuse",
        **{
            f"{name}@queued.com": "create"
            for name in ("enrolled", "unsendable", "unmade", "gone", "unsubscribed")
        },
        **{
            f"{name}@queued.com": "update"
            for name in ("merged", "been", "both", "refused", "barred")
        },
    }
    # her title stays, the strength has moved by less than five and rides along
    known = contacts["known@queued.com"]
    assert known["after"] == {
        "FirstName": "Known",
        "Tech_Stack__c": "Okta, DocuSign",
        "Company_News__c": "Opened a branch",
        "Signal_Strength__c": 85,
    }
    assert known["before"]["Signal_Strength__c"] == 82
    assert known["reason"] == "Company_News__c; Tech_Stack__c"
    # found by the id that the queue names, unless a record has the very address
    ids = {
        name: contacts[f"{name}@queued.com"]["external_id"] for name in ("merged", "been", "both")
    }
    assert ids == {"merged": "003merged", "been": "003been", "both": "003both1"}
    assert contacts["been@queued.com"]["after"]["Email"] == "been@queued.com"
    assert "Email" not in contacts["merged@queued.com"]["after"]
    fresh = contacts["fresh@queued.com"]
    assert fresh["links"] == {
        "AccountId": {"object": "Account", "record_key": "queued.com", "external_id": None}
    }
    assert fresh["after"]["Email"] == "fresh@queued.com"
    assert not any("@" in row["reason"] for row in contacts.values())


def test_prospects_and_their_sequences(org: Org) -> None:
    org.forget()
    prospects = org.planned("sync_outreach__prospects")
    # found by her second address; her name there stays, and only the greeting differs
    known = prospects["known@queued.com"]
    assert (known["action"], known["external_id"]) == ("update", "11")
    assert known["after"]["custom4"] == "Known"
    assert {"custom1", "custom5", "custom6", "firstName"}.isdisjoint(known["after"])
    fresh = prospects["fresh@queued.com"]
    assert (fresh["action"], fresh["key_field"], fresh["key_value"]) == (
        "create",
        "emails",
        "fresh@queued.com",
    )
    found = {name: prospects[f"{name}@queued.com"] for name in ("merged", "been", "both", "gone")}
    assert {name: (row["action"], row["external_id"]) for name, row in found.items()} == {
        "merged": ("update", "13"),
        "been": ("update", "14"),
        "both": ("update", "16"),
        "gone": ("create", None),
    }
    # hers is written; whose is not, or did not pass the gate, gets the text of her signal
    assert {**SAID, **WRITTEN}.items() <= fresh["after"].items()
    assert SAID.items() <= prospects["twin@queued.com"]["after"].items()
    assert SAID.items() <= prospects["unmade@queued.com"]["after"].items()
    assert "enrolled@queued.com" not in prospects
    states = org.planned("sync_outreach__sequence_states")
    assert {key: row["action"] for key, row in states.items()} == {
        **{
            f"{name}@queued.com|4": "enrol"
            for name in ("known", "fresh", "twin", "nameless", "merged", "both", "gone")
        },
        "unsendable@queued.com|4": "skip",
        "unmade@queued.com|spike": "skip",
        "refused@queued.com|4": "skip",
        "barred@queued.com|4": "skip",
        "unsubscribed@queued.com|4": "skip",
    }
    assert prospects["refused@queued.com"]["action"] == "refuse"
    assert prospects["refused@queued.com"]["reason"] == "the CRM says that she wants no e-mail"
    merged = states["merged@queued.com|4"]["links"]["prospect"]
    assert merged["external_id"] == "13", "the prospect that is there, not a second one"
    state = states["known@queued.com|4"]
    assert (state["after"], state["before"], state["key_field"]) == ({}, {}, None)
    assert state["links"] == {
        "prospect": {"object": "prospect", "record_key": "known@queued.com", "external_id": "11"},
        "sequence": {"external_id": "4"},
        "mailbox": {"external_id": "7"},
    }


def test_leads_and_tasks(org: Org) -> None:
    org.forget()
    leads = org.planned("sync_salesforce__leads")
    assert list(leads) == ["lr_1"]
    assert leads["lr_1"]["after"] == {
        "Company": "equal.com",
        "Description": "quote: Please call",
        "Email": "asks@equal.com",
        "FirstName": "Ann",
        "LastName": "Asker",
        "LeadSource": "Other",
        "Lead_Score__c": 75,
    }
    tasks = org.planned("sync_salesforce__tasks")
    assert {key: row["action"] for key, row in tasks.items()} == {
        f"risen.com|Hot|{DAY}": "create",
        f"double.com|Exploding|{DAY}": "refuse",
        f"surging.com|Exploding|{DAY}": "create",
    }
    task = tasks[f"risen.com|Hot|{DAY}"]
    assert task["links"]["WhatId"]["external_id"] == "001risen.com"
    assert task["after"]["ActivityDate"] == "2026-07-02"
    assert task["after"]["OwnerId"] == OWNER
    assert "OwnerId" not in tasks[f"surging.com|Exploding|{DAY}"]["after"]


MODELS = [
    "sync_salesforce__accounts",
    "sync_salesforce__contacts",
    "sync_salesforce__leads",
    "sync_salesforce__tasks",
    "sync_outreach__prospects",
    "sync_outreach__sequence_states",
]


@pytest.mark.parametrize("model", MODELS)
def test_a_plan_after_an_apply_is_empty(org: Org, model: str) -> None:
    org.forget()
    assert org.planned(model)
    org.apply(model, at="2026-07-01 10:00:00")
    assert org.planned(model) == {}


def test_what_each_destination_has_is_counted_once_a_record(org: Org) -> None:
    with open_warehouse(org.settings) as warehouse:
        rows = warehouse.rows("select * from intermediate.int_destination_tables")
    counted = {(row["destination"], row["entity"]): row["record_count"] for row in rows}
    assert counted == {
        ("salesforce", "accounts"): len(SALESFORCE_ACCOUNTS) + len(DOUBLES),
        ("salesforce", "contacts"): len(CONTACTS),
        ("salesforce", "leads"): 1,
        ("salesforce", "tasks"): 0,
        ("outreach", "prospects"): len(PROSPECTS),
        ("outreach", "sequence_states"): 2,
    }
    assert [row["entity"] for row in rows if row["last_landed_at"] is None] == ["tasks"]


def test_what_failed_is_planned_again(org: Org) -> None:
    org.forget()
    before = org.planned("sync_salesforce__accounts")
    org.apply("sync_salesforce__accounts", at="2026-07-01 10:00:00", outcome="failed")
    after = org.planned("sync_salesforce__accounts")
    told = {key for key, row in before.items() if row["action"] == "refuse"}
    assert after == {key: row for key, row in before.items() if key not in told}


def test_what_landed_later_counts_more_than_what_we_wrote(org: Org) -> None:
    org.forget()
    before = org.planned("sync_salesforce__accounts")
    org.apply("sync_salesforce__accounts", at="2026-06-30 05:00:00")
    after = org.planned("sync_salesforce__accounts")
    assert {key for key, row in before.items() if row["action"] == "update"} == set(after)


def test_what_was_skipped_rests_until_a_later_pull(org: Org) -> None:
    """A person had changed it meanwhile: it comes again once what she did has landed."""
    org.forget()
    before = org.planned("sync_outreach__sequence_states")
    org.apply("sync_outreach__sequence_states", at="2026-07-01 10:00:00", outcome="skipped")
    assert org.planned("sync_outreach__sequence_states") == {}
    org.forget()
    org.apply("sync_outreach__sequence_states", at="2026-06-30 05:00:00", outcome="skipped")
    again = org.planned("sync_outreach__sequence_states")
    assert set(again) == {key for key, row in before.items() if row["action"] == "enrol"}


def test_a_mapping_of_a_column_that_is_not_there_says_so(tmp_path: Path, org: Org) -> None:
    seed = org.project.folder / "seeds" / "registry" / "field_mappings.csv"
    kept = seed.read_text()
    seed.write_text(kept.replace("Intent_Top_Lane__c,top_lane,", "Intent_Top_Lane__c,first_lane,"))
    try:
        with pytest.raises(AssertionError, match="Intent_Top_Lane__c is to be first_lane, which"):
            org.build()
    finally:
        seed.write_text(kept)
