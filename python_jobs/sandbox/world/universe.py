"""Companies and people: who exists, what they are called, how much they browse in a quiet week.

Nothing here depends on a date: the same size and seed give the same universe for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_jobs.sandbox.world import names
from python_jobs.sandbox.world.draws import Bools, Floats, Ints, pick, stream, uniform
from python_jobs.sandbox.world.tables import choose, joined, texts

Size = Literal["tiny", "demo", "bench"]

# Day 0. Journeys, customers and opportunities are drawn from here on.
EPOCH = date(2022, 1, 1)
EPOCH_DAYS = (EPOCH - date(1970, 1, 1)).days
PAGES_PER_SESSION = 5.0


@dataclass(frozen=True)
class Spec:
    """What a size means.

    Attributes:
        accounts: companies.
        days: length of the web, intent, product and hiring history before as_of.
        quiet_events: mean web events of an account and day outside any journey.
        journey_rate: mean journeys of an account in 180 days.
        surge_from_events: surges are planted in accounts with at least so many quiet events a day.
    """

    accounts: int
    days: int
    quiet_events: float
    journey_rate: float
    surge_from_events: float


SPECS: dict[Size, Spec] = {
    "tiny": Spec(accounts=60, days=60, quiet_events=0.48, journey_rate=0.45, surge_from_events=0.3),
    "demo": Spec(
        accounts=2_000, days=120, quiet_events=0.302, journey_rate=0.22, surge_from_events=0.7
    ),
    "bench": Spec(
        accounts=50_000, days=180, quiet_events=0.796, journey_rate=0.22, surge_from_events=1.0
    ),
}


@dataclass(frozen=True)
class Companies:
    """One element a company in every array; ``-1`` and null mean none."""

    name: pa.Array
    domain: pa.Array
    label: pa.Array
    industry: Ints
    naics: pa.Array
    country: Ints
    place: Ints
    utc_offset: Ints
    employees: Ints
    revenue: Floats
    fit: Floats
    quiet_sessions: Floats
    parent: Ints
    alias_domain: pa.Array
    rename_rank: Ints
    new_name: pa.Array
    people_count: Ints
    first_person: Ints

    def __len__(self) -> int:
        return len(self.industry)


@dataclass(frozen=True)
class People:
    """One element a person; the employees company by company, then people of no company (-1)."""

    company: Ints
    slot: Ints
    first_name: pa.Array
    last_name: pa.Array
    title: pa.Array
    work_email: pa.Array
    personal_email: pa.Array
    web_email: pa.Array
    uses_personal_mail: Bools

    def __len__(self) -> int:
        return len(self.company)


@dataclass(frozen=True)
class Universe:
    """Everybody and every company of one world."""

    size: Size
    seed: int
    spec: Spec
    companies: Companies
    people: People

    @property
    def employees(self) -> int:
        """How many people belong to a company; the rest are the public."""
        return int(self.companies.people_count.sum())


INDUSTRY_NAMES = texts([row[0] for row in names.INDUSTRIES])
COUNTRY_NAMES = texts([row[0] for row in names.COUNTRIES])
PLACES = [(index, *place) for index, row in enumerate(names.COUNTRIES) for place in row[5]]
PLACE_STATES = texts([place[1] or None for place in PLACES])
PLACE_CITIES = texts([place[2] for place in PLACES])

ALIAS_SHARE = 0.04
SUBSIDIARY_SHARE = 0.08
# Of all companies together, one changes its name in so many days divided by their number.
RENAME_EVERY_DAYS = 18_000


def in_crm_from_start(seed: int, companies: int) -> Bools:
    """Whether the CRM has had each company since before the epoch."""
    return uniform(seed, "in crm", np.arange(companies)) < 0.75


def build(size: Size, seed: int) -> Universe:
    """Draw the universe of one size and seed."""
    spec = SPECS[size]
    companies = _companies(spec, seed)
    return Universe(size, seed, spec, companies, _people(companies, seed))


def _companies(spec: Spec, seed: int) -> Companies:
    count = spec.accounts
    rng = stream(seed, "companies")
    industry = pick(np.array([row[3] for row in names.INDUSTRIES]), rng.random(count))
    country = pick(np.array([row[1] for row in names.COUNTRIES]), rng.random(count))
    brand, word = _brands(rng, 2 * count, np.concatenate([industry, industry]))
    label = _labels(rng, brand[:count], word[:count])
    domain = joined(label, ".", _tlds(rng, country))
    employees = np.clip(np.exp(rng.normal(np.log(180), 1.6, count)), 3, 300_000).astype(np.int64)
    fit = np.clip(
        np.array([row[4] for row in names.INDUSTRIES])[industry] + rng.normal(0, 0.15, count), 0, 1
    )
    traffic = np.exp(rng.normal(0, 1.5, count))
    traffic = np.minimum(traffic / traffic.mean(), 200)
    quiet_sessions = spec.quiet_events / PAGES_PER_SESSION * traffic
    order = rng.permutation(count)
    alias = _aliases(rng, label, domain, order[-max(2, round(ALIAS_SHARE * count)) :])
    rename_rank = np.full(count, -1)
    # Those the CRM has known for long change their names first: the CRM shows both names.
    heads = order[: count - max(2, round(ALIAS_SHARE * count))]
    heads = heads[np.argsort(~in_crm_from_start(seed, count)[heads], kind="stable")]
    rename_rank[heads] = np.arange(len(heads))
    new_label = pc.utf8_lower(joined(brand[count:], word[count:]))
    people_count = np.minimum(3 + rng.poisson(1.5 * np.sqrt(30 * quiet_sessions)), 150)
    place = _places(rng, country)
    naics = texts([code for row in names.INDUSTRIES for code in row[1]])
    has_alias = np.asarray(alias.is_valid())
    return Companies(
        name=joined(brand[:count], " ", word[:count]),
        domain=domain,
        label=label,
        industry=industry,
        naics=choose(naics, 2 * industry + rng.integers(0, 2, count)),
        country=country,
        place=place,
        utc_offset=np.array([row[2] for row in names.COUNTRIES])[country],
        employees=employees,
        revenue=np.round(employees * np.exp(rng.normal(np.log(180_000), 0.5, count)), -3),
        fit=fit,
        quiet_sessions=quiet_sessions,
        parent=_parents(rng, employees),
        # A company with an alias uses both domains; a renamed one moves to the new one in time.
        alias_domain=pc.if_else(pa.array(has_alias), alias, joined(new_label, ".com")),
        rename_rank=rename_rank,
        new_name=joined(brand[count:], " ", word[count:]),
        people_count=people_count,
        first_person=np.concatenate([[0], np.cumsum(people_count)[:-1]]),
    )


def _brands(rng: np.random.Generator, count: int, industry: Ints) -> tuple[pa.Array, pa.Array]:
    """``count`` different pairs of a brand and an industry's word."""
    heads, tails = names.BRAND_HEADS, names.BRAND_TAILS
    brands = texts([head + tail for head in heads for tail in tails])
    words = texts([word for row in names.INDUSTRIES for word in row[2]])
    # Cycle through a shuffled list of brands; a brand comes back only with another word.
    shuffled = rng.permutation(len(brands))
    turn, position = np.divmod(np.arange(count), len(brands))
    side = (rng.integers(0, 2, len(brands))[position] + turn) % 2
    word = 2 * industry + side
    taken = np.unique(shuffled[position] * len(words) + word, return_index=True)[1]
    clash = np.ones(count, dtype=bool)
    clash[taken] = False
    # The few that met the same brand and word again get a number, as the real ones do.
    brand = brands.take(pa.array(shuffled[position]))
    numbered = joined(brand, pa.array(np.arange(count) + 2).cast(pa.string()))
    return pc.if_else(pa.array(clash), numbered, brand), words.take(pa.array(word))


