"""The latent buying journeys, the planted surges, who is a customer since when.

The centre of the world: every source is a view of what is drawn here. Days are counted from
``universe.EPOCH``. Each company's time is cut into cycles of 180 days (each with its own phase)
and a cycle holds at most one journey, drawn from that cycle's own generator; so a journey never
depends on the as-of date, and looking further ahead adds journeys without changing any.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from python_jobs.sandbox.world.draws import Bools, Floats, Ints, pick, stream, uniform
from python_jobs.sandbox.world.universe import (
    PAGES_PER_SESSION,
    RENAME_EVERY_DAYS,
    Universe,
)

CYCLE_DAYS = 180
SURGE_CYCLE_DAYS = 30
SURGE_DAYS = 7
NEVER = 10**6

LANES = ("notarization", "identity_verification", "esignature", "compliance", "integrations")
STAGES = ("awareness", "consideration", "decision")
RIVALS = ("signetly", "attestio", "notivo", "verisign-online")
LOSS_REASONS = ("Price", "Competitor", "Missing feature", "Timing", "No decision", "Regulatory")


@dataclass(frozen=True)
class Journeys:
    """One element a journey, ordered by start; days from the epoch, ``-1`` for what never comes.

    ``reached`` is the last stage entered (index into STAGES); ``until`` is the first day after.
    """

    cycle: Ints
    company: Ints
    lane: Ints
    reached: Ints
    start: Ints
    consideration: Ints
    decision: Ints
    until: Ints
    intensity: Floats
    opened: Ints
    closed: Ints
    won: Bools
    amount: Floats
    loss_reason: Ints
    rival: Ints
    trial: Ints

    def __len__(self) -> int:
        return len(self.company)

    def take(self, rows: Ints | Bools) -> Journeys:
        """The journeys of these rows."""
        return Journeys(**{name: values[rows] for name, values in vars(self).items()})

    def stage_on(self, day: int) -> Ints:
        """The stage index of each journey on ``day`` (meaningful only while it runs)."""
        return (day >= self.consideration).astype(np.int64) + (day >= self.decision)


@dataclass(frozen=True)
class Surges:
    """Seven days of ``multiple`` times the company's quiet traffic, from day ``start``."""

    company: Ints
    start: Ints
    multiple: Floats

    def factors(self, day: int, companies: int) -> Floats:
        """The factor on every company's quiet traffic on ``day``."""
        factor = np.ones(companies)
        active = (self.start <= day) & (day < self.start + SURGE_DAYS)
        factor[self.company[active]] = self.multiple[active]
        return factor


@dataclass(frozen=True)
class History:
    """What happens in one world from the epoch to a horizon."""

    journeys: Journeys
    surges: Surges
    customer_since: Ints
    first_opportunity: Ints
    renamed_on: Ints


