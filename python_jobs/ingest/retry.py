"""Trying the records in ops.dead_letters again, as they were kept."""

from __future__ import annotations

import json

from python_jobs.ingest.contracts import Contract
from python_jobs.ingest.dead_letters import stamp
from python_jobs.ingest.records import fill_parsed
from python_jobs.ingest.writing import scratch, write_parsed
from python_jobs.runs import JobRun
from python_jobs.settings import Settings
from python_jobs.warehouse import BriefWarehouse


def retry_dead_letters(
    warehouse: BriefWarehouse, settings: Settings, contract: Contract, run: JobRun
) -> None:
    """Parse the entity's unresolved letters anew; those that now fit are landed and resolved."""
    letters = warehouse.rows(
        "select dead_letter_id, payload from ops.dead_letters "
        "where source = ? and entity = ? and resolved_at is null order by dead_letter_id",
        [contract.source, contract.entity],
    )
    if not letters:
        return
    records = [json.loads(letter["payload"]) for letter in letters]
    run.rows_read = len(records)
    with warehouse.held() as held, scratch(settings) as con:
        fill_parsed(con, contract, records)
        good = con.execute("select rowid from parsed where reason is null").fetchall()
        write_parsed(held, settings, contract, con, run)
        ids = [letters[number]["dead_letter_id"] for (number,) in good]
        stamp(held, "resolved_at", ids, run.started_at)
