"""A hundred thousand people: nobody in the queue breaks a rule, everybody else has a reason.

The generated morning has every rule broken by many, alone and together. An oracle in plain Python
judges it anew; who is in the queue and in which order, who is not, by which rules and until when,
must be the same to the last person.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

from python_jobs.registry.edits import Edit, set_row
from tests.python.activation_queue.conftest import Morning
from tests.python.activation_queue.oracle import Oracle, Suppression
from tests.python.activation_queue.world import (
    Account,
    Identity,
    Mailbox,
    Person,
    Result,
    Seller,
    Sequence_,
    Signal,
    World,
    at,
    hashed,
)

DAY = date(2026, 3, 10)
PEOPLE, SELLERS = 100_000, 20
TITLES = (
    *("Chief Operating Officer", "General Counsel", "VP Compliance", "Director of Product"),
    *("Director of Operations", "Operations Manager", "Intern", "VP Legal", None, None),
    "Assistant to the Chief Operating Officer",
)
SUPPRESSIONS = [
    Suppression("account", "company7.com"),
    Suppression("account", "company8.com", DAY + timedelta(days=1)),
    Suppression("domain", "company9.com"),
    Suppression("email", "p400@company40.com"),
    Suppression("industry", "gambling"),
    Suppression("segment", "do not target", DAY + timedelta(days=3)),
]
EVERY_RULE = {
    *("nobody_fits", "no_email", "personal_mail", "do_not_contact", "opted_out", "bounced"),
    *("suppressed", "paying_customer", "open_deal_after_loss", "in_sequence"),
    *("sequence_done_before", "person_cool_down", "no_sequence", "no_mailbox", "weekly_cap"),
    "capacity",
}


def generated(seed: int) -> World:
    """Ten people a company; most of them have a valid signal."""
    draw = random.Random(seed)
    world = World(
        sequences=[
            Sequence_("1", "Intent surge"),
            Sequence_("4", "Usage spike"),
            Sequence_("5", "Drop-off", daily_add_limit_count=80),
        ]
    )
    for seller in range(SELLERS):
        address = f"seller{seller}@us.com"
        world.crm_users.append(Seller(f"owner{seller}", address))
        world.outreach_users.append(Seller(f"user{seller}", address))
        world.mailboxes.append(
            Mailbox(
                f"box{seller:02d}",
                f"user{seller}",
                address,
                daily_limit_count=draw.choice((None, 0, 3, 5, 8)),
                is_send_disabled=seller == 1,
                send_permanent_error_at=at(DAY) if seller == 2 else None,
            )
        )
    for number in range(PEOPLE // 10):
        add_company(world, draw, number)
    return world


def add_company(world: World, draw: random.Random, number: int) -> None:
    key = f"company{number}.com"
    world.accounts.append(
        Account(
            key,
            crm_owner_id=draw.choice((None, *(f"owner{one}" for one in range(SELLERS)))),
            industry=draw.choice(("Gambling", *["Retail"] * 30)),
            sixsense_segments=draw.choice(("West;Do Not Target", "West", *[None] * 30)),
            won_opportunity_count=int(draw.random() < 0.1),
            open_opportunity_count=int(draw.random() < 0.1),
            lost_opportunity_count=int(draw.random() < 0.3),
        )
    )
    if draw.random() < 0.1:
        world.signals.append(signal(world, draw, "intent_surged", key, None))
    for place in range(10):
        add_person(world, draw, number * 10 + place, key, number % 20 == 0)


def add_person(
    world: World, draw: random.Random, number: int, key: str, is_junior_company: bool
) -> None:
    kind = draw.random()
    email: str | None = f"p{number}@{key}"
    if kind < 0.05:
        email = None
    elif kind < 0.1:
        email = f"p{number}@{draw.choice(('gmail.com', 'yahoo.com'))}"
    person_id = hashed("email", email) if email else hashed("product_user_id", str(number))
    world.people.append(
        Person(
            person_id,
            key,
            email,
            title="Intern" if is_junior_company else draw.choice(TITLES),
            crm_owner_id=draw.choice((None, None, None, "owner0", "owner3")),
            is_opted_out=draw.random() < 0.03,
            is_do_not_contact=draw.random() < 0.02,
        )
    )
    for name, chance in (
        ("usage_spiked", 0.7),
        ("usage_dropped_off", 0.4),
        ("hiring_started", 0.1),
    ):
        if draw.random() < chance:
            world.signals.append(signal(world, draw, name, key, person_id))
    if email is None:
        return
    world.identities.append(Identity("email", email, person_id, email))
    if draw.random() < 0.5:
        add_prospect(world, draw, email)
    if draw.random() < 0.01:
        outcome = draw.choice(("written", "unknown", "failed", "skipped"))
        when = at(DAY + timedelta(days=draw.randint(-9, 1)))
        sequence = draw.choice(("1", "4", "5"))
        if not any(one.sequence_id == sequence for one in world.states[-3:]):
            world.results.append(Result(f"{email}|{sequence}", "enrol", outcome, when))


def add_prospect(world: World, draw: random.Random, email: str) -> None:
    kind = draw.random()
    prospect = world.prospect(
        email,
        is_opted_out=kind < 0.02,
        is_email_opted_out=0.02 <= kind < 0.04,
        emails_opt_status="opted_out" if 0.04 <= kind < 0.06 else None,
        touched_at=at(day_before(draw, 60)) if draw.random() < 0.1 else None,
    )
    for sequence in draw.sample(("1", "4", "5"), draw.choice((0, 0, 0, 0, 1, 1, 2))):
        state = draw.choice(("finished", "finished", "active", "pending", "paused", "opted_out"))
        world.state(prospect, sequence, state, day_before(draw, 90))
    fate = draw.random()
    if fate < 0.1:
        world.mailing(prospect, delivered_at=at(day_before(draw, 60)))
    if fate < 0.02:
        world.mailing(prospect, state="bounced", bounced_at=at(day_before(draw, 60)))
    elif fate < 0.03:
        world.mailing(prospect, unsubscribed_at=at(day_before(draw, 60)))
    elif fate < 0.04:
        box = f"box{draw.randrange(SELLERS):02d}"
        world.mailing(
            prospect, state="scheduled", mailbox_id=box, scheduled_at=at(day_before(draw, 2, -1))
        )


def day_before(draw: random.Random, most: int, least: int = 0) -> date:
    return DAY - timedelta(days=draw.randint(least, most))


def signal(
    world: World, draw: random.Random, name: str, account: str, person: str | None
) -> Signal:
    number = len(world.signals)
    fired = day_before(draw, 9)
    # no two at the same moment, so that there is one order
    moment = at(fired) - timedelta(microseconds=number)
    return Signal(
        f"s{number:06d}",
        name,
        account,
        person,
        draw.randint(0, 100),
        moment,
        fired,
        is_in_cool_down=draw.random() < 0.1,
    )


def suppress(edit: Edit) -> None:
    for number, one in enumerate(SUPPRESSIONS):
        given = {
            **{"kind": one.kind, "value": one.value, "reason": "legal asked"},
            **{"approved_by": "ana", "approved_at": "2026-01-05"},
        }
        if one.valid_until:
            given["valid_until"] = one.valid_until.isoformat()
        set_row(edit, "suppressions", str(number), given)


def test_nobody_breaks_a_rule_and_everybody_else_has_a_reason(morning: Morning) -> None:
    world = generated(seed=4)
    morning.of(world, suppress).build(DAY)
    queued = morning.rows(
        "select person_id, signal_id from marts.activation_queue order by queue_rank"
    )
    refused = morning.rows(
        "select person_id, account_key, signal_id, rule, retry_on from marts.activation_blocked"
    )

    judged = Oracle(world, SUPPRESSIONS, DAY).judge()
    expected_queue = [(one.person, one.signal.signal_id) for one in judged if not one.refusals]
    expected = {
        (one.person, one.account, one.signal.signal_id, rule, retry)
        for one in judged
        for rule, retry in one.refusals.items()
    }
    assert len(refused) == len(set(refused))
    assert set(refused) == expected
    assert queued == expected_queue

    # the morning has enough of everything
    assert {rule for _, _, _, rule, _ in refused} == EVERY_RULE
    assert min(Counter(rule for _, _, _, rule, _ in refused).values()) >= 10
    assert len(queued) > 100
    assert len(judged) > PEOPLE / 2
