"""A made-up morning: people, accounts, signals and what CRM and Outreach say of them.

``lay_down`` writes it into a warehouse as the models that the activation models read, and nothing
below them, so that a hundred thousand people take seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from hashlib import md5
from typing import Any, get_type_hints

import duckdb
import pyarrow as pa

MORNING = time(9)


def hashed(kind: str, value: str) -> str:
    """The id of a person, as the warehouse makes it."""
    return md5(f"{kind}:{value}".encode(), usedforsecurity=False).hexdigest()


@dataclass
class Account:
    account_key: str
    account_name: str | None = None
    crm_account_id: str | None = None
    crm_owner_id: str | None = None
    industry: str | None = None
    sixsense_segments: str | None = None
    won_opportunity_count: int = 0
    open_opportunity_count: int = 0
    lost_opportunity_count: int = 0
    intent_score: int = 50
    intent_stage: str = "Warm"
    surge_level: str = "Normal"
    top_lane: str = "other"
    why_hot: str = '["2× Pricing"]'


@dataclass
class Person:
    person_id: str
    account_key: str | None = None
    email: str | None = None
    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    display_name: str = "Somebody"
    crm_contact_id: str | None = None
    crm_owner_id: str | None = None
    user_id: str | None = None
    linkedin_url: str | None = None
    is_opted_out: bool = False
    is_do_not_contact: bool = False
    last_seen_at: datetime | None = None
    outreach_prospect_id: str | None = None


@dataclass
class Signal:
    signal_id: str
    signal_name: str
    account_key: str | None
    person_id: str | None
    strength: int
    occurred_at: datetime
    detected_at: date
    is_in_cool_down: bool = False
    evidence: str = '{"facts":{},"strength_parts":[]}'
    sequence_key: str = "as it was that day"


@dataclass
class Prospect:
    outreach_prospect_id: str
    emails: str
    is_opted_out: bool | None = False
    is_email_opted_out: bool | None = False
    emails_opt_status: str | None = None
    trashed_at: datetime | None = None
    touched_at: datetime | None = None
    is_current: bool = True


@dataclass
class State:
    sequence_state_id: str
    outreach_prospect_id: str
    sequence_id: str
    state: str
    created_at: datetime
    mailbox_id: str | None = None
    is_current: bool = True


@dataclass
class Mailing:
    mailing_id: str
    outreach_prospect_id: str
    mailbox_id: str | None = None
    state: str = "delivered"
    scheduled_at: datetime | None = None
    delivered_at: datetime | None = None
    bounced_at: datetime | None = None
    unsubscribed_at: datetime | None = None
    marked_as_spam_at: datetime | None = None
    is_current: bool = True


@dataclass
class Mailbox:
    mailbox_id: str
    outreach_user_id: str
    email: str
    daily_limit_count: int | None = None
    is_send_disabled: bool | None = False
    send_permanent_error_at: datetime | None = None
    created_at: datetime = datetime(2022, 1, 1)
    is_current: bool = True


@dataclass
class Seller:
    """A user: of Outreach, and under another id of the CRM."""

    user_id: str
    email: str
    is_current: bool = True
    is_locked: bool | None = False
    is_active: bool | None = True


@dataclass
class Sequence_:
    sequence_id: str
    sequence_name: str
    is_enabled: bool | None = True
    is_locked: bool | None = False
    is_throttle_paused: bool | None = False
    daily_add_limit_count: int | None = 50
    created_at: datetime = datetime(2022, 1, 1)
    is_current: bool = True


@dataclass
class Found:
    """Somebody whom 6sense's People Search found."""

    account_person_id: str
    sixsense_people_id: str
    account_domain: str
    title: str
    job_level: str
    job_function: str
    first_name: str = "Found"
    last_name: str = "One"
    linkedin_url: str | None = None
    has_email: bool = True
    is_gone: bool = False
    is_current: bool = True


@dataclass
class Enriched:
    """What a credit told of her."""

    sixsense_people_id: str
    account_domain: str
    email: str
    title: str | None = None
    job_level: str | None = None
    job_function: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    linkedin_url: str | None = None
    is_current: bool = True


@dataclass
class ClayAnswer:
    enrichment_id: str
    account_domain: str
    result: str
    is_current: bool = True


@dataclass
class Identity:
    identity_type: str
    identity_value: str
    person_id: str
    email: str | None = None


@dataclass
class Merge:
    person_id: str
    merged_person_id: str


@dataclass
class OptOut:
    """What records say of an address, whoever they are taken for."""

    email: str
    is_opted_out: bool = False
    is_do_not_contact: bool = False


@dataclass
class Result:
    """One attempt of ours to write something."""

    record_key: str
    action: str
    outcome: str
    attempted_at: datetime
    plan_id: str = "plan"
    run_id: str = "run"
    destination: str = "outreach"
    object: str = "sequenceState"
    external_id: str | None = None


@dataclass
class PlanRecord:
    record_key: str
    links: str
    plan_id: str = "plan"
    destination: str = "outreach"
    object: str = "sequenceState"


