"""What is really so, for evaluation: never read by the pipeline.

Also the two registry files a customer would keep, which know most, not all, of it.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_jobs.sandbox.world import crm as crm_view
from python_jobs.sandbox.world.calls import phrasing_of
from python_jobs.sandbox.world.crm import Crm
from python_jobs.sandbox.world.draws import hex_ids, uniform
from python_jobs.sandbox.world.journey import (
    LANES,
    LOSS_REASONS,
    STAGES,
    SURGE_DAYS,
    History,
)
from python_jobs.sandbox.world.lines import PHRASINGS
from python_jobs.sandbox.world.tables import choose, constant, dates, table, texts
from python_jobs.sandbox.world.universe import EPOCH_DAYS, Universe
from python_jobs.sandbox.world.web import Seen, quiet_events_per_day, seen_visitors

BOARDS = 60
IN_REGISTRY = 0.7


def in_market(universe: Universe, history: History, first_day: int, last_day: int) -> pa.Table:
    """Every journey that touches the window, with its whole course, also what is still to come."""
    journeys = history.journeys
    row = np.flatnonzero((journeys.until > first_day) & (journeys.start <= last_day))
    ids = crm_view.opportunity_ids(history, universe.seed)
    opened, reached = journeys.opened[row] >= 0, journeys.reached[row]
    return table(
        "truth/in_market",
        {
            "journey_id": pc.replace_substring(choose(ids, row), "006", "j_", max_replacements=1),
            "account_domain": choose(universe.companies.domain, journeys.company[row]),
            "lane": choose(texts(LANES), journeys.lane[row]),
            "reached_stage": choose(texts(STAGES), reached),
            "awareness_from": dates(journeys.start[row] + EPOCH_DAYS),
            "consideration_from": dates(journeys.consideration[row] + EPOCH_DAYS, reached >= 1),
            "decision_from": dates(journeys.decision[row] + EPOCH_DAYS, reached >= 2),
            "in_market_until": dates(journeys.until[row] + EPOCH_DAYS),
            "opportunity_id": choose(ids, row, opened),
            "outcome": choose(
                texts(["Closed Won", "Closed Lost"]), (~journeys.won[row]).astype(int), opened
            ),
            "closed_on": dates(journeys.closed[row] + EPOCH_DAYS, opened),
            "amount": pa.array(journeys.amount[row], mask=~opened),
        },
    )


def surges(universe: Universe, history: History, first_day: int, last_day: int) -> pa.Table:
    """The planted surges that touch the window."""
    planted = history.surges
    row = np.flatnonzero((planted.start + SURGE_DAYS > first_day) & (planted.start <= last_day))
    row = row[np.lexsort((planted.company[row], planted.start[row]))]
    company = planted.company[row]
    return table(
        "truth/surges",
        {
            "account_domain": choose(universe.companies.domain, company),
            "starts_on": dates(planted.start[row] + EPOCH_DAYS),
            "days": pa.array(np.full(len(row), SURGE_DAYS)),
            "multiple": pa.array(planted.multiple[row]),
            "baseline_events_per_day": pa.array(quiet_events_per_day(universe)[company]),
        },
    )


def persons(crm: Crm, seen: Seen, until: int) -> pa.Table:
    """Which contact ids, e-mail addresses and visitor ids are one person.

    One row an identity: contacts known by then, the addresses a person uses anywhere, and every
    visitor id (distinct_id) of the window.
    """
    universe, people = crm.universe, crm.universe.people
    visitor, visitor_person = seen_visitors(universe.seed, seen)
    everyone = np.arange(len(people))
    first = everyone[crm.contact_since < until]
    second = everyone[crm.second_since < until]
    seen_people = np.unique(np.concatenate([visitor_person, first]))
    own = seen_people[people.company[seen_people] >= 0]
    parts = [
        ("contact_id", first, choose(crm.contact_ids, first)),
        ("contact_id", second, choose(crm.second_contact_ids, second)),
        ("email", own, choose(people.work_email, own)),
        ("email", seen_people, choose(people.web_email, seen_people)),
        ("email", first, pc.utf8_lower(crm_view.first_emails(universe, first))),
        ("email", second, pc.utf8_lower(crm_view.second_emails(universe, second))),
        ("distinct_id", visitor_person, hex_ids(visitor)),
    ]
    rows = pa.concat_tables([_identities(universe, *part) for part in parts])
    # An address may come from several places; it is one identity.
    return rows.group_by(rows.column_names, use_threads=False).aggregate([])


def _identities(universe: Universe, kind: str, person: np.ndarray, value: pa.Array) -> pa.Table:
    person_id = pc.binary_join_element_wise("p_", pa.array(person).cast(pa.string()), "")
    return table(
        "truth/persons",
        {
            "person_id": person_id,
            "account_domain": choose(universe.companies.domain, universe.people.company[person]),
            "identity_type": constant(kind, len(person)),
            "identity_value": value,
        },
    )


def calls(rows: pa.Table) -> pa.Table:
    """How the buyer feels in each call, what is held against us, and what is only mentioned.

    The sentences that carry it are ``talk.planted(call)``.
    """
    return table(
        "truth/calls",
        {
            "call_id": rows["call_id"],
            "opportunity_id": rows["opportunity_id"],
            "sentiment": rows["mood"],
            "objection": rows["concern"],
            "mentioned": rows["aside"],
            "phrasing": rows["phrasing"],
        },
    )


def lost_deals(crm: Crm, call_rows: pa.Table, last_day: int) -> pa.Table:
    """Every deal lost by then: why in truth, what the seller put down, and in how many calls the
    reason was voiced (in none: nobody can know it from the calls)."""
    journeys = crm.history.journeys
    row = np.flatnonzero((journeys.opened >= 0) & ~journeys.won & (journeys.closed <= last_day))
    ids = choose(crm_view.opportunity_ids(crm.history, crm.universe.seed), row)
    objection = choose(texts(LOSS_REASONS), journeys.loss_reason[row])
    held = Counter(call_rows["opportunity_id"].to_pylist())
    named = Counter(
        zip(call_rows["opportunity_id"].to_pylist(), call_rows["concern"].to_pylist(), strict=True)
    )
    reasons = zip(ids.to_pylist(), objection.to_pylist(), strict=True)
    return table(
        "truth/lost_deals",
        {
            "opportunity_id": ids,
            "objection": objection,
            "phrasing": choose(
                texts(PHRASINGS), phrasing_of(crm.universe.seed, journeys.company[row])
            ),
            "crm_reason": choose(texts(LOSS_REASONS), crm_view.reasons_in_crm(crm)[row]),
            "calls": pa.array([held[deal] for deal in ids.to_pylist()]),
            "calls_naming_it": pa.array([named[pair] for pair in reasons]),
        },
    )


def aliases(universe: Universe, history: History, first_day: int, last_day: int) -> pa.Table:
    """Every alias domain and, from its day on, every renamed company's new domain."""
    companies = universe.companies
    alias = companies.rename_rank < 0
    company = np.flatnonzero(alias | (history.renamed_on <= last_day))
    renamed = ~alias[company]
    known = uniform(universe.seed, "alias registry", company) < IN_REGISTRY
    # The first alias is always in the registry and the last never, so that both can be seen.
    known[:1], known[-1:] = True, False
    kinds = texts(["alias", "renamed"])
    return table(
        "truth/aliases",
        {
            "alias_domain": choose(companies.alias_domain, company),
            "account_domain": choose(companies.domain, company),
            "kind": choose(kinds, renamed.astype(int)),
            "valid_from": dates(history.renamed_on[company] + EPOCH_DAYS, renamed),
            "in_registry": pa.array(known),
        },
    )