def _labels(rng: np.random.Generator, brand: pa.Array, word: pa.Array) -> pa.Array:
    """The first part of each domain: ``oakgate``, ``oakgatelaw`` or ``oakgate-law``; all differ."""
    style = rng.random(len(brand))
    codes = pc.dictionary_encode(brand).indices.to_numpy()
    first = np.zeros(len(brand), dtype=bool)
    first[np.unique(codes, return_index=True)[1]] = True
    long = pc.if_else(pa.array(style < 0.85), joined(brand, word), joined(brand, "-", word))
    return pc.utf8_lower(pc.if_else(pa.array(first & (style < 0.5)), brand, long))


def _tlds(rng: np.random.Generator, country: Ints) -> pa.Array:
    tlds = texts([tld for row in names.COUNTRIES for tld, _ in row[3]])
    chance, index, offset = rng.random(len(country)), np.zeros(len(country), dtype=np.int64), 0
    for code, row in enumerate(names.COUNTRIES):
        here = country == code
        index[here] = offset + pick(np.array([share for _, share in row[3]]), chance[here])
        offset += len(row[3])
    return tlds.take(pa.array(index))


def _places(rng: np.random.Generator, country: Ints) -> Ints:
    sizes = np.array([len(row[5]) for row in names.COUNTRIES])
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return first[country] + (rng.random(len(country)) * sizes[country]).astype(np.int64)


