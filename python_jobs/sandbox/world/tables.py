"""The columns of every file the world writes, small Arrow helpers, and the Parquet writer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from python_jobs.sandbox.world.draws import Ints

TEXT, STAMP, DAY = pa.string(), pa.timestamp("us"), pa.date32()
WHOLE, NUMBER, FLAG = pa.int64(), pa.float64(), pa.bool_()

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY_US = 24 * HOUR


def _columns(text: str, **others: pa.DataType) -> pa.Schema:
    """A schema in the order of ``text``; columns are text unless ``others`` says otherwise."""
    return pa.schema([(name, others.get(name, TEXT)) for name in text.split()])


# Columns after the last contract column are ones no contract knows: a load has to keep them.
SCHEMAS: dict[str, pa.Schema] = {
    "accounts": _columns(
        "account_id name website domain parent_account_id industry naics employee_count"
        " annual_revenue_amount country state city account_type owner_id created_at updated_at"
        " linkedin_company_url territory__c",
        employee_count=WHOLE,
        annual_revenue_amount=NUMBER,
        created_at=STAMP,
        updated_at=STAMP,
    ),
    "contacts": _columns(
        "contact_id email first_name last_name title account_id phone linkedin_url owner_id"
        " distinct_id is_opted_out is_do_not_contact created_at updated_at",
        is_opted_out=FLAG,
        is_do_not_contact=FLAG,
        created_at=STAMP,
        updated_at=STAMP,
    ),
    "opportunities": _columns(
        "opportunity_id account_id name stage_name amount is_closed is_won is_deleted close_date"
        " loss_reason owner_id created_at updated_at",
        amount=NUMBER,
        is_closed=FLAG,
        is_won=FLAG,
        is_deleted=FLAG,
        close_date=DAY,
        created_at=STAMP,
        updated_at=STAMP,
    ),
    "web_events": _columns(
        "event_id occurred_at event_name known_at url path referrer distinct_id email"
        " account_domain account_key content_type lane cta_id user_agent properties",
        occurred_at=STAMP,
        known_at=STAMP,
    ),
    "lead_requests": _columns(
        "lead_request_id occurred_at request_type email first_name last_name company_name website"
        " phone message lead_score distinct_id event_id crm_lead_id crm_task_id known_at",
        occurred_at=STAMP,
        lead_score=WHOLE,
        known_at=STAMP,
    ),
    "intent_accounts": _columns(
        "account_domain observed_on product intent_score buying_stage profile_fit profile_score"
        " segments topics known_at",
        observed_on=DAY,
        intent_score=WHOLE,
        profile_score=WHOLE,
        known_at=STAMP,
    ),
    "product_users": _columns(
        "user_id email first_name last_name distinct_id account_domain company_name company_size"
        " industry plan created_at updated_at signup_source",
        company_size=WHOLE,
        created_at=STAMP,
        updated_at=STAMP,
    ),
    "product_events": _columns(
        "event_id user_id event_name occurred_at known_at team_id properties app_version",
        occurred_at=STAMP,
        known_at=STAMP,
    ),
    "job_postings": _columns(
        "posting_id title company_name account_domain department location description url"
        " posted_at observed_at closed_at",
        posted_at=STAMP,
        observed_at=STAMP,
        closed_at=STAMP,
    ),
    "calls": _columns(
        "call_id account_id opportunity_id other_opportunity_id owner_id second_owner_id kind title"
        " direction company_name service concern aside mood rival phrasing"
        " started_at duration_seconds participants transcript_seed",
        started_at=STAMP,
        duration_seconds=WHOLE,
        transcript_seed=WHOLE,
    ),
    "mailings/users": _columns(
        "user_id owner_id email first_name last_name updated_at", user_id=WHOLE, updated_at=STAMP
    ),
    "mailings/mailboxes": _columns(
        "mailbox_id user_id email is_send_disabled updated_at",
        mailbox_id=WHOLE,
        user_id=WHOLE,
        is_send_disabled=FLAG,
        updated_at=STAMP,
    ),
    "mailings/sequences": _columns(
        "sequence_id name signal_name updated_at", sequence_id=WHOLE, updated_at=STAMP
    ),
    "mailings/steps": _columns(
        "step_id sequence_id step_order step_type after_days subject body updated_at",
        step_id=WHOLE,
        sequence_id=WHOLE,
        step_order=WHOLE,
        after_days=WHOLE,
        updated_at=STAMP,
    ),
    "mailings/prospects": _columns(
        "prospect_id contact_id account_id email first_name last_name title user_id is_opted_out"
        " opted_out_at created_at updated_at",
        prospect_id=WHOLE,
        user_id=WHOLE,
        is_opted_out=FLAG,
        opted_out_at=STAMP,
        created_at=STAMP,
        updated_at=STAMP,
    ),
    "mailings/sequence_states": _columns(
        "sequence_state_id prospect_id sequence_id user_id state replied_at created_at updated_at",
        sequence_state_id=WHOLE,
        prospect_id=WHOLE,
        sequence_id=WHOLE,
        user_id=WHOLE,
        replied_at=STAMP,
        created_at=STAMP,
        updated_at=STAMP,
    ),
    "mailings/mailings": _columns(
        "mailing_id sequence_state_id prospect_id sequence_id step_id user_id state delivered_at"
        " bounced_at opened_at clicked_at replied_at unsubscribed_at open_count click_count"
        " created_at updated_at",
        mailing_id=WHOLE,
        sequence_state_id=WHOLE,
        prospect_id=WHOLE,
        sequence_id=WHOLE,
        step_id=WHOLE,
        user_id=WHOLE,
        delivered_at=STAMP,
        bounced_at=STAMP,
        opened_at=STAMP,
        clicked_at=STAMP,
        replied_at=STAMP,
        unsubscribed_at=STAMP,
        open_count=WHOLE,
        click_count=WHOLE,
        created_at=STAMP,
        updated_at=STAMP,
    ),
    "mailings/calls": _columns(
        "call_id sequence_state_id prospect_id user_id outcome updated_at",
        call_id=WHOLE,
        sequence_state_id=WHOLE,
        prospect_id=WHOLE,
        user_id=WHOLE,
        updated_at=STAMP,
    ),
    "mailings/tasks": _columns(
        "task_id sequence_state_id prospect_id user_id state completed_at created_at updated_at",
        task_id=WHOLE,
        sequence_state_id=WHOLE,
        prospect_id=WHOLE,
        user_id=WHOLE,
        completed_at=STAMP,
        created_at=STAMP,
        updated_at=STAMP,
    ),
    "truth/in_market": _columns(
        "journey_id account_domain lane reached_stage awareness_from consideration_from"
        " decision_from in_market_until opportunity_id outcome closed_on amount",
        awareness_from=DAY,
        consideration_from=DAY,
        decision_from=DAY,
        in_market_until=DAY,
        closed_on=DAY,
        amount=NUMBER,
    ),
    "truth/surges": _columns(
        "account_domain starts_on days multiple baseline_events_per_day",
        starts_on=DAY,
        days=WHOLE,
        multiple=NUMBER,
        baseline_events_per_day=NUMBER,
    ),
    "truth/persons": _columns("person_id account_domain identity_type identity_value"),
    "truth/aliases": _columns(
        "alias_domain account_domain kind valid_from in_registry", valid_from=DAY, in_registry=FLAG
    ),
    "truth/parents": _columns(
        "account_domain parent_account_domain in_crm in_registry", in_crm=FLAG, in_registry=FLAG
    ),
    "truth/faults": _columns("kind entity record_id detail"),
    "truth/calls": _columns("call_id opportunity_id sentiment objection mentioned phrasing"),
    "truth/lost_deals": _columns(
        "opportunity_id objection phrasing crm_reason calls calls_naming_it",
        calls=WHOLE,
        calls_naming_it=WHOLE,
    ),
    "truth/product": _columns(
        "user_id activated_on silent_from spike_starts_on",
        activated_on=DAY,
        silent_from=DAY,
        spike_starts_on=DAY,
    ),
}

VENDOR_FILES = ("calls",)
"""What only the sandbox's vendors show; `gtm load` knows no such entity."""

