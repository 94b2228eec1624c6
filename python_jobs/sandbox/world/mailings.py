"""The sending tool's view: prospects, who was in which sequence, and what became of each mailing.

An enrolment is a person, a sequence and a day. People are enrolled because their company is in a
journey, because of what they did in the product, and now and then for no good reason; they answer
far more often when the journey is real. Like the CRM's, records are versions: each row is a record
as it was from ``updated_at`` on.

Everybody's time is cut into 45 days, each person's from another day on. A person is enrolled once
in each at most, in its first 25 days, and no sequence takes longer than the rest: so nobody is ever
in two sequences at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from python_jobs.sandbox.world import names
from python_jobs.sandbox.world.crm import (
    NEVER_US,
    OWNERS,
    Crm,
    day_us,
    first_emails,
    owner_ids,
)
from python_jobs.sandbox.world.draws import Bools, Floats, Ints, uniform
from python_jobs.sandbox.world.journey import NEVER
from python_jobs.sandbox.world.product import SPIKE_CYCLE_DAYS, SPIKE_SHARE, Users
from python_jobs.sandbox.world.tables import (
    DAY_US,
    HOUR,
    MINUTE,
    Files,
    choose,
    constant,
    order_by_time,
    stamps,
    table,
    texts,
    where_text,
)
from python_jobs.sandbox.world.universe import EPOCH_DAYS, Universe

CYCLE_DAYS, ENROLS_DAYS = 45, 25
PROSPECT_SHARE, COMMITTEE_SHARE, COLD_SHARE, PRODUCT_SHARE = 0.7, 0.6, 0.2, 0.7
BOUNCES, LEAVES, CLICKS = 0.03, 0.006, (0.10, 0.30)
OPENS, REPLIES = (0.40, 0.62), (0.01, 0.08)
"""Chances of a mailing to somebody outside a journey, and inside one."""

SURGE, SIGN_UP, ACTIVATION, SPIKE, DROP_OFF = range(5)
EMAIL, CALL, TASK = "auto_email", "call", "task"
PATIENCE_DAYS = 5
"""After the last step a sequence is finished, unless there was an answer: after a weekend, too."""

DAY_ENDS = 22 * HOUR
"""Nothing happens after this hour, so that a day's end is the same for everybody."""

STEPS_MOST = 8
"""Steps a sequence has at most: a mailing's id is its enrolment's times this, and its step."""


@dataclass(frozen=True)
class Step:
    """What is done so many days after the enrolment; mails read the prospect's custom fields."""

    kind: str
    after_days: int
    subject: str | None = None
    body: str | None = None


@dataclass(frozen=True)
class Sequence:
    """One way of writing to somebody, for one signal."""

    name: str
    signal: str
    steps: tuple[Step, ...]


def _mail(after_days: int, subject: str, body: str) -> Step:
    return Step(EMAIL, after_days, subject, body)


SEQUENCES: tuple[Sequence, ...] = (
    Sequence(
        "Intent surge",
        "intent_surge",
        (
            _mail(0, "{{custom5}} and paperwork", "Hi {{custom4}},\n\n{{custom6}}\n\n{{custom7}}"),
            Step(TASK, 3),
            _mail(6, "How others did it", "Hi {{custom4}},\n\nTwo teams like yours, in short."),
            Step(CALL, 9),
            _mail(12, "Should I close this?", "Hi {{custom4}},\n\nIs now a bad time?"),
        ),
    ),
    Sequence(
        "Product sign-up",
        "product_signup",
        (
            _mail(0, "Welcome", "Hi {{custom4}},\n\nHere is the quickest way to a first result."),
            _mail(4, "Need a hand?", "Hi {{custom4}},\n\nAnswer here and a person will help."),
            _mail(9, "Three things people try next", "Hi {{custom4}},\n\n{{custom6}}"),
        ),
    ),
    Sequence(
        "Feature activation",
        "feature_activation",
        (
            _mail(
                0, "Your first one is done", "Hi {{custom4}},\n\nBring your team in: {{custom7}}"
            ),
            _mail(5, "With colleagues it goes faster", "Hi {{custom4}},\n\n{{custom6}}"),
            Step(CALL, 8),
        ),
    ),
    Sequence(
        "Usage spike",
        "usage_spike",
        (
            _mail(0, "You are growing", "Hi {{custom4}},\n\n{{custom6}}\n\nPlans for this volume."),
            Step(CALL, 3),
            _mail(7, "Limits, prices, support", "Hi {{custom4}},\n\n{{custom7}}"),
        ),
    ),
    Sequence(
        "Drop-off",
        "drop_off",
        (
            _mail(0, "What got in the way?", "Hi {{custom4}},\n\nOne line is enough. {{custom6}}"),
            _mail(10, "We keep your work", "Hi {{custom4}},\n\nNo hurry: {{custom7}}"),
        ),
    ),
)


