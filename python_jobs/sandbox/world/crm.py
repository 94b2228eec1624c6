"""The CRM's view: accounts, contacts, opportunities as versions over time, and lead requests.

A version is the state of a record at one moment: first the moments are listed, then each column
is computed as of its moment. Nothing after the as-of date is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_jobs.sandbox.world import journey, names
from python_jobs.sandbox.world.draws import Bools, Floats, Hashes, Ints, hashed, hex_ids, uniform
from python_jobs.sandbox.world.journey import NEVER, History
from python_jobs.sandbox.world.tables import (
    DAY_US,
    HOUR,
    NO_TEXT,
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
from python_jobs.sandbox.world.universe import (
    COUNTRY_NAMES,
    EPOCH_DAYS,
    INDUSTRY_NAMES,
    PLACE_CITIES,
    PLACE_STATES,
    Universe,
    in_crm_from_start,
)
from python_jobs.sandbox.world.web import SECOND, Seen

OPEN_STAGES = ("Discovery", "Evaluation", "Proposal")
OWNERS = len(names.SELLERS)
EASY_REASON = 0.3
OLD_CONTACT, COMMITTEE_CONTACT = 0.45, 0.6
CONTACT_TWICE, CONTACT_PERSONAL_MAIL = 0.04, 0.05


@dataclass(frozen=True)
class Crm:
    """Who is in the CRM since when (microseconds since 1970; NEVER_US if never), under which id."""

    universe: Universe
    history: History
    account_since: Ints
    account_ids: pa.Array
    contact_since: Ints
    contact_ids: pa.Array
    second_contact_ids: pa.Array
    second_since: Ints
    linked: Bools


NEVER_US = np.int64(NEVER) * DAY_US


def day_us(day: Any) -> Ints:
    """Microseconds since 1970 of the start of days counted from the epoch."""
    return (np.asarray(day, dtype=np.int64) + EPOCH_DAYS) * DAY_US


def build(universe: Universe, history: History) -> Crm:
    """Settle when each company and person entered the CRM."""
    seed, companies, people = universe.seed, universe.companies, universe.people
    company = np.arange(len(companies))
    chance = uniform(seed, "crm hour", company)
    age = (uniform(seed, "crm age", company) * 2000).astype(np.int64)
    old = in_crm_from_start(seed, len(companies)) | (history.customer_since < 0)
    before = -1 - np.maximum(age, -history.customer_since)
    entered = np.where(old, before, history.first_opportunity)
    account_since = np.where(
        entered >= NEVER, NEVER_US, day_us(entered) + 9 * HOUR + (chance * HOUR).astype(np.int64)
    )
    person = np.arange(len(people))
    chance = uniform(seed, "contact", person)
    own = people.company
    first = np.where(
        chance < OLD_CONTACT,
        day_us(-1 - (uniform(seed, "contact age", person) * 2000).astype(np.int64)),
        NEVER_US,
    )
    called_in = (chance >= OLD_CONTACT) & (people.slot < 5)
    called_in &= uniform(seed, "called in", person) < COMMITTEE_CONTACT
    opened = history.first_opportunity[own]
    called_in &= opened < NEVER
    wait = (uniform(seed, "call delay", person) * 6 * DAY_US).astype(np.int64)
    first = np.where(called_in, day_us(opened) + 10 * HOUR + wait, first)
    in_crm = (first < NEVER_US) & (own >= 0) & (account_since[own] < NEVER_US)
    contact_since = np.where(in_crm, np.maximum(first, account_since[own] + HOUR), NEVER_US)
    twice = in_crm & (uniform(seed, "twice", person) < CONTACT_TWICE)
    return Crm(
        universe=universe,
        history=history,
        account_since=account_since,
        account_ids=hex_ids(hashed(seed, "account", company), "001"),
        contact_since=contact_since,
        contact_ids=hex_ids(hashed(seed, "contact id", person), "003"),
        second_contact_ids=hex_ids(hashed(seed, "second contact id", person), "003"),
        second_since=np.where(twice, contact_since + 9 * DAY_US, NEVER_US),
        linked=in_crm,
    )


def accounts(crm: Crm, until: int) -> pa.Table:
    """One row per company and state: as created, as a customer, under a new name."""
    universe, history, companies = crm.universe, crm.history, crm.universe.companies
    count = len(companies)
    customer_at = np.where(
        history.customer_since < NEVER, day_us(history.customer_since) + 17 * HOUR, NEVER_US
    )
    renamed_at = day_us(history.renamed_on) + 9 * HOUR
    company = np.tile(np.arange(count), 3)
    at = np.concatenate([crm.account_since, customer_at, renamed_at])
    keep = (at >= crm.account_since[company]) & (at < until) & (crm.account_since[company] < until)
    company, at = company[keep], at[keep]
    order = order_by_time(at, company)
    company, at = company[order], at[order]
    renamed = at >= renamed_at[company]
    domain = where_text(
        renamed, choose(companies.alias_domain, company), choose(companies.domain, company)
    )
    name = where_text(renamed, choose(companies.new_name, company), choose(companies.name, company))
    legal = choose(texts([row[4] for row in names.COUNTRIES]), companies.country[company])
    look = uniform(universe.seed, "account look", company)
    parent = companies.parent[company]
    knows_parent = (parent >= 0) & parents_in_crm(universe)[company]
    knows_parent &= crm.account_since[parent] <= at
    known_size = uniform(universe.seed, "firmographics", company) < 0.9
    owner = (uniform(universe.seed, "owner", company) * OWNERS).astype(np.int64)
    place = companies.place[company]
    return table(
        "accounts",
        {
            "account_id": choose(crm.account_ids, company),
            "name": where_text(look < 0.4, joined(name, " ", legal), name),
            "website": _websites(domain, look),
            "domain": where_text(
                (look > 0.2) & (look < 0.7),
                domain,
                where_text((look > 0.2) & (look < 0.75), pc.utf8_upper(domain), NO_TEXT),
            ),
            "parent_account_id": choose(crm.account_ids, parent, knows_parent),
            "industry": choose(INDUSTRY_NAMES, companies.industry[company], known_size),
            "naics": choose(companies.naics, company, known_size),
            "employee_count": pa.array(companies.employees[company], mask=~known_size),
            "annual_revenue_amount": pa.array(companies.revenue[company], mask=~known_size),
            "country": choose(COUNTRY_NAMES, companies.country[company]),
            "state": choose(PLACE_STATES, place),
            "city": choose(PLACE_CITIES, place),
            "account_type": where_text(
                at >= customer_at[company],
                "customer",
                where_text(
                    uniform(universe.seed, "partner", company) < 0.02, "partner", "prospect"
                ),
            ),
            "owner_id": choose(owner_ids(), owner),
            "created_at": stamps(crm.account_since[company]),
            "updated_at": stamps(at),
            "linkedin_company_url": joined(
                "https://www.linkedin.com/company/", choose(companies.label, company)
            ),
            "territory__c": where_text(
                companies.country[company] == 0, choose(PLACE_STATES, place), "International"
            ),
        },
    )


def _websites(domain: pa.Array, look: Floats) -> pa.Array:
    """Web sites as people type them: with a protocol, a path, capitals, a subdomain, or not."""
    kinds = [
        (0.30, joined("https://www.", domain, "/")),
        (0.45, joined("http://", domain)),
        (0.60, joined("www.", domain)),
        (0.75, domain),
        (0.85, joined("https://www.", pc.utf8_title(domain), "/path")),
        (0.90, joined("https://app.", domain, "/login?next=home")),
        (0.98, joined("https://", domain)),
    ]
    website = pa.nulls(len(domain), pa.string())
    for limit, text in reversed(kinds):
        website = where_text(look < limit, text, website)
    return website


def owner_ids() -> pa.Array:
    """The CRM users who own records."""
    return texts([f"005owner{number:02d}" for number in range(OWNERS)])


def parents_in_crm(universe: Universe) -> Bools:
    """Whether the CRM knows each company's parent (meaningful for subsidiaries)."""
    return uniform(universe.seed, "parent in crm", np.arange(len(universe.companies))) < 0.6