def _aliases(rng: np.random.Generator, label: pa.Array, domain: pa.Array, chosen: Ints) -> pa.Array:
    """The same label under another top-level domain, for the chosen companies."""
    aliases: list[str | None] = [None] * len(domain)
    for index in chosen:
        options = [f"{label[index]}.{tld}" for tld in names.ALIAS_TLDS]
        options = [option for option in options if option != domain[index].as_py()]
        aliases[index] = options[int(rng.integers(0, 2))]
    return texts(aliases)


def _parents(rng: np.random.Generator, employees: Ints) -> Ints:
    """Subsidiaries point at one of the largest companies, which are never subsidiaries."""
    count = len(employees)
    by_size = np.argsort(-employees, kind="stable")
    groups = by_size[: max(3, count // 40)]
    rest = by_size[len(groups) :]
    parent = np.full(count, -1)
    chosen = rng.choice(rest, max(3, round(SUBSIDIARY_SHARE * count)), replace=False)
    parent[chosen] = rng.choice(groups, len(chosen))
    return parent


def _people(companies: Companies, seed: int) -> People:
    rng = stream(seed, "people")
    employees, public = int(companies.people_count.sum()), 4 * len(companies)
    count = employees + public
    company = np.full(count, -1)
    company[:employees] = np.repeat(np.arange(len(companies)), companies.people_count)
    slot = np.arange(count) - np.concatenate(
        [np.repeat(companies.first_person, companies.people_count), np.full(public, employees)]
    )
    # A stride that shares no factor with the number of names keeps names apart in a company.
    firsts, lasts = len(names.FIRST_NAMES), len(names.LAST_NAMES)
    pairs = firsts * lasts
    start = rng.integers(0, pairs, len(companies) + 1)
    code = (start[company] + slot * _coprime(pairs)) % pairs
    first, last = code // lasts, code % lasts
    first_ascii = choose(texts([ascii_name for _, ascii_name in names.FIRST_NAMES]), first)
    last_ascii = choose(texts([ascii_name for _, ascii_name in names.LAST_NAMES]), last)
    local = joined(first_ascii, ".", last_ascii)
    work = joined(local, "@", choose(companies.domain, company))
    webmail = texts(names.PERSONAL_DOMAINS).take(
        pa.array(pick(names.PERSONAL_SHARES, rng.random(count)))
    )
    personal = joined(
        first_ascii, last_ascii, pa.array(np.arange(count)).cast(pa.string()), "@", webmail
    )
    # The first of each company writes from work, so that every alias is used by somebody.
    uses_personal = (company < 0) | ((rng.random(count) < 0.08) & (slot > 0))
    return People(
        company=company,
        slot=slot,
        first_name=choose(texts([shown for shown, _ in names.FIRST_NAMES]), first),
        last_name=choose(texts([shown for shown, _ in names.LAST_NAMES]), last),
        title=_titles(rng, slot, company),
        work_email=work,
        personal_email=personal,
        web_email=_web_emails(seed, companies, company, slot, local, work, personal, uses_personal),
        uses_personal_mail=uses_personal,
    )


def _coprime(number: int) -> int:
    stride = 7919
    while np.gcd(stride, number) != 1:
        stride += 1
    return stride


def _titles(rng: np.random.Generator, slot: Ints, company: Ints) -> pa.Array:
    """Titles; the first people of a company are its buying committee and rank higher."""
    chance = rng.random(len(slot))
    buyers = pick(np.array([row[1] for row in names.TITLES]), chance)
    others = pick(np.array([row[2] for row in names.TITLES]), chance)
    title = np.where(slot < 5, buyers, others)
    return choose(texts([row[0] for row in names.TITLES]), title, company >= 0)


def _web_emails(
    seed: int,
    companies: Companies,
    company: Ints,
    slot: Ints,
    local: pa.Array,
    work: pa.Array,
    personal: pa.Array,
    uses_personal: Bools,
) -> pa.Array:
    """The address each person types into a form: at work, at an alias or subdomain, or personal."""
    chance = uniform(seed, "web email", np.arange(len(company)))
    aliased = (
        (companies.rename_rank[company] < 0) & (company >= 0) & ((chance < 0.25) | (slot == 0))
    )
    at_alias = joined(local, "@", choose(companies.alias_domain, company))
    at_subdomain = joined(local, "@mail.", choose(companies.domain, company))
    address = pc.if_else(pa.array(aliased), at_alias, work)
    address = pc.if_else(pa.array((company >= 0) & (chance > 0.98)), at_subdomain, address)
    return pc.if_else(pa.array(uses_personal), personal, address)