@dataclass(frozen=True)
class Enrolments:
    """One element an enrolment; times in microseconds since 1970, NEVER_US for what does not come.

    ``end`` is one of ``ENDS``, reached at ``ended``.
    """

    person: Ints
    sequence: Ints
    day: Ints
    cycle: Ints
    started: Ints
    is_interested: Bools
    end: Ints
    ended: Ints

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: Ints | Bools) -> Enrolments:
        """The enrolments of these rows."""
        return Enrolments(**{name: values[rows] for name, values in vars(self).items()})

    def ids(self, universe: Universe) -> Ints:
        """One number each: of the cycle and the person."""
        return self.cycle * len(universe.people) + self.person + 1


ENDS = ("finished", "bounced", "opted_out", "replied")
FINISHED, BOUNCED, OPTED_OUT, REPLIED = range(len(ENDS))


@dataclass(frozen=True)
class Mails:
    """One element a mailing: the row of its enrolment, its step, and when what happened to it."""

    enrolment: Ints
    step: Ints
    delivered: Ints
    bounced: Ints
    opened: Ints
    clicked: Ints
    replied: Ints
    unsubscribed: Ints


def write(crm: Crm, users: Users, files: Files, first_day: int, last_day: int, until: int) -> None:
    """Write ``mailings/…``: enrolments from ``first_day`` on, everything known before ``until``."""
    everyone = _enrolments(crm, users, last_day)
    left = np.full(len(crm.universe.people), NEVER_US)
    gone = everyone.end == OPTED_OUT
    np.minimum.at(left, everyone.person[gone], everyone.ended[gone])
    kept = (everyone.started <= left[everyone.person]) & (everyone.day >= first_day)
    enrolled = everyone.take(kept & (everyone.started < until))
    mails = _mails(crm.universe, enrolled)
    files.write("mailings/users", _users())
    files.write("mailings/mailboxes", _mailboxes())
    files.write("mailings/sequences", _sequences())
    files.write("mailings/steps", _steps())
    files.write("mailings/prospects", _prospects(crm, left, until))
    files.write("mailings/sequence_states", _states(crm.universe, enrolled, until))
    files.write("mailings/mailings", _mailings(crm.universe, enrolled, mails, until))
    files.write("mailings/calls", _calls(crm.universe, enrolled, until))
    files.write("mailings/tasks", _tasks(crm.universe, enrolled, until))


