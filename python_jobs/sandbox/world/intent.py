"""The third-party intent vendor's view: weekly rows that rise with a journey, and noise."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from python_jobs.sandbox.world.crm import day_us
from python_jobs.sandbox.world.draws import stream, uniform
from python_jobs.sandbox.world.journey import LANES, History
from python_jobs.sandbox.world.tables import (
    HOUR,
    choose,
    dates,
    stamps,
    table,
    texts,
    where_text,
)
from python_jobs.sandbox.world.universe import EPOCH_DAYS, Universe

PRODUCTS = ("digital_notarization", "identity_verification")
BUYING_STAGES = ("Target", "Awareness", "Consideration", "Decision", "Purchase")
TOPICS = texts(
    [
        "remote online notarization, e-closing",
        "identity proofing, KYC",
        "electronic signature",
        "audit trail, regulatory compliance",
        "CRM integration, workflow automation",
    ]
)
STARTS_BEFORE_DAYS = 12
COVERED, NOISE = 0.85, 0.14


def observations(universe: Universe, history: History, day: int, until: int) -> pa.Table | None:
    """The rows of one week, observed on ``day`` (a Monday) and known the next morning."""
    known = int(day_us(np.int64(day + 1))) + 6 * HOUR
    if known >= until:
        return None
    companies, journeys = universe.companies, history.journeys
    count = len(companies)
    rng = stream(universe.seed, "intent", day)
    stage = np.where(rng.random(count) < NOISE, (rng.random(count) < 0.3).astype(np.int64), -1)
    lane = rng.integers(0, len(LANES), count)
    running = (journeys.start - STARTS_BEFORE_DAYS <= day) & (day < journeys.until + 7)
    covered = uniform(universe.seed, "6sense covers", journeys.company, journeys.cycle) < COVERED
    rows = np.flatnonzero(running & covered)
    company = journeys.company[rows]
    now = np.where(day < journeys.start[rows], 0, 1 + np.minimum(journeys.stage_on(day)[rows], 2))
    now = np.where((now == 3) & (journeys.until[rows] - day < 7), 4, now)
    stage[company], lane[company] = now, journeys.lane[rows]
    noise = rng.normal(0, 8, count)
    who = np.flatnonzero(stage >= 0)
    score = np.array([22.0, 38, 58, 76, 88])[stage[who]] + noise[who]
    profile = 100 * companies.fit[who]
    has_fit = uniform(universe.seed, "6sense fit", who) < 0.92
    return table(
        "intent_accounts",
        {
            "account_domain": choose(companies.domain, who),
            "observed_on": dates(np.full(len(who), day + EPOCH_DAYS)),
            "product": choose(texts(PRODUCTS), (lane[who] == 1).astype(np.int64)),
            "intent_score": pa.array(np.clip(score, 1, 100).astype(np.int64)),
            "buying_stage": choose(texts(BUYING_STAGES), stage[who]),
            "profile_fit": choose(
                texts(["Weak", "Moderate", "Strong"]),
                (profile > 40).astype(np.int64) + (profile > 70),
                has_fit,
            ),
            "profile_score": pa.array(profile.astype(np.int64), mask=~has_fit),
            "segments": where_text(profile > 70, "ICP core;Tier 1", "Long tail"),
            "topics": choose(TOPICS, lane[who]),
            "known_at": stamps(np.full(len(who), known)),
        },
    )
