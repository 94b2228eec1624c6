"""Recorded sales calls: around every opportunity, at the start of journeys, and with customers.

A call's row holds what makes its transcript (``transcript_seed`` and the columns it draws on); the
words themselves are made when they are asked for, by ``transcript``, and are always the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_jobs.sandbox.world import journey
from python_jobs.sandbox.world.crm import OWNERS, Crm, day_us, opportunity_ids, owner_ids
from python_jobs.sandbox.world.draws import Bools, Ints, hashed, uniform
from python_jobs.sandbox.world.lines import PHRASINGS
from python_jobs.sandbox.world.tables import (
    DAY_US,
    HOUR,
    MINUTE,
    choose,
    joined,
    order_by_time,
    stamps,
    table,
    texts,
    where_text,
)
from python_jobs.sandbox.world.universe import EPOCH, EPOCH_DAYS, Size

RECORDED_FROM = (date(2025, 7, 1) - EPOCH).days
"""The company has recorded its calls since this day (from the epoch)."""

SLOTS = 20
"""Most calls of one opportunity."""
CALLS_PER_OPPORTUNITY: dict[Size, float] = {"tiny": 1.4, "demo": 3.3, "bench": 11.1}
INTRO_SHARE = 0.3
REVIEW_DAYS, REVIEW_SHARE = 91, 0.2
SECOND_SELLER, SECOND_DEAL, CONCERNED = 0.25, 0.3, 0.35
REASON_NAMED, ANOTHER_NAMED, ASIDE = 0.5, 0.1, 0.25
MOODS = ("negative", "neutral", "positive")
MOST_GUESTS = 3

KINDS = ("discovery", "demo", "evaluation", "proposal", "closing", "intro", "review")
TITLES = (
    "Discovery",
    "Demo",
    "Security and integration questions",
    "Proposal walk-through",
    "Contract questions",
    "Introduction",
    "Customer review",
)
INTRO, REVIEW = KINDS.index("intro"), KINDS.index("review")
DIRECTIONS = ("Conference", "Outbound", "Inbound")


@dataclass(frozen=True)
class _Planned:
    """One element a call: of which company and journey (-1: none), when, which kind."""

    company: Ints
    journey: Ints
    kind: Ints
    day: Ints
    key: Ints
    """With the company it names the call, for ever."""


def calls(crm: Crm, until: int) -> pa.Table:
    """One row per call that has ended, by its end."""
    last_day = until // DAY_US - EPOCH_DAYS
    planned = _joined([_of_opportunities(crm), _intros(crm), _reviews(crm, last_day)])
    seed, company, key = crm.universe.seed, planned.company, planned.key
    chance = uniform(seed, "call time", company, key)
    weekday = (planned.day + EPOCH_DAYS + 3) % 7
    day = planned.day - np.maximum(weekday - 4, 0)
    local = 10 * HOUR + (chance * 84).astype(np.int64) * 5 * MINUTE
    started = day_us(day) + local - crm.universe.companies.utc_offset[company] * HOUR
    seconds = 240 + (360 * uniform(seed, "call length", company, key)).astype(np.int64)
    ended = started + seconds * 1_000_000
    keep = (day >= RECORDED_FROM) & (ended < until) & _within_deal(crm, planned, started)
    rows = np.flatnonzero(keep)
    rows = rows[order_by_time(ended[rows], company[rows], key[rows])]
    return _rows(crm, _taken(planned, rows), started[rows], seconds[rows])


def _within_deal(crm: Crm, planned: _Planned, started: Any) -> Bools:
    """Whether a call falls into its opportunity's life; true for calls of none."""
    journeys = crm.history.journeys
    opened = day_us(journeys.opened[planned.journey]) + 11 * HOUR
    closed = day_us(journeys.closed[planned.journey]) + 16 * HOUR
    free = (planned.journey < 0) | (journeys.opened[planned.journey] < 0)
    within: Bools = free | ((started > opened) & (started < closed))
    return within


def _of_opportunities(crm: Crm) -> _Planned:
    seed, journeys = crm.universe.seed, crm.history.journeys
    deals = np.flatnonzero(journeys.opened >= 0)
    number, slot = np.repeat(deals, SLOTS), np.tile(np.arange(SLOTS), len(deals))
    company, cycle = journeys.company[number], journeys.cycle[number]
    held = CALLS_PER_OPPORTUNITY[crm.universe.size] / SLOTS
    happens = uniform(seed, "call held", company, cycle, slot) < held
    number, slot, company, cycle = number[happens], slot[happens], company[happens], cycle[happens]
    part = (slot + uniform(seed, "call day", company, cycle, slot)) / SLOTS
    length = journeys.closed[number] - journeys.opened[number]
    return _Planned(
        company=company,
        journey=number,
        kind=(part * INTRO).astype(np.int64),
        day=journeys.opened[number] + (part * length).astype(np.int64),
        key=cycle * 100 + slot,
    )


