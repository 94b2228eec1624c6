"""The job boards' view: postings of every company, more of the telling ones during a journey."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from python_jobs.sandbox.world.crm import day_us
from python_jobs.sandbox.world.draws import hashed, hex_ids, stream
from python_jobs.sandbox.world.journey import History
from python_jobs.sandbox.world.tables import (
    DAY_US,
    HOUR,
    choose,
    joined,
    order_by_time,
    stamps,
    table,
    texts,
)
from python_jobs.sandbox.world.universe import PLACE_CITIES, Universe

CYCLE_DAYS = 30
# title, department, what the text mentions, share in quiet times, share in a journey
ROLES: tuple[tuple[str, str, str, float, float], ...] = (
    ("Mobile Notary Coordinator", "Operations", "remote online notarization, scheduling", 1, 8),
    ("Head of Compliance", "Compliance", "KYC, audits, a first digital process", 1, 6),
    ("Legal Operations Manager", "Legal", "e-signature tools and contract flow", 2, 6),
    ("Identity Verification Analyst", "Risk", "identity proofing and fraud checks", 1, 5),
    ("Director of Operations", "Operations", "automation of paper-based work", 2, 5),
    ("Closing Specialist", "Operations", "loan closings and notarised documents", 2, 4),
    ("Software Engineer", "Engineering", "our platform in Python and Go", 10, 4),
    ("Account Executive", "Sales", "new business in the region", 8, 3),
    ("Accountant", "Finance", "month-end closing", 6, 2),
    ("Customer Support Agent", "Support", "helping customers by e-mail", 6, 2),
)


def postings(
    universe: Universe, history: History, first_day: int, last_day: int, until: int
) -> pa.Table:
    """Every posting as first observed and, once it is gone, as closed."""
    cycles = range(first_day // CYCLE_DAYS, last_day // CYCLE_DAYS + 1)
    parts = [_cycle(universe, history, cycle) for cycle in cycles]
    company, role, posted, key = (np.concatenate(column) for column in zip(*parts, strict=True))
    days_open = 10 + (key % np.uint64(40)).astype(np.int64)
    observed = day_us(posted) + DAY_US + 5 * HOUR
    closed = day_us(posted + days_open) + 20 * HOUR
    row = np.tile(np.arange(len(company)), 2)
    is_closed = np.repeat([False, True], len(company))
    at = np.concatenate([observed, closed + 9 * HOUR])
    order = order_by_time(at, row)
    order = order[(at[order] < until) & (posted[row[order]] >= first_day)]
    row, is_closed, at = row[order], is_closed[order], at[order]
    own = company[row]
    ids = hex_ids(key[row])
    domain = choose(universe.companies.domain, own)
    title = choose(texts([role[0] for role in ROLES]), role[row])
    return table(
        "job_postings",
        {
            "posting_id": joined("job_", ids),
            "title": title,
            "company_name": choose(universe.companies.name, own),
            "account_domain": choose(universe.companies.domain, own, key[row] % np.uint64(10) > 0),
            "department": choose(texts([role[1] for role in ROLES]), role[row]),
            "location": choose(PLACE_CITIES, universe.companies.place[own]),
            "description": joined(
                "We are hiring a ",
                title,
                ". You will work on ",
                choose(texts([role[2] for role in ROLES]), role[row]),
                ".",
            ),
            "url": joined("https://jobs.example.net/", domain, "/", ids),
            "posted_at": stamps(day_us(posted[row]) + 8 * HOUR),
            "observed_at": stamps(at),
            "closed_at": stamps(closed[row], is_closed),
        },
    )


def _cycle(
    universe: Universe, history: History, cycle: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The postings that begin in one 30-day cycle: company, role, day, key."""
    companies, journeys = universe.companies, history.journeys
    rng = stream(universe.seed, "hiring", cycle)
    start = cycle * CYCLE_DAYS
    rate = 0.02 * np.log10(companies.employees + 1)
    seeking = np.zeros(len(companies), dtype=bool)
    seeking[journeys.company[(journeys.start < start + 15) & (journeys.until > start)]] = True
    times = np.minimum(rng.poisson(np.where(seeking, rate + 0.35, rate)), 5)
    company = np.repeat(np.arange(len(companies)), times)
    quiet = np.cumsum([role[3] for role in ROLES]) / sum(role[3] for role in ROLES)
    buying = np.cumsum([role[4] for role in ROLES]) / sum(role[4] for role in ROLES)
    chance = rng.random(len(company))
    role = np.where(
        seeking[company], np.searchsorted(buying, chance), np.searchsorted(quiet, chance)
    )
    posted = start + rng.integers(0, CYCLE_DAYS, len(company))
    serial = np.arange(len(company)) + cycle * 2**32
    return company, np.minimum(role, len(ROLES) - 1), posted, hashed(universe.seed, "job", serial)