ENTITIES: tuple[str, ...] = tuple(
    name for name in SCHEMAS if "/" not in name and name not in VENDOR_FILES
)


def texts(values: Any) -> pa.Array:
    """A text array."""
    return pa.array(values, type=TEXT)


def choose(values: pa.Array, index: Any, where: Any = None) -> pa.Array:
    """``values[index]`` per row, null where ``where`` is false or the index is negative."""
    index = np.asarray(index)
    present = index >= 0 if where is None else (index >= 0) & np.asarray(where)
    return values.take(pa.array(index, mask=~present))


def joined(*parts: Any) -> pa.Array:
    """The parts (arrays or constants) of each row put together; null if one of them is null."""
    return pc.binary_join_element_wise(*parts, "")


def stamps(micros: Any, where: Any = None) -> pa.Array:
    """Timestamps from microseconds since 1970 UTC, null where ``where`` is false."""
    mask = None if where is None else ~np.asarray(where)
    return pa.array(np.asarray(micros, dtype=np.int64).view("M8[us]"), type=STAMP, mask=mask)


def dates(epoch_days: Any, where: Any = None) -> pa.Array:
    """Dates from days since 1970, null where ``where`` is false."""
    mask = None if where is None else ~np.asarray(where)
    days = np.ascontiguousarray(epoch_days, dtype=np.int32)
    return pa.array(days, type=pa.int32(), mask=mask).cast(DAY)


def constant(value: str | None, count: int) -> pa.Array:
    """The same text, or null, ``count`` times."""
    return pa.nulls(count, TEXT) if value is None else pa.repeat(pa.scalar(value, TEXT), count)


def where_text(condition: Any, yes: Any, no: Any) -> pa.Array:
    """``yes`` where the condition holds, else ``no``; either may be a null scalar."""
    return pc.if_else(pa.array(np.asarray(condition)), yes, no)


NO_TEXT = pa.scalar(None, TEXT)


def table(name: str, columns: Mapping[str, Any]) -> pa.Table:
    """A table with exactly the columns of ``SCHEMAS[name]``."""
    schema = SCHEMAS[name]
    return pa.table({field.name: columns[field.name] for field in schema}, schema=schema)


class Files:
    """The world's folder: one Parquet file a name, counted as rows are appended."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.rows: dict[str, int] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}

    def write(self, name: str, rows: pa.Table) -> None:
        """Append ``rows`` to ``<name>.parquet`` as one row group or more."""
        if name not in self._writers:
            path = self.out / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            # Readers see plain text, whatever the arrays were built from.
            self._writers[name] = pq.ParquetWriter(
                path, SCHEMAS[name], compression="zstd", compression_level=1, store_schema=False
            )
        self._writers[name].write_table(rows)
        self.rows[name] = self.rows.get(name, 0) + rows.num_rows

    def close(self) -> None:
        """Finish every file."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def __enter__(self) -> Files:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def order_by_time(micros: Any, *ties: Any) -> Ints:
    """The row order of a file: by time, then by the given keys."""
    return np.lexsort((*reversed(ties), micros))