def _intros(crm: Crm) -> _Planned:
    """A first talk in journeys that never became an opportunity."""
    seed, journeys = crm.universe.seed, crm.history.journeys
    chance = uniform(seed, "intro", journeys.company, journeys.cycle)
    no_deal = (journeys.opened < 0) & (journeys.reached >= 1)
    number = np.flatnonzero(no_deal & (chance < INTRO_SHARE))
    return _Planned(
        company=journeys.company[number],
        journey=np.full(len(number), -1),
        kind=np.full(len(number), INTRO),
        day=journeys.consideration[number] + 2,
        key=journeys.cycle[number] * 100 + 50,
    )


def _reviews(crm: Crm, last_day: int) -> _Planned:
    """Every quarter, some customers are asked how it goes."""
    seed, since = crm.universe.seed, crm.history.customer_since
    customers = np.flatnonzero(since <= last_day)
    quarters = np.arange(RECORDED_FROM // REVIEW_DAYS, last_day // REVIEW_DAYS + 1)
    company, quarter = np.tile(customers, len(quarters)), np.repeat(quarters, len(customers))
    offset = uniform(seed, "review day", company, quarter) * REVIEW_DAYS
    day = quarter * REVIEW_DAYS + offset.astype(np.int64)
    happens = uniform(seed, "review", company, quarter) < REVIEW_SHARE
    happens &= day > since[company] + 30
    return _Planned(
        company=company[happens],
        journey=np.full(int(happens.sum()), -1),
        kind=np.full(int(happens.sum()), REVIEW),
        day=day[happens],
        key=1_000_000 + quarter[happens],
    )


def _joined(parts: list[_Planned]) -> _Planned:
    return _Planned(
        **{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])}
    )


def _taken(planned: _Planned, rows: Ints) -> _Planned:
    return _Planned(**{name: values[rows] for name, values in vars(planned).items()})


def _rows(crm: Crm, planned: _Planned, started: Ints, seconds: Ints) -> pa.Table:
    universe, journeys, seed = crm.universe, crm.history.journeys, crm.universe.seed
    company, number, kind, key = planned.company, planned.journey, planned.kind, planned.key
    owner = (uniform(seed, "owner", company) * OWNERS).astype(np.int64)
    helped = uniform(seed, "second seller", company, key) < SECOND_SELLER
    in_crm = crm.account_since[company] <= started
    deals = opportunity_ids(crm.history, seed)
    earlier = np.where(number >= 0, _earlier_deals(crm)[number], -1)
    earlier[uniform(seed, "second deal", company, key) >= SECOND_DEAL] = -1
    service = texts([lane.replace("_", " ") for lane in journey.LANES])
    interest = (uniform(seed, "call lane", company) * len(journey.LANES)).astype(np.int64)
    name = choose(universe.companies.name, company)
    phone = uniform(seed, "call direction", company, key)
    concern, reasons = _concerns(crm, planned), texts(journey.LOSS_REASONS)
    any_rival = (uniform(seed, "call rival", company) * len(journey.RIVALS)).astype(np.int64)
    rival = np.where(number >= 0, journeys.rival[number], any_rival)
    direction = np.where((kind == INTRO) & (phone < 0.7), 1 + (phone < 0.2), 0)
    ids = hashed(seed, "call", company, key) >> np.uint64(1)
    return table(
        "calls",
        {
            "call_id": pa.array(ids).cast(pa.string()),
            "account_id": choose(crm.account_ids, company, in_crm),
            "opportunity_id": choose(deals, number),
            "other_opportunity_id": choose(deals, earlier),
            "owner_id": choose(owner_ids(), owner),
            "second_owner_id": choose(owner_ids(), (owner + 5) % OWNERS, helped),
            "kind": choose(texts(KINDS), kind),
            "title": joined(name, " - ", choose(texts(TITLES), kind)),
            "direction": choose(texts(DIRECTIONS), direction),
            "company_name": name,
            "service": choose(service, np.where(number >= 0, journeys.lane[number], interest)),
            "concern": choose(reasons, concern),
            "aside": choose(reasons, _asides(crm, planned, concern)),
            "mood": choose(texts(MOODS), _moods(crm, planned, concern)),
            "rival": choose(texts(journey.RIVALS), rival),
            "phrasing": choose(texts(PHRASINGS), phrasing_of(seed, company)),
            "started_at": stamps(started),
            "duration_seconds": pa.array(seconds),
            "participants": _guests(crm, company, key, started),
            "transcript_seed": pa.array((ids >> np.uint64(11)).astype(np.int64)),
        },
    )


