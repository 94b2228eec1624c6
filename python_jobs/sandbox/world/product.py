"""The product database's view: users of customers and trials, and what they did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from python_jobs.sandbox.world.crm import day_us
from python_jobs.sandbox.world.draws import Bools, Floats, Ints, hashed, hex_ids, stream, uniform
from python_jobs.sandbox.world.journey import NEVER, History
from python_jobs.sandbox.world.tables import (
    DAY_US,
    HOUR,
    MINUTE,
    choose,
    constant,
    dates,
    joined,
    order_by_time,
    stamps,
    table,
    texts,
    where_text,
)
from python_jobs.sandbox.world.universe import EPOCH_DAYS, INDUSTRY_NAMES, Universe
from python_jobs.sandbox.world.web import visitors

TRIAL_CYCLE_DAYS = 30
SELF_SERVE_SHARE = 0.006
SPIKE_CYCLE_DAYS, SPIKE_SHARE, SPIKE_DAYS, SPIKE_FACTOR = 30, 0.08, 7, 4.0
LATE, COPY = 0.015, 0.004
WEEK_FACTOR = np.array([1.3, 1.3, 1.3, 1.3, 1.2, 0.35, 0.25])
EVENT_NAMES = (
    "signed_up",
    "login",
    "transaction_completed",
    "notarization_completed",
    "team_member_invited",
)
SIGNED_UP, LOGIN, TRANSACTION, NOTARIZATION, INVITE = range(len(EVENT_NAMES))
APP_VERSIONS = texts(["2024.1", "2024.2", "2024.3"])


@dataclass(frozen=True)
class Users:
    """One element a user, by sign-up. Days from the epoch; NEVER for what does not come.

    ``paying`` is the day the plan becomes ``business``; ``silent`` the first day without a sign.
    """

    person: Ints
    signed_up: Ints
    paying: Ints
    activated: Ints
    silent: Ints
    rate: Floats
    spike_chance: Floats

    def __len__(self) -> int:
        return len(self.person)


def users(universe: Universe, history: History, last_day: int) -> Users:
    """Everybody who signed up by ``last_day``: customers' staff, journeys' trials, self-serve."""
    sources = [
        _staff(universe, history),
        _trials(universe, history),
        _self_serve(universe, history, last_day),
    ]
    person, signed_up, paying = (np.concatenate(column) for column in zip(*sources, strict=True))
    order = np.lexsort((person, signed_up))
    order = order[signed_up[order] <= last_day]
    person, signed_up, paying = person[order], signed_up[order], paying[order]
    _, first = np.unique(person, return_index=True)
    first.sort()
    person, signed_up, paying = person[first], signed_up[first], paying[first]
    chance = uniform(universe.seed, "user", person)
    draw = uniform(universe.seed, "user rate", person)
    trial = paying > signed_up
    quits = trial & (chance < 0.55) & (paying == NEVER)
    stays = (uniform(universe.seed, "user stays", person) * 25).astype(np.int64)
    activates = (chance > 0.25) & (chance < 0.95)
    wait = (uniform(universe.seed, "activation", person) * 14).astype(np.int64)
    silent = np.where(quits, signed_up + 1 + stays, NEVER)
    activated = np.where(activates & (signed_up + wait < silent), signed_up + wait, NEVER)
    return Users(
        person=person,
        signed_up=signed_up,
        paying=paying,
        activated=activated,
        silent=silent,
        # Most users come rarely; the rest carry the volume.
        rate=np.where(draw < 0.6, 0.01, 0.06) * np.exp(2.2 * draw),
        spike_chance=uniform(universe.seed, "spiky", person),
    )


def _staff(universe: Universe, history: History) -> tuple[Ints, Ints, Ints]:
    """A customer's users, counted from the end of its people, within a month of the contract."""
    companies = universe.companies
    index = np.arange(len(companies))
    draw = uniform(universe.seed, "staff", index)
    seats = np.where(history.customer_since < NEVER, 1 + (draw**2 * 6).astype(np.int64), 0)
    seats = np.minimum(seats, companies.people_count)
    company = np.repeat(index, seats)
    seat = np.arange(len(company)) - np.repeat(np.cumsum(seats) - seats, seats)
    person = companies.first_person[company] + companies.people_count[company] - 1 - seat
    joined_after = (uniform(universe.seed, "joins", person) * 30).astype(np.int64)
    since = history.customer_since[company] + joined_after
    return person, since, since


def _trials(universe: Universe, history: History) -> tuple[Ints, Ints, Ints]:
    """A trial during a journey, by the first of the committee; paying once the deal is won."""
    journeys = history.journeys
    row = np.flatnonzero(journeys.trial >= 0)
    person = universe.companies.first_person[journeys.company[row]]
    return person, journeys.trial[row], np.where(journeys.won[row], journeys.closed[row], NEVER)