def prospect_since(crm: Crm) -> Ints:
    """When each person's contact came into the sending tool: the morning after; else NEVER_US."""
    person = np.arange(len(crm.universe.people))
    chosen = uniform(crm.universe.seed, "prospect", person) < PROSPECT_SHARE
    morning = (crm.contact_since // DAY_US + 1) * DAY_US + 6 * HOUR
    return np.where(chosen & (crm.contact_since < NEVER_US), morning, NEVER_US)


def _enrolments(crm: Crm, users: Users, last_day: int) -> Enrolments:
    """Every enrolment since the epoch, with its end; what follows an opt-out is still in it."""
    universe = crm.universe
    since = prospect_since(crm)
    parts = [
        _by_journey(crm),
        _by_product(universe, users, last_day),
        _cold(crm, since, last_day),
    ]
    person, sequence, day = (np.concatenate(column) for column in zip(*parts, strict=True))
    # What comes up in the quiet part of a cycle waits for the next cycle.
    into = (day + _phase(universe, person)) % CYCLE_DAYS
    day = np.where(into < ENROLS_DAYS, day, day - into + CYCLE_DAYS)
    cycle = (day + _phase(universe, person)) // CYCLE_DAYS
    opted_out = uniform(universe.seed, "opt out", person) < 0.03
    buys = crm.history.customer_since[universe.people.company[person]] <= day
    # A customer's people are written to about the product only.
    fits = (day >= 0) & (day <= last_day) & ~opted_out & (~buys | (sequence != SURGE))
    fits &= day_us(day) >= since[person]
    minute = (uniform(universe.seed, "enrol minute", person, day) * 90).astype(np.int64)
    nothing = np.zeros(len(person), dtype=np.int64)
    wanted = Enrolments(
        person=person,
        sequence=sequence,
        day=day,
        cycle=cycle,
        started=day_us(day) + 7 * HOUR + minute * MINUTE,
        is_interested=_is_interested(crm, universe.people.company[person], day),
        end=nothing,
        ended=nothing,
    ).take(fits)
    wanted = wanted.take(np.lexsort((wanted.sequence, wanted.day, wanted.person)))
    _, first = np.unique(wanted.ids(universe), return_index=True)
    enrolled = wanted.take(first)
    return _ended(universe, enrolled.take(np.lexsort((enrolled.person, enrolled.started))))


def _phase(universe: Universe, person: Ints) -> Ints:
    """How far into its cycle each person is on the first day."""
    return (uniform(universe.seed, "sending phase", person) * CYCLE_DAYS).astype(np.int64)


def _by_journey(crm: Crm) -> tuple[Ints, Ints, Ints]:
    """The committee of every company in a journey, some days into it."""
    journeys, companies = crm.history.journeys, crm.universe.companies
    count = np.minimum(companies.people_count[journeys.company], 5)
    row = np.repeat(np.arange(len(journeys)), count)
    slot = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    person = companies.first_person[journeys.company[row]] + slot
    chance = uniform(crm.universe.seed, "surge enrolment", person, journeys.cycle[row])
    chosen = chance < COMMITTEE_SHARE
    row, person, chance = row[chosen], person[chosen], chance[chosen] / COMMITTEE_SHARE
    day = np.where(journeys.reached[row] > 0, journeys.consideration[row], journeys.start[row] + 9)
    return person, np.full(len(row), SURGE), day + 2 + (chance * 10).astype(np.int64)


def _by_product(universe: Universe, users: Users, last_day: int) -> tuple[Ints, Ints, Ints]:
    """Users after their sign-up, first result, a week of many transactions, or falling silent."""
    heard = uniform(universe.seed, "product enrolment", users.person) < PRODUCT_SHARE
    heard &= universe.people.company[users.person] >= 0
    person, signed_up = users.person[heard], users.signed_up[heard]
    silent, activated = users.silent[heard], users.activated[heard]
    trial = users.paying[heard] > signed_up
    moments = [
        (SIGN_UP, person[trial], signed_up[trial] + 1),
        (ACTIVATION, person, activated + 1),
        (DROP_OFF, person[trial], silent[trial] + 7),
    ]
    for cycle in range(last_day // SPIKE_CYCLE_DAYS + 1):
        spiking = uniform(universe.seed, "spike", person, cycle) < SPIKE_SHARE
        start = (uniform(universe.seed, "spike start", person, cycle) * 23).astype(np.int64)
        seen = cycle * SPIKE_CYCLE_DAYS + start + 7
        spiking &= (signed_up + 7 < seen) & (seen < silent)
        moments.append((SPIKE, person[spiking], seen[spiking]))
    return (
        np.concatenate([who for _, who, _ in moments]),
        np.concatenate([np.full(len(who), sequence) for sequence, who, _ in moments]),
        np.concatenate([np.minimum(day, NEVER) for _, _, day in moments]),
    )


def _cold(crm: Crm, since: Ints, last_day: int) -> tuple[Ints, Ints, Ints]:
    """Prospects who are written to although nothing speaks for it."""
    prospects = np.flatnonzero(since < NEVER_US)
    who, when = [], []
    for cycle in range(last_day // CYCLE_DAYS + 2):
        chance = uniform(crm.universe.seed, "cold enrolment", prospects, cycle)
        chosen = prospects[chance < COLD_SHARE]
        into = (chance[chance < COLD_SHARE] / COLD_SHARE * ENROLS_DAYS).astype(np.int64)
        who.append(chosen)
        when.append(cycle * CYCLE_DAYS - _phase(crm.universe, chosen) + into)
    person = np.concatenate(who)
    return person, np.full(len(person), SURGE), np.concatenate(when)


def _is_interested(crm: Crm, company: Ints, day: Ints) -> Bools:
    """Whether the company is on that day in a journey that goes beyond awareness."""
    journeys = crm.history.journeys
    if not len(journeys):
        return np.zeros(len(company), dtype=bool)
    order = np.lexsort((journeys.start, journeys.company))
    journeys = journeys.take(order)
    key = journeys.company * NEVER + journeys.start
    last = np.maximum(np.searchsorted(key, company * NEVER + day, side="right") - 1, 0)
    own = (journeys.company[last] == company) & (journeys.start[last] <= day)
    return own & (journeys.reached[last] > 0) & (day < journeys.until[last] + 10)


def _ended(universe: Universe, enrolled: Enrolments) -> Enrolments:
    """The enrolments with how and when each ends: by its first answer, bounce, opt-out, or end."""
    last = np.array([sequence.steps[-1].after_days for sequence in SEQUENCES])
    ended = day_us(enrolled.day + last[enrolled.sequence] + PATIENCE_DAYS) + 12 * HOUR
    end = np.full(len(enrolled), FINISHED)
    for step in range(max(len(sequence.steps) for sequence in SEQUENCES)):
        sent = _step_at(universe, enrolled, step)
        under_way = (sent < ended) & _is_step(enrolled, step, EMAIL)
        for kind, at in zip(
            (BOUNCED, OPTED_OUT, REPLIED), _reactions(universe, enrolled, step), strict=True
        ):
            first = under_way & (at < ended)
            ended, end = np.where(first, at, ended), np.where(first, kind, end)
    return Enrolments(**{**vars(enrolled), "end": end, "ended": ended})


def _is_step(enrolled: Enrolments, step: int, kind: str) -> Bools:
    """Whether the sequence's step of that number (from 0) is of that kind."""
    kinds = [
        step < len(sequence.steps) and sequence.steps[step].kind == kind for sequence in SEQUENCES
    ]
    return np.array(kinds)[enrolled.sequence]


def _step_at(universe: Universe, enrolled: Enrolments, step: int) -> Ints:
    """When a step is due: on a working day, in the sender's morning or afternoon."""
    after = np.array(
        [s.steps[step].after_days if step < len(s.steps) else NEVER for s in SEQUENCES]
    )[enrolled.sequence]
    day = enrolled.day + after
    weekday = (day + EPOCH_DAYS + 3) % 7
    day = day + np.where(weekday >= 5, 7 - weekday, 0)
    chance = uniform(universe.seed, "step time", enrolled.person, enrolled.day, step)
    return day_us(day) + 9 * HOUR + (chance * 6 * HOUR).astype(np.int64)


def _draw(universe: Universe, what: str, enrolled: Enrolments, step: int) -> Floats:
    return uniform(universe.seed, what, enrolled.person, enrolled.day, step)


def _by_evening(at: Ints) -> Ints:
    return np.minimum(at, at // DAY_US * DAY_US + DAY_ENDS)


def _reactions(universe: Universe, enrolled: Enrolments, step: int) -> tuple[Ints, Ints, Ints]:
    """When the mailing of a step bounces, makes its reader leave, or is answered; else NEVER_US."""
    sent = _step_at(universe, enrolled, step)
    interested = enrolled.is_interested.astype(np.int64)
    dead = uniform(universe.seed, "dead address", enrolled.person) < BOUNCES
    leaves = _draw(universe, "leaves", enrolled, step) < LEAVES
    chance = _draw(universe, "replies", enrolled, step) / np.array(REPLIES)[interested]
    wait = 2 * HOUR + (np.minimum(chance, 1.0) * 30 * HOUR).astype(np.int64)
    return (
        np.where(dead, sent + 2 * MINUTE, NEVER_US),
        np.where(leaves & ~dead, _by_evening(sent + 3 * HOUR), NEVER_US),
        np.where((chance < 1) & ~leaves & ~dead, _by_evening(sent + wait), NEVER_US),
    )


def _mails(universe: Universe, enrolled: Enrolments) -> Mails:
    """Every mailing of the enrolments, step by step."""
    parts = []
    for step in range(max(len(sequence.steps) for sequence in SEQUENCES)):
        row = np.flatnonzero(
            _is_step(enrolled, step, EMAIL) & (_step_at(universe, enrolled, step) < enrolled.ended)
        )
        own = enrolled.take(row)
        sent = _step_at(universe, own, step)
        bounced, left, replied = _reactions(universe, own, step)
        interested = own.is_interested.astype(np.int64)
        chance = _draw(universe, "opens", own, step) / np.array(OPENS)[interested]
        late = _by_evening(sent + 4 * MINUTE + (np.minimum(chance, 1) ** 3 * 20 * HOUR).astype(int))
        reacts = np.minimum(left, replied)
        opens = (chance < 1) | (reacts < NEVER_US)
        opened = np.where(
            opens & (bounced >= NEVER_US), np.minimum(late, reacts - MINUTE), NEVER_US
        )
        clicks = _draw(universe, "clicks", own, step) < np.array(CLICKS)[interested]
        clicked = np.where(clicks & (opened < NEVER_US), _by_evening(opened + MINUTE), NEVER_US)
        delivered = np.where(bounced < NEVER_US, NEVER_US, sent + MINUTE)
        number = np.full(len(row), step)
        parts.append((row, number, delivered, bounced, opened, clicked, replied, left))
    return Mails(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _users() -> pa.Table:
    """One row per user of the sending tool: the owners of the CRM."""
    owner = np.arange(OWNERS)
    return table(
        "mailings/users",
        {
            "user_id": pa.array(owner + 1),
            "owner_id": owner_ids(),
            "email": _addresses(),
            "first_name": texts([first for first, _ in names.SELLERS]),
            "last_name": texts([last for _, last in names.SELLERS]),
            "updated_at": stamps(day_us(np.zeros(OWNERS, dtype=np.int64)) + 8 * HOUR),
        },
    )


def _addresses() -> pa.Array:
    return texts([names.seller_address(*seller) for seller in names.SELLERS])


def _mailboxes() -> pa.Table:
    """One row per mailbox: one an owner. The last one's has lost its right to send."""
    owner = np.arange(OWNERS)
    return table(
        "mailings/mailboxes",
        {
            "mailbox_id": pa.array(owner + 1),
            "user_id": pa.array(owner + 1),
            "email": _addresses(),
            "is_send_disabled": pa.array(owner == OWNERS - 1),
            "updated_at": stamps(day_us(np.zeros(OWNERS, dtype=np.int64)) + 9 * HOUR),
        },
    )


def _sequences() -> pa.Table:
    """One row per sequence."""
    count = len(SEQUENCES)
    return table(
        "mailings/sequences",
        {
            "sequence_id": pa.array(np.arange(count) + 1),
            "name": texts([sequence.name for sequence in SEQUENCES]),
            "signal_name": texts([sequence.signal for sequence in SEQUENCES]),
            "updated_at": stamps(day_us(np.zeros(count, dtype=np.int64)) + 10 * HOUR),
        },
    )


def _steps() -> pa.Table:
    """One row per step of a sequence; steps that are mails have the template of the same id."""
    steps = [
        (number, order, step)
        for number, sequence in enumerate(SEQUENCES)
        for order, step in enumerate(sequence.steps)
    ]
    return table(
        "mailings/steps",
        {
            "step_id": pa.array([_step_id(number, order) for number, order, _ in steps]),
            "sequence_id": pa.array([number + 1 for number, _, _ in steps]),
            "step_order": pa.array([order + 1 for _, order, _ in steps]),
            "step_type": texts([step.kind for _, _, step in steps]),
            "after_days": pa.array([step.after_days for _, _, step in steps]),
            "subject": texts([step.subject for _, _, step in steps]),
            "body": texts([step.body for _, _, step in steps]),
            "updated_at": stamps(day_us(np.zeros(len(steps), dtype=np.int64)) + 11 * HOUR),
        },
    )


def _step_id(sequence: int, order: int) -> int:
    return sequence * STEPS_MOST + order + 1


def _prospects(crm: Crm, left: Ints, until: int) -> pa.Table:
    """One row per prospect and state: as imported, and after an opt-out."""
    universe = crm.universe
    since = prospect_since(crm)
    person = np.flatnonzero(since < until)
    leavers = person[(left[person] < until) & (left[person] >= since[person])]
    refused = uniform(universe.seed, "opt out", person) < 0.03
    row = np.concatenate([person, leavers])
    at = np.concatenate([since[person], left[leavers]])
    is_out = np.concatenate([refused, np.ones(len(leavers), dtype=bool)])
    order = order_by_time(at, row)
    row, at, is_out = row[order], at[order], is_out[order]
    company = universe.people.company[row]
    return table(
        "mailings/prospects",
        {
            "prospect_id": pa.array(row + 1),
            "contact_id": choose(crm.contact_ids, row),
            "account_id": choose(crm.account_ids, company),
            "email": first_emails(universe, row),
            "first_name": choose(universe.people.first_name, row),
            "last_name": choose(universe.people.last_name, row),
            "title": choose(universe.people.title, row),
            "user_id": pa.array(_owners(universe, row)),
            "is_opted_out": pa.array(is_out),
            "opted_out_at": stamps(at, is_out),
            "created_at": stamps(since[row]),
            "updated_at": stamps(at),
        },
    )


def _owners(universe: Universe, person: Ints) -> Ints:
    """The user who owns each person's account."""
    chance = uniform(universe.seed, "owner", universe.people.company[person])
    return (chance * OWNERS).astype(np.int64) + 1


def _states(universe: Universe, enrolled: Enrolments, until: int) -> pa.Table:
    """One row per sequence state and change: active, then ended."""
    row = np.tile(np.arange(len(enrolled)), 2)
    is_end = np.repeat([False, True], len(enrolled))
    at = np.concatenate([enrolled.started, enrolled.ended])
    order = order_by_time(at, row)
    order = order[at[order] < until]
    row, is_end, at = row[order], is_end[order], at[order]
    own = enrolled.take(row)
    ends = texts([end if end != "replied" else "finished" for end in ENDS])
    return table(
        "mailings/sequence_states",
        {
            "sequence_state_id": pa.array(own.ids(universe)),
            "prospect_id": pa.array(own.person + 1),
            "sequence_id": pa.array(own.sequence + 1),
            "user_id": pa.array(_owners(universe, own.person)),
            "state": where_text(is_end, choose(ends, own.end), constant("active", len(row))),
            "replied_at": stamps(at, is_end & (own.end == REPLIED)),
            "created_at": stamps(own.started),
            "updated_at": stamps(at),
        },
    )


def _mailings(universe: Universe, enrolled: Enrolments, mails: Mails, until: int) -> pa.Table:
    """One row per mailing and change: delivered or bounced, opened, clicked, answered, left."""
    happenings = ("delivered", "bounced", "opened", "clicked", "replied", "unsubscribed")
    times = np.stack([getattr(mails, name) for name in happenings])
    row = np.tile(np.arange(len(mails.step)), len(happenings))
    at = times.reshape(-1)
    order = order_by_time(at, row)
    order = order[at[order] < until]
    row, at = row[order], at[order]
    # What happens to a mailing at one moment is one change.
    changes = (np.diff(row, prepend=-1) != 0) | (np.diff(at, prepend=-1) != 0)
    row, at = row[changes], at[changes]
    by_then = {
        name: np.where(times[index][row] <= at, times[index][row], NEVER_US)
        for index, name in enumerate(happenings)
    }
    so = {name: moment < NEVER_US for name, moment in by_then.items()}
    state = np.where(so["opened"], 2, np.where(so["bounced"], 1, 0))
    state = np.where(so["replied"], 3, state)
    own, step = enrolled.take(mails.enrolment[row]), mails.step[row]
    return table(
        "mailings/mailings",
        {
            "mailing_id": pa.array(own.ids(universe) * STEPS_MOST + step),
            "sequence_state_id": pa.array(own.ids(universe)),
            "prospect_id": pa.array(own.person + 1),
            "sequence_id": pa.array(own.sequence + 1),
            "step_id": pa.array(own.sequence * STEPS_MOST + step + 1),
            "user_id": pa.array(_owners(universe, own.person)),
            "state": choose(texts(["delivered", "bounced", "opened", "replied"]), state),
            **{f"{name}_at": stamps(by_then[name], so[name]) for name in happenings},
            "open_count": pa.array(so["opened"].astype(np.int64) + so["clicked"]),
            "click_count": pa.array(so["clicked"].astype(np.int64)),
            "created_at": stamps(np.minimum(mails.delivered, mails.bounced)[row] - 2 * MINUTE),
            "updated_at": stamps(at),
        },
    )


def _steps_taken(universe: Universe, enrolled: Enrolments, kind: str) -> tuple[Ints, Ints, Ints]:
    """Steps of a kind that were reached: the row of the enrolment, the step, when."""
    parts = []
    for step in range(max(len(sequence.steps) for sequence in SEQUENCES)):
        at = _step_at(universe, enrolled, step)
        row = np.flatnonzero(_is_step(enrolled, step, kind) & (at < enrolled.ended))
        parts.append((row, np.full(len(row), step), at[row]))
    row, number, at = (np.concatenate(column) for column in zip(*parts, strict=True))
    return row, number, at


CALL_OUTCOMES = texts(["No Answer", "Left Voicemail", "Connected", "Meeting Scheduled"])


def _calls(universe: Universe, enrolled: Enrolments, until: int) -> pa.Table:
    """One row per call made; somebody in a journey picks up more often."""
    row, step, at = _steps_taken(universe, enrolled, CALL)
    order = order_by_time(at, row)
    order = order[at[order] < until]
    row, step, at = row[order], step[order], at[order]
    own = enrolled.take(row)
    chance = uniform(universe.seed, "call outcome", own.person, own.day)
    outcome = np.minimum((chance + 0.3 * own.is_interested) * 3, 3).astype(np.int64)
    return table(
        "mailings/calls",
        {
            "call_id": pa.array(own.ids(universe) * STEPS_MOST + step),
            "sequence_state_id": pa.array(own.ids(universe)),
            "prospect_id": pa.array(own.person + 1),
            "user_id": pa.array(_owners(universe, own.person)),
            "outcome": choose(CALL_OUTCOMES, outcome),
            "updated_at": stamps(at),
        },
    )


def _tasks(universe: Universe, enrolled: Enrolments, until: int) -> pa.Table:
    """One row per task and state: as made and, for most, as completed a day or two later."""
    row, step, at = _steps_taken(universe, enrolled, TASK)
    own = enrolled.take(row)
    chance = uniform(universe.seed, "task done", own.person, own.day)
    wait = DAY_US + (chance * 5 * HOUR).astype(np.int64)
    done_at = np.where(chance < 0.85, _by_evening(at + wait), NEVER_US)
    version = np.tile(np.arange(len(row)), 2)
    is_done = np.repeat([False, True], len(row))
    moment = np.concatenate([at, done_at])
    order = order_by_time(moment, version)
    order = order[moment[order] < until]
    version, is_done, moment = version[order], is_done[order], moment[order]
    own, step = enrolled.take(row[version]), step[version]
    return table(
        "mailings/tasks",
        {
            "task_id": pa.array(own.ids(universe) * STEPS_MOST + step),
            "sequence_state_id": pa.array(own.ids(universe)),
            "prospect_id": pa.array(own.person + 1),
            "user_id": pa.array(_owners(universe, own.person)),
            "state": where_text(is_done, "completed", "incomplete"),
            "completed_at": stamps(moment, is_done),
            "created_at": stamps(at[version]),
            "updated_at": stamps(moment),
        },
    )