def _earlier_deals(crm: Crm) -> Ints:
    """For each journey, the same company's opportunity before it; -1: none."""
    journeys = crm.history.journeys
    deals = np.flatnonzero(journeys.opened >= 0)
    deals = deals[np.lexsort((journeys.cycle[deals], journeys.company[deals]))]
    earlier = np.full(len(journeys), -1)
    same = journeys.company[deals[1:]] == journeys.company[deals[:-1]]
    earlier[deals[1:][same]] = deals[:-1][same]
    return earlier


def _concerns(crm: Crm, planned: _Planned) -> Ints:
    """What the buyer holds against it, an index of ``LOSS_REASONS``; -1: nothing.

    Half of the calls of a deal that will be lost name its reason and some another one; other calls
    now and then any.
    """
    seed, company, key = crm.universe.seed, planned.company, planned.key
    chance = uniform(seed, "concern", company, key)
    reason = np.where(planned.journey >= 0, crm.history.journeys.loss_reason[planned.journey], -1)
    passing = _other_than(reason, uniform(seed, "which concern", company, key))
    lost = reason >= 0
    named = np.where(lost & (chance < REASON_NAMED), reason, passing)
    most = np.where(lost, REASON_NAMED + ANOTHER_NAMED, CONCERNED)
    talks = (chance < most) & (lost | (planned.kind < INTRO))
    return np.where(talks, named, -1)


def _asides(crm: Crm, planned: _Planned, concern: Ints) -> Ints:
    """Something the buyer names without holding it against it, as ``_concerns`` has it."""
    seed, company, key = crm.universe.seed, planned.company, planned.key
    named = uniform(seed, "aside", company, key) < ASIDE
    other = _other_than(concern, uniform(seed, "which aside", company, key))
    return np.where(named & (planned.kind < INTRO), other, -1)


def phrasing_of(seed: int, company: Ints) -> Ints:
    """Which way of speaking a company has, an index of ``lines.PHRASINGS``."""
    return (uniform(seed, "phrasing", company) * len(PHRASINGS)).astype(np.int64)


def _other_than(reason: Ints, chance: Any) -> Ints:
    """Any index of ``LOSS_REASONS`` but ``reason``."""
    count = len(journey.LOSS_REASONS)
    any_one = (chance * count).astype(np.int64)
    return np.where(any_one == reason, (any_one + 1) % count, any_one)


def _moods(crm: Crm, planned: _Planned, concern: Ints) -> Ints:
    """How the buyer feels about us in the call, an index of ``MOODS``: worse with a concern."""
    chance = uniform(crm.universe.seed, "mood", planned.company, planned.key)
    worst = np.where(concern >= 0, 0.45, 0.15)
    best = np.where(concern >= 0, 0.8, 0.6)
    return (chance >= worst).astype(np.int64) + (chance >= best)


def _guests(crm: Crm, company: Ints, key: Ints, started: Ints) -> pa.Array:
    """Who came from the buyer, as a JSON list of contact_id (if in the CRM), email, name, title."""
    universe, seed = crm.universe, crm.universe.seed
    people, companies = universe.people, universe.companies
    first = (uniform(seed, "first guest", company, key) * 3).astype(np.int64)
    guests = 1 + (uniform(seed, "guests", company, key) * MOST_GUESTS).astype(np.int64)
    listed: Any = pa.repeat(pa.scalar("[", pa.string()), len(company))
    for place in range(MOST_GUESTS):
        slot = (first + place) % np.minimum(companies.people_count[company], 5)
        person = companies.first_person[company] + slot
        contact = choose(crm.contact_ids, person, crm.contact_since[person] <= started)
        entry = joined(
            "" if place == 0 else ", ",
            '{"contact_id": ',
            pc.coalesce(joined('"', contact, '"'), "null"),
            ', "email": "',
            choose(people.work_email, person),
            '", "name": "',
            joined(choose(people.first_name, person), " ", choose(people.last_name, person)),
            '", "title": "',
            choose(people.title, person),
            '"}',
        )
        listed = joined(listed, where_text(place < guests, entry, ""))
    return joined(listed, "]")
