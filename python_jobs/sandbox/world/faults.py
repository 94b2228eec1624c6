"""A list of the planted faults of records; faults of web events are noted where they happen.

What any reader can see in a row is not listed: late events (``known_at`` days after
``occurred_at``), subdomains, capitals, addresses at an alias domain.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from python_jobs.sandbox.world.crm import Crm, day_us, personal_in_crm
from python_jobs.sandbox.world.tables import choose, constant, table
from python_jobs.sandbox.world.web import Seen


def listed(crm: Crm, seen: Seen, until: int) -> pa.Table:
    """One row per planted fault: kind, entity, record, and what it should be or belongs to.

    - ``duplicate_event``, ``clock_skew``, ``missing_ids``: the event's id
    - ``bot``: a robot's distinct_id; detail is the company it runs in, if any
    - ``renamed_company``: the account's id; detail is its former domain
    - ``duplicate_contact``: the second contact's id; detail is the first contact's id
    - ``personal_mail``: a contact with a personal address; detail is the company's domain
    """
    companies, people = crm.universe.companies, crm.universe.people
    renamed = np.flatnonzero((day_us(crm.history.renamed_on) < until) & (crm.account_since < until))
    twice = np.flatnonzero(crm.second_since < until)
    contact = np.flatnonzero(crm.contact_since < until)
    personal = contact[personal_in_crm(crm.universe, contact)]
    parts = [
        ("renamed_company", "accounts", crm.account_ids, renamed, companies.domain, renamed),
        ("duplicate_contact", "contacts", crm.second_contact_ids, twice, crm.contact_ids, twice),
        (
            "personal_mail",
            "contacts",
            crm.contact_ids,
            personal,
            companies.domain,
            people.company[personal],
        ),
    ]
    rows = [
        table(
            "truth/faults",
            {
                "kind": constant(kind, len(record)),
                "entity": constant(entity, len(record)),
                "record_id": choose(ids, record),
                "detail": choose(details, detail),
            },
        )
        for kind, entity, ids, record, details, detail in parts
    ]
    found = pa.concat_tables([*seen.faults, *rows])
    return found.group_by(found.column_names, use_threads=False).aggregate([])