def _self_serve(universe: Universe, history: History, last_day: int) -> tuple[Ints, Ints, Ints]:
    """Trials without a journey, month by month; some by people of no company."""
    companies, found, days = universe.companies, [], []
    for cycle in range(last_day // TRIAL_CYCLE_DAYS + 1):
        rng = stream(universe.seed, "self serve", cycle)
        count = 1 + int(rng.poisson(SELF_SERVE_SHARE * len(companies)))
        company = rng.integers(0, len(companies), count)
        slot = (rng.random(count) * companies.people_count[company]).astype(np.int64)
        public = rng.integers(universe.employees, len(universe.people), count)
        alone = rng.random(count) < 0.35
        found.append(np.where(alone, public, companies.first_person[company] + slot))
        days.append(cycle * TRIAL_CYCLE_DAYS + rng.integers(0, TRIAL_CYCLE_DAYS, count))
    person = np.concatenate(found)
    return person, np.concatenate(days), np.full(len(person), NEVER)


def user_ids(universe: Universe, person: Ints) -> pa.Array:
    """The product's id of each person."""
    return hex_ids(hashed(universe.seed, "user id", person), "u_")


def _signed_up_at(universe: Universe, people: Users) -> Ints:
    moment = uniform(universe.seed, "sign-up time", people.person) * 10 * HOUR
    return day_us(people.signed_up) + 8 * HOUR + moment.astype(np.int64)


def user_rows(universe: Universe, people: Users, until: int) -> pa.Table:
    """One row per user and plan."""
    created = _signed_up_at(universe, people)
    upgraded = people.paying > people.signed_up
    at = np.concatenate([created, day_us(people.paying[upgraded]) + 18 * HOUR])
    row = np.concatenate([np.arange(len(people)), np.flatnonzero(upgraded)])
    order = order_by_time(at, row)
    order = order[at[order] < until]
    at, row = at[order], row[order]
    person = people.person[row]
    company = universe.people.company[person]
    pays = np.arange(len(created) + int(upgraded.sum()))[order] >= len(created)
    pays |= people.paying[row] <= people.signed_up[row]
    visitor, _, _ = visitors(universe.seed, person, np.zeros_like(person), people.signed_up[row])
    look = uniform(universe.seed, "user look", person)
    tells = look < 0.8
    return table(
        "product_users",
        {
            "user_id": user_ids(universe, person),
            "email": choose(universe.people.web_email, person),
            "first_name": choose(universe.people.first_name, person),
            "last_name": choose(universe.people.last_name, person),
            "distinct_id": choose(hex_ids(visitor), np.arange(len(person)), look > 0.3),
            "account_domain": choose(universe.companies.domain, company, tells),
            "company_name": choose(universe.companies.name, company, tells),
            "company_size": pa.array(
                universe.companies.employees[company], mask=(company < 0) | ~tells
            ),
            "industry": choose(INDUSTRY_NAMES, universe.companies.industry[company], company >= 0),
            "plan": where_text(pays, "business", "pro_trial"),
            "created_at": stamps(created[row]),
            "updated_at": stamps(at),
            "signup_source": choose(
                texts(["website", "invite", "marketplace"]), (look * 3).astype(np.int64)
            ),
        },
    )


def spikes(universe: Universe, people: Users, day: int) -> Bools:
    """Who is in a planted week of four times the usual transactions on ``day``."""
    cycle, into = divmod(day, SPIKE_CYCLE_DAYS)
    starts = (uniform(universe.seed, "spike start", people.person, cycle) * 23).astype(np.int64)
    has = uniform(universe.seed, "spike", people.person, cycle) < SPIKE_SHARE
    return has & (starts <= into) & (into < starts + SPIKE_DAYS)


def day_events(universe: Universe, people: Users, day: int, until: int) -> pa.Table | None:
    """The product events of ``day`` known before ``until``."""
    count = len(people)
    alive = (people.signed_up <= day) & (day < people.silent)
    rate = people.rate * WEEK_FACTOR[(EPOCH_DAYS + day + 3) % 7]
    rate = np.where(spikes(universe, people, day), SPIKE_FACTOR, 1.0) * rate
    # One uniform number a person and kind, so that later sign-ups leave these rows alone.
    draw = {
        kind: _poisson(rate * share, uniform(universe.seed, f"product {kind}", people.person, day))
        for kind, share in ((LOGIN, 0.6), (TRANSACTION, 1.0), (NOTARIZATION, 0.35), (INVITE, 0.05))
    }
    active = people.activated <= day
    draw[NOTARIZATION] = np.where(active, draw[NOTARIZATION], 0) + (people.activated == day)
    draw[INVITE] += 2 * ((people.activated + 1 == day) & (people.spike_chance < 0.5))
    who = [np.flatnonzero(people.signed_up == day)]
    what = [np.full(len(who[0]), SIGNED_UP)]
    for event, times in draw.items():
        rows = np.repeat(np.arange(count), np.where(alive, times, 0))
        who.append(rows)
        what.append(np.full(len(rows), event))
    row, kind = np.concatenate(who), np.concatenate(what)
    serial = np.arange(len(row))
    # The n-th event of its person and kind: a key that no other person's rows can shift.
    group = row * len(EVENT_NAMES) + kind
    nth = _ranks(group)
    key = (people.person[row], np.int64(day), kind, nth)
    moment = uniform(universe.seed, "product time", *key)
    at = day_us(np.int64(day)) + 8 * HOUR + (moment * 12 * HOUR).astype(np.int64)
    signs = kind == SIGNED_UP
    at[signs] = _signed_up_at(universe, people)[row[signs]] + MINUTE
    fate = uniform(universe.seed, "product fate", *key)
    late = np.where(fate < LATE, (1 + fate / LATE * 4) * DAY_US, 0).astype(np.int64)
    known = at + MINUTE // 2 + late
    copies = np.flatnonzero(fate > 1 - COPY)
    pick = np.concatenate([serial, copies])
    known = known[pick]
    is_copy = np.arange(len(pick)) >= len(serial)
    identity = hashed(universe.seed, "product event", *key)
    order = np.lexsort((is_copy, identity[pick], known))
    order = order[known[order] < until]
    if len(order) == 0:
        return None
    pick, known = pick[order], known[order]
    return _rows(universe, people, day, identity, row, kind, at, pick, known)


def _poisson(rate: Floats, chance: Floats) -> Ints:
    """Poisson counts by inversion, at most 12."""
    term = np.exp(-rate)
    total, count = term.copy(), np.zeros(len(rate), dtype=np.int64)
    for step in range(1, 13):
        count += chance > total
        term = term * rate / step
        total += term
    return count


def _ranks(group: Ints) -> Ints:
    """The position of each element among the equal ones before it."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    ranks = np.empty(len(group), dtype=np.int64)
    ranks[order] = np.arange(len(group)) - np.searchsorted(ordered, ordered)
    return ranks


def _rows(
    universe: Universe,
    people: Users,
    day: int,
    identity: np.ndarray,
    row: Ints,
    kind: Ints,
    at: Ints,
    pick: Ints,
    known: Ints,
) -> pa.Table:
    user, kind = row[pick], kind[pick]
    person = people.person[user]
    company = universe.people.company[person]
    trial = people.paying[user] > day
    plan = where_text(trial, '{"plan": "pro_trial"}', '{"plan": "business"}')
    return table(
        "product_events",
        {
            "event_id": hex_ids(identity[pick], "pe_"),
            "user_id": user_ids(universe, person),
            "event_name": choose(texts(EVENT_NAMES), kind),
            "occurred_at": stamps(at[pick]),
            "known_at": stamps(known),
            "team_id": choose(joined("team_", universe.companies.label), company),
            "properties": where_text(kind == SIGNED_UP, plan, constant("{}", len(pick))),
            "app_version": choose(APP_VERSIONS, person % 3),
        },
    )


def truth(universe: Universe, people: Users, first_day: int, last_day: int) -> pa.Table:
    """What was planted: activation, silence, and each spike's start, one row a fact's user."""
    user, started = [], []
    for cycle in range(first_day // SPIKE_CYCLE_DAYS, last_day // SPIKE_CYCLE_DAYS + 1):
        keys = (people.person, cycle)
        starts = (uniform(universe.seed, "spike start", *keys) * 23).astype(np.int64)
        starts += cycle * SPIKE_CYCLE_DAYS
        has = uniform(universe.seed, "spike", *keys) < SPIKE_SHARE
        has &= (people.signed_up < starts) & (starts < people.silent) & (starts <= last_day)
        user.append(np.flatnonzero(has))
        started.append(starts[has])
    spiked = np.concatenate(user)
    rows = np.concatenate([np.arange(len(people)), spiked])
    start = np.concatenate([np.full(len(people), NEVER), np.concatenate(started)])
    plain = start == NEVER
    return table(
        "truth/product",
        {
            "user_id": user_ids(universe, people.person[rows]),
            "activated_on": dates(
                people.activated[rows] + EPOCH_DAYS, plain & (people.activated[rows] < NEVER)
            ),
            "silent_from": dates(
                people.silent[rows] + EPOCH_DAYS, plain & (people.silent[rows] < NEVER)
            ),
            "spike_starts_on": dates(start + EPOCH_DAYS, ~plain),
        },
    )
