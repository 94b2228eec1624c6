"""Web events: what the site's tracker saw of quiet traffic, journeys, the public and robots.

A day is drawn from its own generator and never looks at the as-of date; truncation comes last.
Visits (sessions) are drawn first, then each is spread into its events.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_jobs.sandbox.world import pages
from python_jobs.sandbox.world.draws import (
    Bools,
    Floats,
    Hashes,
    Ints,
    hashed,
    hex_ids,
    stream,
    uniform,
)
from python_jobs.sandbox.world.journey import History
from python_jobs.sandbox.world.tables import (
    DAY_US,
    HOUR,
    MINUTE,
    choose,
    constant,
    joined,
    stamps,
    table,
    texts,
)
from python_jobs.sandbox.world.universe import EPOCH_DAYS, PAGES_PER_SESSION, Universe

SECOND = 1_000_000
COOKIE_DAYS, ERAS = 75, 4096
GLANCE_EVERY_DAYS = 56
WEEK_FACTOR = np.array([1.25, 1.35, 1.35, 1.3, 1.15, 0.35, 0.25])
LOCAL_HOURS = np.array(
    [1, 0.5, 0.3, 0.3, 0.4, 0.8, 1.5, 4, 8, 11, 12, 11, 8, 9, 11, 11, 9, 7, 4, 3, 3, 3, 2.5, 1.5]
)

# The rates of faults, per event.
LATE, EXACT_COPY, LATER_COPY = 0.02, 0.005, 0.003
NO_IDENTITY, SKEWED, FAR_SKEWED = 0.003, 0.004, 0.0015
MIXED_CASE, NAMED_IN_VISIT = 0.03, 0.5

# Of company visitors: seen through reverse IP; sooner or later identified.
REVERSE_IP, IDENTIFIED, PUBLIC_IDENTIFIED = 0.6, 0.54, 0.32

RESEARCH_DAY = np.array([0.07, 0.13, 0.26])
MORE_VISITS = np.array([0.8, 1.2, 1.8])
FORM_CHANCE = np.array([0.02, 0.06, 0.22])

AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/17.5 Safari/605",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/125.0.0.0 Edg/125.0.0.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile",
)
CRAWLERS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 AppleWebKit/537.36 (compatible; GPTBot/1.1; +https://openai.com/gptbot)",
    "python-requests/2.32.3",
)
REFERRERS = (
    "https://www.google.com/",
    "https://www.bing.com/",
    "https://www.linkedin.com/",
    "https://news.example.org/digital-notary",
)
EVENT_NAMES = ("page_view", "identify", "cta_click", "form_started", "form_submitted")
PAGE_VIEW, IDENTIFY, CTA_CLICK, FORM_STARTED, FORM_SUBMITTED = range(len(EVENT_NAMES))
CTAS = ("request_reservation", "contact_sales", "watch_demo", "download_guide")


@dataclass
class Visits:
    """One element a session of one day. ``person`` is -1 for robots, ``company`` for the public.

    A glance is the page every company looks at each 56 days, always seen through reverse IP.
    ``form`` is how far a form got: 0 not begun, 1 clicked, 2 started, 3 submitted.
    """

    person: Ints
    company: Ints
    visitor: Hashes
    profile: Ints
    begins: Ints
    pages: Ints
    form: Ints
    cta: Ints
    named: Bools
    robot: Ints
    glance: Bools

    def __len__(self) -> int:
        return len(self.person)


@dataclass
class Seen:
    """What other views and the truth need to know of the web, gathered day by day."""

    visitors: list[Ints] = field(default_factory=list)
    form_person: list[Ints] = field(default_factory=list)
    form_at: list[Ints] = field(default_factory=list)
    form_known: list[Ints] = field(default_factory=list)
    form_event: list[Hashes] = field(default_factory=list)
    form_visitor: list[Hashes] = field(default_factory=list)
    form_cta: list[Ints] = field(default_factory=list)
    faults: list[pa.Table] = field(default_factory=list)

    def forms(self, name: str) -> Ints:
        """One of the ``form_`` lists, put together."""
        parts = getattr(self, name)
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


class Web:
    """The web view of one world, a day at a time."""

    def __init__(self, universe: Universe, history: History, seen: Seen) -> None:
        self.universe, self.history, self.seen = universe, history, seen
        self.texts = _Texts(universe)
        companies = universe.companies
        count = len(companies)
        self.robots = max(3, count // 400)
        self.robot_pages = 0.03 * universe.spec.accounts * universe.spec.quiet_events / self.robots
        self.public_visits = 0.12 * companies.quiet_sessions.sum()
        self.glance_phase = (
            uniform(universe.seed, "glance", np.arange(count)) * GLANCE_EVERY_DAYS
        ).astype(int)

    def day(self, day: int, until: int) -> pa.Table | None:
        """The events of ``day`` known before ``until`` (microseconds since 1970), as they came."""
        rng = stream(self.universe.seed, "web", day)
        visits = self._visits(day, rng)
        events = self._events(day, rng, visits)
        return self._arrived(day, rng, visits, events, until)

    def _visits(self, day: int, rng: np.random.Generator) -> Visits:
        parts = [
            self._quiet(day, rng),
            self._research(day, rng),
            self._public(day, rng),
            self._crawls(day, rng),
        ]
        return Visits(
            **{
                name: np.concatenate([getattr(part, name) for part in parts])
                for name in vars(parts[0])
            }
        )

    def _quiet(self, day: int, rng: np.random.Generator) -> Visits:
        """Steady traffic: Poisson visits with a day's wobble, planted surges, rare glances."""
        companies = self.universe.companies
        rate = companies.quiet_sessions * WEEK_FACTOR[_weekday(day)]
        rate = rate * self.history.surges.factors(day, len(companies))
        times = rng.poisson(rate * rng.gamma(12, 1 / 12, len(companies)))
        glances = self.glance_phase == day % GLANCE_EVERY_DAYS
        company = np.concatenate(
            [np.repeat(np.arange(len(companies)), times), np.flatnonzero(glances)]
        )
        glance = np.arange(len(company)) >= times.sum()
        count = companies.people_count[company]
        # Those outside the buying committee (the last ones) come most often.
        slot = count - 1 - (count * rng.random(len(company)) ** 2).astype(np.int64)
        chance = rng.random(len(company))
        customer = self.history.customer_since[company] <= day
        profile = np.where(
            customer,
            np.where(chance < 0.75, pages.DOCS_VISIT, pages.GENERAL),
            np.select(
                [chance < 0.5, chance < 0.65, chance < 0.72],
                [pages.GENERAL, pages.CAREERS, pages.DOCS_VISIT],
                pages.READER,
            ),
        )
        length = np.minimum(rng.geometric(1 / PAGES_PER_SESSION, len(company)), 60)
        form = np.where(rng.random(len(company)) < 0.004, rng.integers(1, 4, len(company)), 0)
        form[glance] = 0
        length[glance] = 1
        visits = self._company_visits(day, rng, company, slot, profile, length, form)
        visits.glance[:] = glance
        return visits

    def _research(self, day: int, rng: np.random.Generator) -> Visits:
        """A journey's research days: several visits by the buying committee."""
        running = (self.history.journeys.start <= day) & (day < self.history.journeys.until)
        journeys = self.history.journeys.take(np.flatnonzero(running))
        stage = journeys.stage_on(day)
        works = RESEARCH_DAY[stage] * WEEK_FACTOR[_weekday(day)]
        happens = rng.random(len(journeys)) < works
        visits = 1 + rng.poisson(MORE_VISITS[stage] * journeys.intensity)
        row = np.repeat(np.arange(len(journeys)), np.where(happens, visits, 0))
        company = journeys.company[row]
        committee = np.minimum(self.universe.companies.people_count[company], 5)
        slot = (committee * rng.random(len(row))).astype(np.int64)
        length = np.minimum(rng.geometric(1 / (PAGES_PER_SESSION + 1), len(row)), 60)
        asks = rng.random(len(row)) < FORM_CHANCE[stage[row]]
        form = np.where(asks, 1 + (rng.random(len(row)) < 0.8) + (rng.random(len(row)) < 0.6), 0)
        profile = pages.stage_profile(stage[row], journeys.lane[row])
        return self._company_visits(day, rng, company, slot, profile, length, form)

    def _company_visits(
        self,
        day: int,
        rng: np.random.Generator,
        company: Ints,
        slot: Ints,
        profile: Ints,
        length: Ints,
        form: Ints,
    ) -> Visits:
        person = self.universe.companies.first_person[company] + slot
        hour = _hours(rng, len(person)) - self.universe.companies.utc_offset[company]
        return self._human(day, rng, person, company, profile, length, form, hour % 24, IDENTIFIED)

    def _public(self, day: int, rng: np.random.Generator) -> Visits:
        """Students, job seekers, passers-by: no company, at most a personal address."""
        count = int(rng.poisson(self.public_visits * WEEK_FACTOR[_weekday(day)]))
        employees, people = self.universe.employees, len(self.universe.people)
        person = rng.integers(employees, people, count)
        profile = np.where(rng.random(count) < 0.45, pages.CAREERS, pages.READER)
        length = np.minimum(rng.geometric(1 / PAGES_PER_SESSION, count), 60)
        form = np.where(rng.random(count) < 0.004, 3, 0)
        company = np.full(count, -1)
        hour = (_hours(rng, count) + 6) % 24
        return self._human(
            day, rng, person, company, profile, length, form, hour, PUBLIC_IDENTIFIED
        )

    def _human(
        self,
        day: int,
        rng: np.random.Generator,
        person: Ints,
        company: Ints,
        profile: Ints,
        length: Ints,
        form: Ints,
        hour: Ints,
        identified: float,
    ) -> Visits:
        """Visits of people: which browser (cookie) each came with, and whether it is named yet."""
        seed = self.universe.seed
        device = (rng.random(len(person)) < 0.15).astype(np.int64)
        visitor, era, born = visitors(seed, person, device, day)
        named_on = born + (COOKIE_DAYS * uniform(seed, "named on", visitor)).astype(np.int64)
        named = (uniform(seed, "named", visitor) < identified) & (day >= named_on)
        self.seen.visitors.append(np.unique((person * 2 + device) * ERAS + era))
        begins = hour * HOUR + rng.integers(0, HOUR, len(person))
        return Visits(
            person=person,
            company=company,
            visitor=visitor,
            profile=profile,
            begins=begins,
            pages=length,
            form=form,
            cta=(rng.random(len(person)) < 0.4).astype(np.int64),
            named=named,
            robot=np.full(len(person), -1),
            glance=np.zeros(len(person), dtype=bool),
        )

    def _crawls(self, day: int, rng: np.random.Generator) -> Visits:
        """Robots: every page alike, hundreds in a row; some run inside a company's network."""
        robot = np.arange(self.robots)
        inside = uniform(self.universe.seed, "robot inside", robot) < 0.35
        company = (
            uniform(self.universe.seed, "robot at", robot) * len(self.universe.companies)
        ).astype(np.int64)
        inside[0], inside[1] = True, False
        works = np.flatnonzero(rng.random(self.robots) < 0.7)
        nothing = np.zeros(len(works), dtype=np.int64)
        return Visits(
            person=nothing - 1,
            company=np.where(inside, company, -1)[works],
            visitor=hashed(self.universe.seed, "robot", works, day // 7),
            profile=nothing + pages.ROBOT,
            begins=rng.integers(0, 20 * HOUR, len(works)),
            pages=1 + rng.poisson(self.robot_pages / 0.7, len(works)),
            form=nothing,
            cta=nothing,
            named=nothing > 0,
            robot=works,
            glance=nothing > 0,
        )

    def _events(
        self, day: int, rng: np.random.Generator, visits: Visits
    ) -> dict[str, Ints | Hashes]:
        """Spread visits into events: identify, page views, then how far a form got."""
        named = visits.named.astype(np.int64)
        total = named + visits.pages + visits.form
        visit = np.repeat(np.arange(len(visits)), total)
        first = np.concatenate([[0], np.cumsum(total)[:-1]]).astype(np.int64)
        position = np.arange(len(visit)) - first[visit]
        step = position - (named + visits.pages)[visit]
        name = np.where(step >= 0, CTA_CLICK + step, PAGE_VIEW)
        name[(position == 0) & visits.named[visit]] = IDENTIFY
        page = pages.draw(visits.profile[visit], rng.random(len(visit)))
        again = rng.random(len(visit)) < 0.15
        repeated = np.flatnonzero(again & (position > 0))
        page[repeated] = page[repeated - 1]
        asking = step >= 0
        reserves = visits.cta[visit[asking]] == 0
        page[asking] = np.where(reserves, pages.REQUEST_PAGE, pages.PRICING_PAGE)
        # Some click a lesser button in passing.
        passing = (name == PAGE_VIEW) & (rng.random(len(visit)) < 0.01) & (visits.robot[visit] < 0)
        name[passing] = CTA_CLICK
        cta = np.where(asking, visits.cta[visit], -1)
        cta[passing] = 2 + (rng.random(int(passing.sum())) < 0.5)
        gaps = np.where(visits.robot[visit] >= 0, 4.0, 45.0) * rng.standard_exponential(len(visit))
        elapsed = np.cumsum(gaps)
        elapsed -= elapsed[first[visit]]
        begins = (EPOCH_DAYS + day) * DAY_US + visits.begins[visit]
        at = begins + (np.minimum(elapsed, 7200.0) * SECOND).astype(np.int64)
        serial = (np.int64(day) << 26) + np.arange(len(visit))
        return {
            "visit": visit,
            "position": position,
            "name": name,
            "page": page,
            "cta": cta,
            "at": at,
            "id": hashed(self.universe.seed, "web event", serial),
        }

    def _arrived(
        self,
        day: int,
        rng: np.random.Generator,
        visits: Visits,
        events: dict[str, Ints | Hashes],
        until: int,
    ) -> pa.Table | None:
        """Deliver the events: faults of time, copies, lost identities; what is known by then."""
        at = events["at"].astype(np.int64)
        count = len(at)
        known = at + SECOND + (rng.standard_exponential(count) * 3 * SECOND).astype(np.int64)
        chance = rng.random(count)
        late = chance < LATE
        known[late] += rng.integers(DAY_US, 6 * DAY_US, int(late.sum()))
        skew = (chance > 1 - SKEWED) & ~late
        at[skew] = known[skew] + rng.integers(SECOND, 5 * MINUTE, int(skew.sum()))
        far = (chance > 1 - FAR_SKEWED) & ~late
        at[far] = known[far] + rng.integers(20 * MINUTE, 8 * HOUR, int(far.sum()))
        lost = (rng.random(count) < NO_IDENTITY) & (events["name"] == PAGE_VIEW)
        mixed = rng.random(count) < MIXED_CASE
        copies = rng.random(count)
        again = np.flatnonzero(copies < EXACT_COPY + LATER_COPY)
        delay = rng.integers(HOUR, 2 * DAY_US, len(again)) * (copies[again] >= EXACT_COPY)
        row = np.concatenate([np.arange(count), again])
        known = np.concatenate([known, known[again] + delay])
        is_copy = np.arange(len(row)) >= count
        order = np.lexsort((is_copy, known))
        order = order[known[order] < until]
        if len(order) == 0:
            return None
        row, known, is_copy = row[order], known[order], is_copy[order]
        kept = {name: values[row] for name, values in events.items()} | {"at": at[row]}
        self._remember(visits, kept, known, is_copy, skew[row] | far[row], lost[row])
        other_domain = self._at_other_domain(day, visits)
        return self.texts.render(visits, kept, known, lost[row], mixed[row], other_domain)

    def _at_other_domain(self, day: int, visits: Visits) -> Bools:
        """Visits that come from a company's other domain: its alias, or its new name's."""
        company = visits.company
        chance = uniform(self.universe.seed, "other domain", visits.visitor)
        renamed = self.history.renamed_on[company] <= day
        aliased = self.universe.companies.rename_rank[company] < 0
        return (company >= 0) & ((renamed & (chance < 0.5)) | (aliased & (chance < 0.3)))

    def _remember(
        self,
        visits: Visits,
        events: dict[str, Ints | Hashes],
        known: Ints,
        is_copy: Bools,
        skewed: Bools,
        lost: Bools,
    ) -> None:
        visit, identifier = events["visit"].astype(np.int64), events["id"].astype(np.uint64)
        forms = (events["name"] == FORM_SUBMITTED) & ~is_copy & (visits.person[visit] >= 0)
        self.seen.form_person.append(visits.person[visit[forms]])
        self.seen.form_at.append(events["at"][forms].astype(np.int64))
        self.seen.form_known.append(known[forms])
        self.seen.form_event.append(identifier[forms])
        self.seen.form_visitor.append(visits.visitor[visit[forms]])
        self.seen.form_cta.append(events["cta"][forms].astype(np.int64))
        robots, where = np.unique(visits.visitor[visits.robot >= 0], return_index=True)
        robot_company = visits.company[visits.robot >= 0][where]
        inside = choose(self.universe.companies.domain, robot_company)
        for kind, ids, detail in (
            ("duplicate_event", identifier[is_copy], None),
            ("clock_skew", identifier[skewed & ~is_copy], None),
            ("missing_ids", identifier[lost & ~is_copy], None),
            ("bot", robots, inside),
        ):
            self.seen.faults.append(
                table(
                    "truth/faults",
                    {
                        "kind": constant(kind, len(ids)),
                        "entity": constant("web_events", len(ids)),
                        "record_id": hex_ids(ids),
                        "detail": constant(None, len(ids)) if detail is None else detail,
                    },
                )
            )


class _Texts:
    """The texts an event can carry, built once; rows pick from them by index."""

    def __init__(self, universe: Universe) -> None:
        self.seed = universe.seed
        self.companies = len(universe.companies)
        self.people = len(universe.people)
        domain = universe.companies.domain
        self.domains = pa.concat_arrays(
            [
                domain,
                joined("www.", domain),
                joined("app.", domain),
                pc.utf8_title(domain),
                universe.companies.alias_domain,
            ]
        )
        self.canonical = domain
        email = universe.people.web_email
        self.emails = pa.concat_arrays([email, pc.utf8_title(email)])
        paths = [page.path for page in pages.PAGES]
        self.paths = texts(paths)
        self.urls = texts(
            [pages.SITE + path for path in paths]
            + [f"{pages.SITE}{path}?utm_source=google&utm_medium=cpc" for path in paths]
            + [pages.SITE.replace("sealwright", "SealWright") + path + "#top" for path in paths]
        )
        self.content_types = texts([page.says_content_type for page in pages.PAGES])
        self.lanes = texts([page.says_lane for page in pages.PAGES])
        self.agents = texts([*AGENTS, *CRAWLERS])
        self.properties = texts(
            [
                f'{{"$browser": "{browser}", "$device_type": "{device}", "$lib": "web"}}'
                for browser, device in (
                    ("Chrome", "Desktop"),
                    ("Safari", "Desktop"),
                    ("Firefox", "Desktop"),
                    ("Microsoft Edge", "Desktop"),
                    ("Mobile Safari", "Mobile"),
                    ("Chrome", "Mobile"),
                )
            ]
            + ["{}"] * len(CRAWLERS)
        )

    def render(
        self,
        visits: Visits,
        events: dict[str, Ints | Hashes],
        known: Ints,
        lost: Bools,
        mixed: Bools,
        other_domain: Bools,
    ) -> pa.Table:
        """The rows of ``web_events``."""
        visit, name = events["visit"].astype(np.int64), events["name"]
        position, page = events["position"].astype(np.int64), events["page"].astype(np.int64)
        seed, visitor = self.seed, visits.visitor
        agent = (uniform(seed, "agent", visitor) * len(AGENTS)).astype(np.int64)
        agent = np.where(visits.robot >= 0, len(AGENTS) + visits.robot % len(CRAWLERS), agent)
        look = uniform(seed, "look", visitor)
        # 0 plain, 1 www., 2 a subdomain, 3 mixed case, 4 the company's other domain
        variant = np.select([look < 0.03, look < 0.07, look < 0.11], [1, 2, 3], 0)
        variant = np.where(other_domain, 4, variant)
        shows = (uniform(seed, "reverse ip", visitor) < REVERSE_IP) | visits.glance
        shows = (shows | (visits.robot >= 0)) & (visits.company >= 0)
        domain = np.where(shows, variant * self.companies + visits.company, -1)
        tells = uniform(seed, "tells e-mail", visitor) < NAMED_IN_VISIT
        told = visits.named & tells
        carries = (name == IDENTIFY) | (name == FORM_SUBMITTED) | told[visit]
        carries &= ~lost & (visits.person[visit] >= 0)
        email = visits.person[visit] + np.where(mixed, self.people, 0)
        spelling = np.where(look[visit] > 0.9, 2, np.where(position == 0, look[visit] > 0.6, 0))
        outside = (position == 0) & (uniform(seed, "referred", visitor)[visit] < 0.6)
        referrer = (look * len(REFERRERS)).astype(np.int64)[visit]
        knows_customer = visits.named & (uniform(seed, "tells account", visitor) < 0.1)
        account = np.where(knows_customer, visits.company, -1)
        who = hex_ids(visitor)
        return table(
            "web_events",
            {
                "event_id": hex_ids(events["id"].astype(np.uint64)),
                "occurred_at": stamps(events["at"]),
                "event_name": choose(texts(EVENT_NAMES), name),
                "known_at": stamps(known),
                "url": choose(self.urls, spelling * len(self.paths) + page),
                "path": choose(self.paths, page),
                "referrer": choose(texts(REFERRERS), referrer, outside),
                "distinct_id": choose(who, visit, ~lost),
                "email": choose(self.emails, email, carries),
                "account_domain": choose(self.domains, domain[visit], ~lost),
                "account_key": choose(self.canonical, account[visit], ~lost),
                "content_type": choose(self.content_types, page, name == PAGE_VIEW),
                "lane": choose(self.lanes, page, name == PAGE_VIEW),
                "cta_id": choose(texts(CTAS), events["cta"]),
                "user_agent": choose(self.agents, agent[visit]),
                "properties": choose(self.properties, agent[visit], position % 3 == 0),
            },
        )


def visitors(seed: int, person: Ints, device: Ints, day: int | Ints) -> tuple[Hashes, Ints, Ints]:
    """The cookie each person's device carries on ``day``, its number, the day it was set.

    A cookie lives ``COOKIE_DAYS``; then the same person is somebody new to the tracker.
    """
    phase = (uniform(seed, "cookie phase", person, device) * COOKIE_DAYS).astype(np.int64)
    era = (day + phase) // COOKIE_DAYS
    return hashed(seed, "visitor", person, device, era), era, era * COOKIE_DAYS - phase


def seen_visitors(seed: int, seen: Seen) -> tuple[Hashes, Ints]:
    """Every human visitor of the whole history, and the person behind each."""
    codes = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *seen.visitors]))
    owner, era = np.divmod(codes, ERAS)
    person, device = np.divmod(owner, 2)
    return hashed(seed, "visitor", person, device, era), person


def quiet_events_per_day(universe: Universe) -> Floats:
    """Each company's expected events a day when nothing happens, over a whole week's mean."""
    return universe.companies.quiet_sessions * PAGES_PER_SESSION * WEEK_FACTOR.mean()


def _weekday(day: int) -> int:
    return (EPOCH_DAYS + day + 3) % 7


def _hours(rng: np.random.Generator, count: int) -> Ints:
    cumulative = np.cumsum(LOCAL_HOURS) / LOCAL_HOURS.sum()
    return np.minimum(np.searchsorted(cumulative, rng.random(count)), 23)