def contacts(crm: Crm, seen: Seen, until: int) -> pa.Table:
    """One row per contact and state: as created; with the visitor id of each form they sent."""
    universe, people = crm.universe, crm.universe.people
    forms, form_at = seen.forms("form_person"), seen.forms("form_known") + HOUR
    form_visitor = seen.forms("form_visitor").astype(np.uint64)
    known = crm.contact_since[forms] < form_at
    everyone = np.arange(len(people))
    person = np.concatenate([everyone, everyone, forms[known]])
    at = np.concatenate([crm.contact_since, crm.second_since, form_at[known]])
    second = np.repeat([False, True, False], [len(people), len(people), int(known.sum())])
    visitor_row = np.concatenate(
        [np.full(2 * len(people), -1), np.flatnonzero(known).astype(np.int64)]
    )
    keep = at < until
    person, at, second, visitor_row = person[keep], at[keep], second[keep], visitor_row[keep]
    order = order_by_time(at, person, second)
    person, at, second, visitor_row = person[order], at[order], second[order], visitor_row[order]
    opted = uniform(universe.seed, "opt out", person)
    no_contact = uniform(universe.seed, "no contact", person)
    dial = (uniform(universe.seed, "phone", person) * 9_000_000 + 1_000_000).astype(np.int64)
    first, last = choose(people.first_name, person), choose(people.last_name, person)
    owner = (uniform(universe.seed, "owner", people.company[person]) * OWNERS).astype(np.int64)
    slug = pc.utf8_lower(joined(pc.utf8_slice_codeunits(first, 0, 1), last))
    account_since = crm.account_since[people.company[person]]
    return table(
        "contacts",
        {
            "contact_id": where_text(
                second, choose(crm.second_contact_ids, person), choose(crm.contact_ids, person)
            ),
            "email": where_text(
                second, second_emails(universe, person), first_emails(universe, person)
            ),
            "first_name": where_text(second, pc.utf8_slice_codeunits(first, 0, 1), first),
            "last_name": last,
            "title": choose(people.title, person, opted < 0.93),
            "account_id": choose(crm.account_ids, people.company[person], account_since <= at),
            "phone": joined("+1555", pa.array(dial).cast(pa.string())),
            "linkedin_url": where_text(
                second | (no_contact > 0.8),
                NO_TEXT,
                joined(
                    "https://www.linkedin.com/in/", slug, "-", pa.array(person).cast(pa.string())
                ),
            ),
            "owner_id": choose(owner_ids(), owner),
            "distinct_id": choose(hex_ids(form_visitor), visitor_row),
            "is_opted_out": pa.array(opted < 0.03),
            "is_do_not_contact": pa.array(no_contact < 0.01),
            "created_at": stamps(
                np.where(second, crm.second_since[person], crm.contact_since[person])
            ),
            "updated_at": stamps(at),
        },
    )