@dataclass
class World:
    accounts: list[Account] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    prospects: list[Prospect] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    mailings: list[Mailing] = field(default_factory=list)
    mailboxes: list[Mailbox] = field(default_factory=list)
    outreach_users: list[Seller] = field(default_factory=list)
    crm_users: list[Seller] = field(default_factory=list)
    sequences: list[Sequence_] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    enriched: list[Enriched] = field(default_factory=list)
    clay: list[ClayAnswer] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    opt_outs: list[OptOut] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    plan_records: list[PlanRecord] = field(default_factory=list)

    def prospect(self, email: str, **given: Any) -> str:
        """Add a prospect; the number Outreach gave her."""
        number = str(len(self.prospects) + 1)
        self.prospects.append(Prospect(number, json.dumps([email]), **given))
        return number

    def state(self, prospect: str, sequence: str, state: str, day: date, **given: Any) -> None:
        """Add a run through a sequence that began on a day."""
        number = str(len(self.states) + 1)
        self.states.append(State(number, prospect, sequence, state, at(day), **given))

    def mailing(self, prospect: str | None, **given: Any) -> None:
        number = str(len(self.mailings) + 1)
        self.mailings.append(Mailing(number, prospect or "nobody", **given))


TABLES: dict[str, tuple[str, type]] = {
    "accounts": ("marts.dim_accounts", Account),
    "people": ("marts.dim_people", Person),
    "signals": ("marts.fct_signals", Signal),
    "prospects": ("staging.stg_outreach__prospects", Prospect),
    "states": ("staging.stg_outreach__sequence_states", State),
    "mailings": ("staging.stg_outreach__mailings", Mailing),
    "mailboxes": ("staging.stg_outreach__mailboxes", Mailbox),
    "outreach_users": ("staging.stg_outreach__users", Seller),
    "crm_users": ("staging.stg_salesforce__users", Seller),
    "sequences": ("staging.stg_outreach__sequences", Sequence_),
    "found": ("staging.stg_sixsense__people", Found),
    "enriched": ("staging.stg_sixsense__people_enrichment", Enriched),
    "clay": ("staging.stg_clay__enrichments", ClayAnswer),
    "identities": ("intermediate.int_person_identities", Identity),
    "merges": ("intermediate.int_person_merges", Merge),
    "opt_outs": ("intermediate.int_email_opt_outs", OptOut),
}
RENAMED = {"outreach_users": {"user_id": "outreach_user_id"}}
JSON_COLUMNS = {"emails", "result", "links"}
TYPES = {str: "varchar", int: "integer", bool: "boolean", date: "date", datetime: "timestamp"}


def lay_down(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """Write the world as the tables that the activation models read. ``ops`` is there already."""
    for schema in ("marts", "staging", "intermediate"):
        con.execute(f"create schema if not exists {schema}")
    for name, (table, record) in TABLES.items():
        renamed = RENAMED.get(name, {})
        columns = ", ".join(
            f"{renamed.get(column, column)} {kind}" for column, kind in columns_of(record)
        )
        con.execute(f"create or replace table {table} ({columns})")
        insert(con, table, getattr(world, name), record, renamed)
    tables = ("stg_sixsense__people", "stg_sixsense__people_enrichment", "stg_clay__enrichments")
    domains = " union ".join(f"select account_domain from staging.{table}" for table in tables)
    con.execute(
        "create or replace table intermediate.int_company_domains as select account_domain as "
        f"domain_reference, account_domain as company_domain from ({domains})"
    )
    con.execute(
        "create or replace table intermediate.int_domains (host varchar, is_personal_mail boolean)"
    )
    con.execute(
        "create or replace table staging.stg_hubspot__owners "
        "(owner_id varchar, email varchar, is_active boolean)"
    )
    for table, name, record in (
        ("ops.sync_results", "results", Result),
        ("ops.sync_plan_records", "plan_records", PlanRecord),
    ):
        con.execute(f"delete from {table}")
        insert(con, table, getattr(world, name), record, {})


def insert(
    con: duckdb.DuckDBPyConnection,
    table: str,
    rows: Sequence[Any],
    record: type,
    renamed: dict[str, str],
) -> None:
    if not rows:
        return
    columns = [column for column, _ in columns_of(record)]
    given = pa.table({column: [getattr(row, column) for row in rows] for column in columns})
    con.register("given", given)
    names = ", ".join(renamed.get(column, column) for column in columns)
    con.execute(f"insert into {table} ({names}) select {', '.join(columns)} from given")
    con.unregister("given")


def columns_of(record: type) -> Iterable[tuple[str, str]]:
    """Columns and types of a kind of record."""
    hints = get_type_hints(record)
    for one in fields(record):
        options = getattr(hints[one.name], "__args__", (hints[one.name],))
        yield one.name, "json" if one.name in JSON_COLUMNS else TYPES[options[0]]


def at(day: date) -> datetime:
    return datetime.combine(day, MORNING)