def parents(universe: Universe) -> pa.Table:
    """Every subsidiary and its parent; what the CRM knows, and what the registry knows."""
    companies = universe.companies
    company = np.flatnonzero(companies.parent >= 0)
    known = uniform(universe.seed, "parent registry", company) < IN_REGISTRY
    return table(
        "truth/parents",
        {
            "account_domain": choose(companies.domain, company),
            "parent_account_domain": choose(companies.domain, companies.parent[company]),
            "in_crm": pa.array(crm_view.parents_in_crm(universe)[company]),
            "in_registry": pa.array(known),
        },
    )


def job_boards(universe: Universe) -> pa.Table:
    """The public job boards we know the address of: of a few companies, and who hosts them."""
    companies = universe.companies
    everyone = np.arange(len(companies.domain))
    share = min(0.5, BOARDS / len(everyone))
    company = np.flatnonzero(uniform(universe.seed, "job board", everyone) < share)
    provider = choose(texts(["greenhouse", "lever", "ashby"]), company % 3)
    domain = choose(companies.domain, company)
    board = pc.replace_substring(domain, ".", "-")
    return pa.table(
        {
            "board_id": pc.binary_join_element_wise(provider, board, "|"),
            "provider": provider,
            "board": board,
            "account_domain": domain,
            "company_name": choose(companies.name, company),
            "in_registry": pa.array(np.ones(len(company), dtype=bool)),
        }
    )


def write_registry(
    out: Path, alias_rows: pa.Table, parent_rows: pa.Table, board_rows: pa.Table
) -> dict[str, int]:
    """The registry rows a customer would keep, one CSV file a registry; rows per file."""
    counts = {}
    for name, rows, columns in (
        (
            "job_boards",
            board_rows,
            {
                name: name
                for name in ("board_id", "provider", "board", "account_domain", "company_name")
            },
        ),
        (
            "account_aliases",
            alias_rows,
            {"alias_domain": "alias_domain", "account_key": "account_domain"},
        ),
        (
            "account_parents",
            parent_rows,
            {"account_key": "account_domain", "parent_account_key": "parent_account_domain"},
        ),
    ):
        known = rows.filter(pc.field("in_registry"))
        path = out / "registry" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(
                zip(*(known[column].to_pylist() for column in columns.values()), strict=True)
            )
        counts[f"registry/{name}.csv"] = known.num_rows
    return counts