def personal_in_crm(universe: Universe, person: Ints) -> Bools:
    """Whether the CRM has only a personal address of this employee (a planted fault)."""
    return uniform(universe.seed, "crm mail", person) < CONTACT_PERSONAL_MAIL


def first_emails(universe: Universe, person: Ints) -> pa.Array:
    """The address of each person's contact: mostly at work, some personal, some in capitals."""
    people = universe.people
    work = choose(people.work_email, person)
    capitals = uniform(universe.seed, "crm capitals", person) < 0.04
    return where_text(
        personal_in_crm(universe, person),
        choose(people.personal_email, person),
        where_text(capitals, pc.utf8_title(work), work),
    )


def second_emails(universe: Universe, person: Ints) -> pa.Array:
    """The address of a duplicate contact: the same in other letters, or a personal one."""
    same = uniform(universe.seed, "second mail", person) < 0.5
    return where_text(
        same,
        pc.utf8_upper(choose(universe.people.work_email, person)),
        choose(universe.people.personal_email, person),
    )


def opportunity_ids(history: History, seed: int) -> pa.Array:
    """One id per journey."""
    journeys = history.journeys
    return hex_ids(hashed(seed, "opportunity", journeys.company, journeys.cycle), "006")


def opportunities(crm: Crm, until: int) -> pa.Table:
    """One row per opportunity and change of stage or amount, the won ones from before first."""
    now = crm.history.journeys
    rows = np.flatnonzero(now.opened >= 0)
    opened, closed = day_us(now.opened[rows]) + 11 * HOUR, day_us(now.closed[rows]) + 16 * HOUR
    steps = len(OPEN_STAGES) + 1
    row, step = np.repeat(rows, steps), np.tile(np.arange(steps), len(rows))
    at = np.repeat(opened, steps) + np.repeat((closed - opened) // (steps - 1), steps) * step
    at = np.where(step == steps - 1, np.repeat(closed, steps), at)
    order = order_by_time(at, row)
    order = order[at[order] < until]
    row, step, at = row[order], step[order], at[order]
    return pa.concat_tables([_won_before(crm), _versions(crm, row, step, at)])


def _versions(crm: Crm, row: Ints, step: Ints, at: Any) -> pa.Table:
    seed, journeys = crm.universe.seed, crm.history.journeys
    company, won = journeys.company[row], journeys.won[row]
    is_closed = step == len(OPEN_STAGES)
    stage = np.where(is_closed, len(OPEN_STAGES) + (~won).astype(np.int64), step)
    # Amounts move once the proposal is out; expected dates are guesses until it closes.
    drift = 1 + 0.4 * (uniform(seed, "amount", company, journeys.cycle[row]) - 0.4)
    amount = journeys.amount[row] * np.where(step >= 2, drift, 1.0)
    guess = journeys.closed[row] + (
        40 * uniform(seed, "close guess", company, journeys.cycle[row], step)
    ).astype(np.int64)
    close_day = np.where(is_closed, journeys.closed[row], guess) + EPOCH_DAYS
    owner = (uniform(seed, "owner", company) * OWNERS).astype(np.int64)
    name = choose(crm.universe.companies.name, company)
    service = texts([lane.replace("_", " ").capitalize() for lane in journey.LANES])
    return table(
        "opportunities",
        {
            "opportunity_id": choose(opportunity_ids(crm.history, seed), row),
            "account_id": choose(crm.account_ids, company),
            "name": joined(name, ": ", choose(service, journeys.lane[row])),
            "stage_name": choose(texts([*OPEN_STAGES, "Closed Won", "Closed Lost"]), stage),
            "amount": pa.array(np.round(amount, -2)),
            "is_closed": pa.array(is_closed),
            "is_won": pa.array(is_closed & won),
            "is_deleted": pa.array(np.zeros(len(row), dtype=bool)),
            "close_date": dates(close_day),
            "loss_reason": choose(
                texts(journey.LOSS_REASONS), reasons_in_crm(crm)[row], is_closed & ~won
            ),
            "owner_id": choose(owner_ids(), owner),
            "created_at": stamps(day_us(journeys.opened[row]) + 11 * HOUR),
            "updated_at": stamps(at),
        },
    )


def reasons_in_crm(crm: Crm) -> Ints:
    """Why each journey's deal was lost as its seller put it down: often the easiest to say."""
    journeys = crm.history.journeys
    said = uniform(crm.universe.seed, "reason in the crm", journeys.company, journeys.cycle)
    easiest = journey.LOSS_REASONS.index("Price")
    return np.where(
        (journeys.loss_reason >= 0) & (said < EASY_REASON), easiest, journeys.loss_reason
    )


def _won_before(crm: Crm) -> pa.Table:
    """The closed deals of those who were customers before the epoch."""
    universe, since = crm.universe, crm.history.customer_since
    company = np.flatnonzero(since < 0)
    company = company[np.argsort(since[company], kind="stable")]
    closed = day_us(since[company]) + 16 * HOUR
    owner = (uniform(universe.seed, "owner", company) * OWNERS).astype(np.int64)
    count = len(company)
    return table(
        "opportunities",
        {
            "opportunity_id": hex_ids(hashed(universe.seed, "first deal", company), "006"),
            "account_id": choose(crm.account_ids, company),
            "name": joined(choose(universe.companies.name, company), ": first contract"),
            "stage_name": constant("Closed Won", count),
            "amount": pa.array(np.round(universe.companies.employees[company] * 40.0 + 3000, -2)),
            "is_closed": pa.array(np.ones(count, dtype=bool)),
            "is_won": pa.array(np.ones(count, dtype=bool)),
            "is_deleted": pa.array(np.zeros(count, dtype=bool)),
            "close_date": dates(since[company] + EPOCH_DAYS),
            "loss_reason": constant(None, count),
            "owner_id": choose(owner_ids(), owner),
            "created_at": stamps(np.maximum(closed - 45 * DAY_US, crm.account_since[company])),
            "updated_at": stamps(closed),
        },
    )


MESSAGES = (
    "We close about forty files a month and would like a quote.",
    "Can your notaries cover weekends?",
    "Please call me back about identity checks for new customers.",
    "How do you connect to our CRM?",
    None,
)


@dataclass(frozen=True)
class _Asked:
    """One element a lead request: who, when (microseconds), how, and the traces it left."""

    person: Ints
    at: Ints
    known: Ints
    cta: Ints
    key: Hashes
    event: Hashes
    visitor: Hashes
    has_event: Bools
    has_visitor: Bools

    def take(self, rows: Ints | Bools) -> _Asked:
        return _Asked(**{name: values[rows] for name, values in vars(self).items()})


def lead_requests(crm: Crm, seen: Seen, first_day: int, until: int) -> pa.Table:
    """Requests sent through a form of the site, and some that came by telephone or mail."""
    parts = [_sent(crm, seen), _called(crm, first_day)]
    asked = _Asked(
        **{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])}
    )
    order = order_by_time(asked.known, asked.key)
    return _requests(crm, asked.take(order[asked.known[order] < until]))