def build(universe: Universe, last_day: int) -> History:
    """Draw history so that everything up to ``last_day`` is settled."""
    companies = universe.companies
    initial = uniform(universe.seed, "initial customer", np.arange(len(companies)))
    share = 0.04 + 0.08 * companies.fit
    before = -1 - (initial / share * 2000).astype(np.int64)
    customer_since = np.where(initial < share, before, NEVER)
    phase = stream(universe.seed, "phase").integers(0, CYCLE_DAYS, len(companies))
    cycles = []
    for cycle in range((last_day + 150) // CYCLE_DAYS + 2):
        drawn = _cycle(universe, cycle, phase, customer_since)
        won = drawn.won
        customer_since[drawn.company[won]] = np.minimum(
            customer_since[drawn.company[won]], drawn.closed[won]
        )
        cycles.append(drawn)
    joined = {
        name: np.concatenate([getattr(part, name) for part in cycles]) for name in vars(cycles[0])
    }
    journeys = Journeys(**joined)
    journeys = journeys.take(np.lexsort((journeys.company, journeys.start)))
    first = np.full(len(companies), NEVER)
    opened = journeys.opened >= 0
    np.minimum.at(first, journeys.company[opened], journeys.opened[opened])
    return History(
        journeys=journeys,
        surges=_surges(universe, journeys, last_day),
        customer_since=customer_since,
        first_opportunity=first,
        renamed_on=_renames(universe),
    )


def _cycle(universe: Universe, cycle: int, phase: Ints, customer_since: Ints) -> Journeys:
    """At most one journey a company, inside its ``cycle``-th 180 days."""
    companies, count = universe.companies, len(universe.companies)
    rng = stream(universe.seed, "journeys", cycle)
    rate = universe.spec.journey_rate * (0.4 + 1.0 * companies.fit)
    happens = rng.random(count) < rate
    awareness = rng.integers(7, 26, count)
    consideration = rng.integers(10, 31, count)
    decision = rng.integers(7, 26, count)
    start = (cycle - 1) * CYCLE_DAYS + phase + rng.integers(0, 100, count)
    reached = pick(np.array([25.0, 30, 45]), rng.random(count))
    expansion = rng.random(count) < 0.3
    opens = rng.random(count) < np.array([0.0, 0.2, 0.85])[reached]
    consideration_from, decision_from = start + awareness, start + awareness + consideration
    ends = np.array([consideration_from, decision_from, decision_from + decision])
    opened = np.where(reached == 2, decision_from, consideration_from) + rng.integers(1, 7, count)
    closed = opened + rng.integers(14, 91, count)
    won = opens & (rng.random(count) < 0.1 + 0.22 * companies.fit)
    size = np.log10(companies.employees)
    amount = np.round(np.exp(rng.normal(8.4 + 0.75 * size, 0.6, count)), -2)
    tries = (reached >= 1) & (rng.random(count) < 0.35)
    trial = np.where(tries, consideration_from + rng.integers(0, 12, count), -1)
    drawn = Journeys(
        cycle=np.full(count, cycle),
        company=np.arange(count),
        lane=pick(np.array([34.0, 22, 18, 14, 12]), rng.random(count)),
        reached=reached,
        start=start,
        consideration=consideration_from,
        decision=decision_from,
        until=ends[reached, np.arange(count)],
        intensity=np.exp(rng.normal(0, 0.4, count)) * (0.7 + 0.15 * size),
        opened=np.where(opens, opened, -1),
        closed=np.where(opens, closed, -1),
        won=won,
        amount=amount,
        loss_reason=np.where(opens & ~won, rng.integers(0, len(LOSS_REASONS), count), -1),
        rival=rng.integers(0, len(RIVALS), count),
        trial=trial,
    )
    # A customer comes back only now and then, to buy more. What would begin before the epoch
    # belongs to no world.
    return drawn.take(happens & (start >= 0) & ((customer_since > start) | expansion))


def _surges(universe: Universe, journeys: Journeys, last_day: int) -> Surges:
    """In every 30 days some companies with enough quiet traffic, and no journey near, surge.

    A company's turn comes every third cycle, so two of its surges are at least a month apart.
    """
    companies = universe.companies
    index = np.arange(len(companies))
    turn = (uniform(universe.seed, "surge turn", index) * 3).astype(np.int64)
    busy = companies.quiet_sessions * PAGES_PER_SESSION >= universe.spec.surge_from_events
    chosen, starts, multiples = [], [], []
    for cycle in range(last_day // SURGE_CYCLE_DAYS + 1):
        rng = stream(universe.seed, "surges", cycle)
        start = cycle * SURGE_CYCLE_DAYS + rng.integers(0, 28, len(companies))
        multiple = rng.uniform(3, 8, len(companies))
        order = rng.random(len(companies))
        free = busy & (turn == cycle % 3)
        near = (journeys.start < start[journeys.company] + SURGE_DAYS + 7) & (
            journeys.until > start[journeys.company] - 35
        )
        free[journeys.company[near]] = False
        candidates = np.flatnonzero(free)
        candidates = candidates[np.argsort(order[candidates])]
        candidates = candidates[: max(2, round(0.25 * len(candidates)))]
        chosen.append(candidates)
        starts.append(start[candidates])
        multiples.append(np.round(multiple[candidates], 2))
    return Surges(np.concatenate(chosen), np.concatenate(starts), np.concatenate(multiples))


def _renames(universe: Universe) -> Ints:
    """The day each company changes its name and web site; NEVER for most."""
    rank, count = universe.companies.rename_rank, len(universe.companies)
    offset = int(stream(universe.seed, "rename day").integers(0, 60))
    every = RENAME_EVERY_DAYS / count
    return np.where(rank >= 0, (rank * every).astype(np.int64) + offset, NEVER)