def _sent(crm: Crm, seen: Seen) -> _Asked:
    """Most forms become a request; the form's event is known for most of those."""
    seed, event = crm.universe.seed, seen.forms("form_event").astype(np.uint64)
    number = event.view(np.int64)
    asked = _Asked(
        person=seen.forms("form_person"),
        at=seen.forms("form_at") + 2 * SECOND,
        known=seen.forms("form_known") + 5 * SECOND,
        cta=seen.forms("form_cta"),
        key=hashed(seed, "request", number),
        event=event,
        visitor=seen.forms("form_visitor").astype(np.uint64),
        has_event=uniform(seed, "request linked", number) < 0.88,
        has_visitor=np.ones(len(event), dtype=bool),
    )
    return asked.take(uniform(seed, "request follows", number) < 0.8)


def _called(crm: Crm, first_day: int) -> _Asked:
    """Journeys that ask by telephone early in their decision."""
    seed, journeys = crm.universe.seed, crm.history.journeys
    chance = uniform(seed, "call in", journeys.company, journeys.cycle)
    calls = (journeys.reached == 2) & (chance < 0.2) & (journeys.decision >= first_day)
    row = np.flatnonzero(calls)
    at = day_us(journeys.decision[row]) + (15 * HOUR * (1 + chance[row])).astype(np.int64)
    key = hashed(seed, "call key", journeys.company[row], journeys.cycle[row])
    never = np.zeros(len(row), dtype=bool)
    return _Asked(
        person=crm.universe.companies.first_person[journeys.company[row]],
        at=at,
        known=at + HOUR,
        cta=np.ones(len(row), dtype=np.int64),
        key=key,
        event=key,
        visitor=key,
        has_event=never,
        has_visitor=never,
    )


def _requests(crm: Crm, asked: _Asked) -> pa.Table:
    person, key = asked.person, asked.key
    universe, seed = crm.universe, crm.universe.seed
    people, companies = universe.people, universe.companies
    look = uniform(seed, "request look", key.view(np.int64))
    company = people.company[person]
    quote = (asked.cta == 1) & (look < 0.35)
    email = choose(people.web_email, person)
    ids, row = hex_ids(key), np.arange(len(key))
    dial = (look * 8_999_999).astype(np.int64) + 1_000_000
    return table(
        "lead_requests",
        {
            "lead_request_id": joined("lr_", ids),
            "occurred_at": stamps(asked.at),
            "request_type": where_text(
                asked.cta == 0, "reservation", where_text(quote, "quote", "contact_sales")
            ),
            "email": where_text(look > 0.96, pc.utf8_upper(email), email),
            "first_name": choose(people.first_name, person),
            "last_name": choose(people.last_name, person),
            "company_name": choose(companies.name, company, look < 0.9),
            "website": choose(joined("www.", companies.domain), company, look < 0.3),
            "phone": where_text(
                look < 0.5,
                joined("+1555", pa.array(dial).cast(pa.string())),
                NO_TEXT,
            ),
            "message": choose(texts(MESSAGES), (look * len(MESSAGES)).astype(np.int64)),
            "lead_score": pa.array((20 + 75 * look).astype(np.int64)),
            "distinct_id": choose(hex_ids(asked.visitor), row, asked.has_visitor),
            "event_id": choose(hex_ids(asked.event), row, asked.has_event),
            "crm_lead_id": where_text(look < 0.7, joined("00Q", ids), NO_TEXT),
            "crm_task_id": where_text(look < 0.3, joined("00T", ids), NO_TEXT),
            "known_at": stamps(asked.known),
        },
    )
