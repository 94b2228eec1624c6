"""Who is in the queue and who is not, why, and until when: cases worked out by hand.

Every case has a person of her own in a company of her own, and a usage spike, unless it says
otherwise. DAY is the as-of day; the day of contact is the next one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from python_jobs.registry.edits import Edit, set_row
from tests.python.activation_queue.conftest import Morning
from tests.python.activation_queue.world import (
    Account,
    ClayAnswer,
    Enriched,
    Found,
    Identity,
    Mailbox,
    Merge,
    OptOut,
    Person,
    PlanRecord,
    Result,
    Seller,
    Sequence_,
    Signal,
    World,
    at,
    hashed,
)

DAY = date(2026, 3, 10)
SPIKE, SIGN_UP, ACTIVATION, SURGE, DROP_OFF = "4", "2", "3", "1", "5"


def day(ahead: int) -> date:
    return DAY + timedelta(days=ahead)


NEVER = None
QUEUED: dict[str, Any] = {}

# case: the rules that refuse her on DAY, each with the day to try again
EXPECTED: dict[str, dict[str, date | None]] = {
    "plain": QUEUED,
    "merged-since": QUEUED,
    "no-email": {"no_email": day(1)},
    "personal": {"personal_mail": NEVER},
    "personal-and-work": QUEUED,
    "do-not-contact": {"do_not_contact": NEVER},
    "crm-opted-out": {"opted_out": NEVER},
    "address-opted-out": {"opted_out": NEVER},
    "old-address-opted-out": {"do_not_contact": NEVER},
    "opted-out": {"opted_out": NEVER},
    "email-opted-out": {"opted_out": NEVER},
    "opt-status": {"opted_out": NEVER},
    "trashed-opted-out": {"opted_out": NEVER},
    "unsubscribed": {"opted_out": NEVER},
    "spam": {"opted_out": NEVER},
    "left-a-sequence": {"opted_out": NEVER},
    "bounced": {"bounced": NEVER},
    "bounced-then-arrived": QUEUED,
    "account-suppressed": {"suppressed": day(2)},
    "domain-suppressed": {"suppressed": NEVER},
    "email-suppressed": {"suppressed": NEVER},
    "other-email-suppressed": {"suppressed": NEVER},
    "other-domain-suppressed": {"suppressed": NEVER},
    "subdomain-suppressed": {"suppressed": NEVER},
    "domain-alike": QUEUED,
    "industry-suppressed": {"suppressed": NEVER},
    "segment-suppressed": {"suppressed": NEVER},
    "twice-suppressed": {"suppressed": NEVER},
    "not-approved": QUEUED,
    "suppression-over": QUEUED,
    "suppression-to-come": QUEUED,
    "suppressed-from-contact-on": {"suppressed": NEVER},
    "approved-on-the-day-of-contact": {"suppressed": NEVER},
    "suppressed-by-an-alias": {"suppressed": NEVER},
    "customer": {"paying_customer": NEVER},
    "customer-since-the-alias": {"paying_customer": NEVER},
    "suppressed-since-the-alias": {"suppressed": day(2)},
    "lost-and-open": {"open_deal_after_loss": day(1)},
    "open-deal": QUEUED,
    "lost-deal": QUEUED,
    "active": {"in_sequence": day(1), "person_cool_down": NEVER},
    "pending": {"in_sequence": day(1), "person_cool_down": NEVER},
    "paused": {"in_sequence": day(1), "person_cool_down": NEVER},
    "long-active": {"in_sequence": day(1)},
    "done-before": {"sequence_done_before": NEVER},
    "done-another": QUEUED,
    "enrolled-by-us": {"in_sequence": day(1), "person_cool_down": NEVER},
    "perhaps-enrolled": {"in_sequence": day(1), "person_cool_down": NEVER},
    "enrolled-and-undone": {"sequence_done_before": NEVER, "person_cool_down": NEVER},
    "not-enrolled": QUEUED,
    "enrolled-and-landed": {"sequence_done_before": NEVER},
    "touched-27-days-ago": {"person_cool_down": day(3)},
    "touched-22-days-ago": {"person_cool_down": NEVER},
    "touched-30-days-ago": QUEUED,
    "mailed-27-days-ago": {"person_cool_down": day(3)},
    "last-day-of-signal": QUEUED,
    "last-day-and-refused": {"lost": NEVER},
    "hiring": {"no_sequence": day(1)},
    "disabled": {"no_sequence": day(1)},
    "weaker-signal-open": QUEUED,
    "stronger-done-before": QUEUED,
    "no-mailbox": {"no_mailbox": day(1)},
    "disabled-mailbox": {"no_mailbox": day(1)},
    "broken-mailbox": {"no_mailbox": day(1)},
    "owner-locked": {"no_mailbox": day(1)},
    "owner-left": {"no_mailbox": day(1)},
    "owner-left-account-stays": QUEUED,
    "registry-mailbox": QUEUED,
    "contact-owner": QUEUED,
    "week-1": QUEUED,
    "week-2": {"weekly_cap": day(1)},
    "fresh-week-3": QUEUED,
    "fresh-week-4": {"weekly_cap": day(7)},
    "full-sequence-1": QUEUED,
    "full-sequence-2": {"capacity": day(1)},
    "full-mailbox-1": QUEUED,
    "full-mailbox-2": {"capacity": day(1)},
    "many-reasons": {"personal_mail": NEVER, "opted_out": NEVER, "paying_customer": NEVER},
}
EXPECTED["last-day-and-refused"] = {"open_deal_after_loss": NEVER}


class Cases:
    """The world of the cases."""

    def __init__(self) -> None:
        self.world = World(
            mailboxes=[
                Mailbox("1", "10", "rep@us.com", daily_limit_count=1000),
                Mailbox("2", "20", "full@us.com", daily_limit_count=2),
                Mailbox("3", "30", "disabled@us.com", is_send_disabled=True),
                Mailbox("4", "40", "broken@us.com", send_permanent_error_at=at(DAY)),
                Mailbox("5", "50", "elsewhere@us.com"),
                Mailbox("6", "60", "locked@us.com"),
                Mailbox("7", "70", "left@us.com"),
            ],
            outreach_users=[
                Seller("10", "rep@us.com"),
                Seller("20", "full@us.com"),
                Seller("30", "disabled@us.com"),
                Seller("40", "broken@us.com"),
                Seller("50", "nobody@us.com"),
                Seller("60", "locked@us.com", is_locked=True),
                Seller("70", "left@us.com"),
            ],
            crm_users=[
                Seller("rep", "Rep@us.com"),
                Seller("full", "full@us.com"),
                Seller("disabled", "disabled@us.com"),
                Seller("broken", "broken@us.com"),
                Seller("stranger", "stranger@us.com"),
                Seller("locked", "locked@us.com"),
                Seller("left", "left@us.com", is_active=False),
            ],
            sequences=[
                Sequence_(SURGE, "Intent surge"),
                Sequence_(SIGN_UP, "Product sign-up", is_enabled=False),
                Sequence_(ACTIVATION, "Feature activation", daily_add_limit_count=1),
                Sequence_(SPIKE, "Usage spike", daily_add_limit_count=1000),
                Sequence_(DROP_OFF, "Drop-off"),
            ],
        )
        self.add_people()
        self.add_accounts()

    def account(self, name: str, **given: Any) -> str:
        given = {"crm_owner_id": "rep", **given}
        self.world.accounts.append(Account(f"{name}.com", account_name=name.title(), **given))
        return f"{name}.com"

    def person(
        self,
        name: str,
        account: dict[str, Any] | str | None = None,
        email: str | None = "",
        signals: tuple[tuple[str, int, int], ...] = (("usage_spiked", 80, 0),),
        **given: Any,
    ) -> str:
        """A person with signals (name, strength, days ago); her e-mail address."""
        key = account if isinstance(account, str) else self.account(name, **(account or {}))
        address = f"{name}@{key}" if email == "" else email
        person_id = hashed("email", address) if address else hashed("product_user_id", name)
        self.world.people.append(Person(person_id, key, address, display_name=name, **given))
        if address:
            self.world.identities.append(Identity("email", address, person_id, address))
        for signal, strength, days_ago in signals:
            self.signal(signal, key, person_id, strength, days_ago)
        return address or ""

    def other_address(self, address: str, other: str) -> None:
        """Somebody known by an address has another one."""
        self.world.identities.append(Identity("email", other, hashed("email", address), address))

    def signal(
        self, name: str, account: str, person_id: str | None, strength: int, days_ago: int = 0
    ) -> None:
        number = len(self.world.signals) + 1
        fired = day(-days_ago)
        self.world.signals.append(
            Signal(f"s{number:04d}", name, account, person_id, strength, at(fired), fired)
        )

    def add_people(self) -> None:
        world, person = self.world, self.person
        person("plain")
        merged = person("merged-since")
        world.signals[-1].person_id = "as she was called that day"
        world.merges.append(Merge("as she was called that day", hashed("email", merged)))
        person("no-email", email=None)
        person("personal", email="personal@gmail.com")
        both = person("personal-and-work", email="both@gmail.com")
        world.identities.append(
            Identity("email", "both@personal-and-work.com", hashed("email", both), both)
        )
        person("do-not-contact", is_do_not_contact=True)
        person("crm-opted-out", is_opted_out=True)
        # the record that says it is another's: several people use the address
        world.opt_outs.append(OptOut(person("address-opted-out"), is_opted_out=True))
        self.other_address(person("old-address-opted-out"), "she.was@elsewhere.com")
        world.opt_outs.append(OptOut("she.was@elsewhere.com", is_do_not_contact=True))
        world.prospect(person("opted-out"), is_opted_out=True)
        world.prospect(person("email-opted-out"), is_email_opted_out=True)
        world.prospect(person("opt-status"), emails_opt_status="opted_out")
        world.prospect(person("trashed-opted-out"), is_opted_out=True, trashed_at=at(day(-90)))
        prospect = world.prospect(person("unsubscribed").upper())
        world.mailing(prospect, delivered_at=at(day(-60)), unsubscribed_at=at(day(-60)))
        prospect = world.prospect(person("spam"))
        world.mailing(prospect, delivered_at=at(day(-60)), marked_as_spam_at=at(day(-60)))
        world.state(world.prospect(person("left-a-sequence")), DROP_OFF, "opted_out", day(-60))
        prospect = world.prospect(person("bounced"))
        world.mailing(prospect, state="bounced", bounced_at=at(day(-40)))
        world.mailing(prospect, delivered_at=at(day(-50)))
        prospect = world.prospect(person("bounced-then-arrived"))
        world.mailing(prospect, state="bounced", bounced_at=at(day(-50)))
        world.mailing(prospect, delivered_at=at(day(-40)))
        for name in ("account", "domain", "email", "twice"):
            person(f"{name}-suppressed")
        self.other_address(person("other-email-suppressed"), "asked@gmail.com")
        self.other_address(person("other-domain-suppressed"), "she@asked.com")
        self.other_address(person("subdomain-suppressed"), "she@mail.asked.com")
        self.other_address(person("domain-alike"), "she@unasked.com")
        person("industry-suppressed", {"industry": "Gambling"})
        person("segment-suppressed", {"sixsense_segments": "West;Do Not Target"})
        for name in (
            *("not-approved", "suppression-over", "suppression-to-come"),
            *("suppressed-from-contact-on", "approved-on-the-day-of-contact"),
            "suppressed-by-an-alias",
        ):
            person(name)
        person("customer", {"won_opportunity_count": 1})
        # her signal names the account that has since become another's domain
        for name, account in (
            ("customer-since-the-alias", "customer.com"),
            ("suppressed-since-the-alias", "account-suppressed.com"),
        ):
            person(name, account)
            world.signals[-1].account_key = f"{name}.com"
        person("lost-and-open", {"lost_opportunity_count": 1, "open_opportunity_count": 1})
        person("open-deal", {"open_opportunity_count": 1})
        person("lost-deal", {"lost_opportunity_count": 2})
        for state in ("active", "pending", "paused"):
            world.state(world.prospect(person(state)), DROP_OFF, state, day(-10))
        world.state(world.prospect(person("long-active")), SPIKE, "active", day(-60))
        world.state(world.prospect(person("done-before")), SPIKE, "finished", day(-60))
        world.state(world.prospect(person("done-another")), DROP_OFF, "finished", day(-60))
        for name, *attempts in (
            ("enrolled-by-us", ("enrol", "written")),
            ("perhaps-enrolled", ("enrol", "unknown")),
            ("enrolled-and-undone", ("enrol", "written"), ("undo", "written")),
            ("not-enrolled", ("enrol", "failed"), ("enrol", "skipped")),
            ("enrolled-and-landed", ("enrol", "written")),
        ):
            address = person(name)
            for hour, (action, outcome) in enumerate(attempts):
                when = at(day(-2)) + timedelta(hours=hour)
                world.results.append(Result(f"{address}|{SPIKE}", action, outcome, when))
        landed = world.prospect("enrolled-and-landed@enrolled-and-landed.com")
        world.state(landed, SPIKE, "finished", day(-40))
        for days in (22, 27, 30):
            world.prospect(person(f"touched-{days}-days-ago"), touched_at=at(day(-days)))
        prospect = world.prospect(person("mailed-27-days-ago"))
        world.mailing(prospect, delivered_at=at(day(-27)))
        person("last-day-of-signal", signals=(("usage_spiked", 80, 7),))
        person(
            "last-day-and-refused",
            {"lost_opportunity_count": 1, "open_opportunity_count": 1},
            signals=(("usage_spiked", 80, 7),),
        )
        person("hiring", signals=(("hiring_started", 50, 0),))
        person("disabled", signals=(("product_signed_up", 60, 0),))
        person(
            "weaker-signal-open",
            signals=(("product_signed_up", 70, 0), ("usage_dropped_off", 30, 2)),
        )
        prospect = world.prospect(
            person(
                "stronger-done-before",
                signals=(("usage_spiked", 90, 0), ("usage_dropped_off", 30, 0)),
            )
        )
        world.state(prospect, SPIKE, "finished", day(-60))
        person("no-mailbox", {"crm_owner_id": "stranger"})
        person("disabled-mailbox", {"crm_owner_id": "disabled"})
        person("broken-mailbox", {"crm_owner_id": "broken"})
        person("owner-locked", {"crm_owner_id": "locked"})
        person("owner-left", {"crm_owner_id": "left"})
        person("owner-left-account-stays", crm_owner_id="left")
        person("registry-mailbox", {"crm_owner_id": "0055e000001AbCdAAK"})
        person("contact-owner", {"crm_owner_id": "stranger"}, crm_owner_id="rep")
        for name, strength in (("full-sequence-1", 76), ("full-sequence-2", 75)):
            person(name, signals=(("feature_activated", strength, 0),))
        # two a day, and one is planned for the day of contact
        for name, strength in (("full-mailbox-1", 81), ("full-mailbox-2", 80)):
            person(name, {"crm_owner_id": "full"}, signals=(("usage_spiked", strength, 0),))
        world.mailing(None, mailbox_id="2", state="scheduled", scheduled_at=at(day(1)))
        world.mailing(None, mailbox_id="2", state="scheduled", scheduled_at=at(day(2)))
        world.mailing(None, mailbox_id="2", state="bounced", scheduled_at=at(day(1)))
        world.mailing(None, mailbox_id="2", delivered_at=at(DAY), scheduled_at=at(DAY))
        # one who was gone by DAY, one who rests: neither is a candidate
        person("signal-too-old", signals=(("usage_spiked", 80, 8),))
        person("signal-in-cool-down")
        world.signals[-1].is_in_cool_down = True
        person(
            "many-reasons",
            {"won_opportunity_count": 2},
            email="many@gmail.com",
            is_opted_out=True,
        )

    def add_accounts(self) -> None:
        """Cases of several people of one account."""
        world = self.world
        week = self.account("week")
        for number, entered in enumerate((-5, -4)):
            address = self.person(f"entered-{number}", week, signals=())
            world.state(world.prospect(address), DROP_OFF, "active", day(entered))
        self.person("week-1", week, signals=(("usage_spiked", 90, 0),))
        self.person("week-2", week, signals=(("usage_spiked", 85, 0),))
        fresh = self.account("fresh-week")
        for number in range(1, 5):
            strength = 100 - number
            self.person(f"fresh-week-{number}", fresh, signals=(("usage_spiked", strength, 0),))

        for name, titles in {
            "full-house": (
                "VP Product",
                "Director of Legal",
                "Chief Operating Officer",
                "General Counsel",
                "VP Operations",
                "Operations Manager",
                "Assistant to the Chief Operating Officer",
            ),
            "juniors": ("Intern", "Software Engineer", "IT Director"),
        }.items():
            key = self.account(name)
            for title in titles:
                self.person(f"{name} {title}".replace(" ", "-"), key, signals=(), title=title)
            self.signal("intent_surged", key, None, 70)
        # her own signal is stronger than the account's; one of the best wants no e-mail
        mixed = self.account("mixed")
        self.person("mixed-user", mixed, title="VP Product")
        self.person("mixed-coo", mixed, signals=(), title="COO", is_opted_out=True)
        self.signal("intent_surged", mixed, None, 70)

        found = self.account("found")
        self.signal("intent_surged", found, None, 70)
        world.found += [
            Found("found.com|a", "a", found, "Chief Legal Officer", "C-Level", "Legal"),
            Found("found.com|b", "b", found, "Head of Work", "Director", "Operations"),
            Found("found.com|c", "c", found, "Lead", "Manager", "Operations"),
            Found("found.com|d", "d", found, "VP Product", "VP", "Product", is_gone=True),
        ]
        world.enriched.append(
            Enriched("b", found, "B@found.com", "Head of Work", "Director", "Operations")
        )
        # whom the CRM has as a lead alone: no record of a person has her address
        world.opt_outs.append(OptOut("out@found.com", is_opted_out=True))
        clay = {
            "people": [
                {"email": "clay@found.com", "title": "VP Compliance"},
                {"email": "out@found.com", "title": "VP Compliance"},
            ],
            "news": "none",
        }
        world.clay.append(ClayAnswer("found.com", found, json.dumps(clay)))


def edits(edit: Edit, default_mailbox: bool = False) -> None:
    approved = {"approved_by": "ana", "approved_at": "2026-01-05"}
    for name, given in {
        "account": {
            "kind": "account",
            "value": "account-suppressed.com",
            "valid_until": "2026-03-11",
        },
        "domain": {"kind": "domain", "value": "Domain-Suppressed.com"},
        "email": {"kind": "email", "value": "email-suppressed@email-suppressed.com"},
        "other-email": {"kind": "email", "value": "Asked@gmail.com"},
        "other-domain": {"kind": "domain", "value": "asked.com"},
        "industry": {"kind": "industry", "value": "gambling"},
        "segment": {"kind": "segment", "value": "do not target"},
        "twice": {"kind": "account", "value": "twice-suppressed.com", "valid_until": "2026-03-11"},
        "again": {"kind": "domain", "value": "twice-suppressed.com"},
        "over": {"kind": "account", "value": "suppression-over.com", "valid_until": "2026-03-09"},
        "later": {
            "kind": "account",
            "value": "suppression-to-come.com",
            "valid_from": "2026-03-12",
        },
        "contact": {
            "kind": "account",
            "value": "suppressed-from-contact-on.com",
            "valid_from": "2026-03-11",
        },
        "alias": {"kind": "account", "value": "by-an-alias.com"},
        "same-day": {
            "kind": "account",
            "value": "approved-on-the-day-of-contact.com",
            "approved_at": "2026-03-11 17:00:00",
        },
    }.items():
        set_row(edit, "suppressions", name, {**approved, **given, "reason": "legal asked"})
    set_row(
        edit,
        *("suppressions", "waiting"),
        {"kind": "account", "value": "not-approved.com", "reason": "a proposal"},
    )
    # the same id as Salesforce's own pages show it, of 15 characters
    elsewhere = {"crm_owner_id": "0055e000001AbCd", "is_default": str(default_mailbox)}
    set_row(edit, "mailboxes", "elsewhere@us.com", elsewhere)
    set_row(edit, "sequences", "spike", {"daily_capacity": "1000"})
    alias = {"account_key": "suppressed-by-an-alias.com"}
    set_row(edit, "account_aliases", "by-an-alias.com", alias)
    for name, key in (("customer", "customer.com"), ("suppressed", "account-suppressed.com")):
        alias = {"account_key": key}
        set_row(edit, "account_aliases", f"{name}-since-the-alias.com", alias)


Outcome = dict[str, dict[str, date | None]]


@dataclass
class Days:
    """What became of every candidate, by name (in the queue: no rules), for days after DAY."""

    outcomes: dict[int, Outcome]
    queue: dict[str, dict[str, Any]]
    gaps: list[tuple]


@pytest.fixture(scope="module")
def days(morning: Morning) -> Days:
    world = Cases().world
    names = {person.person_id: person.display_name for person in world.people}
    morning.of(world, edits).build(DAY)
    found = Days({0: outcome(morning, names)}, queue(morning, names), [])
    found.gaps = morning.rows(
        "select persona, gap, reason from marts.account_contact_gaps "
        "where account_key = 'found.com' order by gap, persona"
    )
    for ahead in (1, 2, 3):
        found.outcomes[ahead] = outcome(morning.build(day(ahead)), names)
    return found


def outcome(morning: Morning, names: dict[str, str]) -> Outcome:
    rows = morning.rows(
        "select person_id, account_key, null, null from marts.activation_queue union all "
        "select person_id, account_key, rule, retry_on from marts.activation_blocked"
    )
    found: Outcome = {}
    for person, account, rule, retry in rows:
        rules = found.setdefault(names.get(person, person or account), {})
        if rule is not None:
            rules[rule] = retry
    return found


def queue(morning: Morning, names: dict[str, str]) -> dict[str, dict[str, Any]]:
    columns = ("queue_rank", "mailbox_id", "outreach_sequence_id", "email", "signal_name", "reason")
    rows = morning.rows(
        f"select person_id, {', '.join(columns)} from marts.activation_queue order by queue_rank"
    )
    return {names.get(row[0], row[0]): dict(zip(columns, row[1:], strict=True)) for row in rows}


@pytest.mark.parametrize("case", EXPECTED)
def test_case(days: Days, case: str) -> None:
    assert days.outcomes[0].get(case) == EXPECTED[case]
    assert (case in days.queue) == (EXPECTED[case] == QUEUED)


@pytest.mark.parametrize("ahead", [1, 2, 3])
def test_a_rule_that_names_its_day_refuses_until_it_and_no_longer(days: Days, ahead: int) -> None:
    for case, rules in EXPECTED.items():
        for rule in ("suppressed", "person_cool_down"):
            retry = rules.get(rule)
            if retry is not None:
                refused = days.outcomes[ahead].get(case, {})
                assert (rule in refused) == (day(ahead) < retry), f"{case}, {rule}"


def test_a_place_of_the_week_is_free_again_when_the_oldest_is_seven_days_old(days: Days) -> None:
    assert days.outcomes[1]["week-2"] == QUEUED


def test_a_signal_is_valid_for_its_days(days: Days) -> None:
    for case in ("signal-too-old", "signal-in-cool-down"):
        assert case not in days.outcomes[0]
    assert "last-day-of-signal" not in days.outcomes[1]
    assert days.outcomes[3]["plain"] == QUEUED


def test_an_account_s_signal_goes_to_its_best_people(days: Days) -> None:
    """The chiefs, then the vice president of operations; who assists or manages is not meant."""
    today = days.outcomes[0]
    assert {name: rules for name, rules in today.items() if name.startswith("full-house")} == {
        "full-house-Chief-Operating-Officer": QUEUED,
        "full-house-General-Counsel": QUEUED,
        "full-house-VP-Operations": QUEUED,
    }
    assert today["juniors.com"] == {"nobody_fits": day(1)}


def test_whom_one_may_write_to_goes_before_the_senior(days: Days) -> None:
    """The user's own signal is the stronger one; the chief has the second place, and is refused."""
    assert days.queue["mixed-user"]["signal_name"] == "usage_spiked"
    assert days.outcomes[0]["mixed-coo"] == {"opted_out": NEVER}


def test_people_found_elsewhere(days: Days) -> None:
    """Whom a credit or Clay gave an address is written to; whom only a search found is named."""
    today = days.outcomes[0]
    assert today[hashed("email", "b@found.com")] == QUEUED
    assert today[hashed("email", "clay@found.com")] == QUEUED
    assert today.get(hashed("email", "out@found.com")) != QUEUED
    assert today[hashed("sixsense_people_id", "a")] == {"no_email": day(1)}
    assert [row for row in days.gaps if row[1] != "nobody"] == [
        (
            "chief_legal",
            "no_email",
            "Chief of legal: found by People Search, without an e-mail address yet.",
        )
    ]
    assert {row[0] for row in days.gaps if row[1] == "nobody"} == {
        *("chief_operations", "chief_compliance", "chief_product"),
        *("vp_operations", "vp_legal", "vp_product"),
        *("director_legal", "director_compliance", "director_product"),
    }


def test_rank_mailbox_sequence_and_sentence(days: Days) -> None:
    queue = days.queue
    assert [row["queue_rank"] for row in queue.values()] == list(range(1, len(queue) + 1))
    assert list(queue)[:3] == ["fresh-week-1", "fresh-week-2", "fresh-week-3"]
    assert queue["plain"] == {
        "queue_rank": queue["plain"]["queue_rank"],
        "mailbox_id": "1",
        "outreach_sequence_id": SPIKE,
        "email": "plain@plain.com",
        "signal_name": "usage_spiked",
        "reason": (
            "Usage spike on 2026-03-10; the account is Warm and its surge Normal: 2× Pricing."
        ),
    }
    assert queue["registry-mailbox"]["mailbox_id"] == "5"
    assert queue["contact-owner"]["mailbox_id"] == "1"
    assert queue["owner-left-account-stays"]["mailbox_id"] == "1"
    assert queue["full-mailbox-1"]["mailbox_id"] == "2"
    assert queue["personal-and-work"]["email"] == "both@personal-and-work.com"
    assert queue["weaker-signal-open"]["signal_name"] == "usage_dropped_off"
    assert queue["stronger-done-before"]["outreach_sequence_id"] == DROP_OFF


def test_what_we_wrote_today_takes_its_place(morning: Morning) -> None:
    """An enrolment of the day of contact, not landed yet: of her sequence, mailbox and account."""
    one = Cases().world
    keep = {"full-sequence-1", "full-sequence-2", "full-mailbox-1", "full-mailbox-2"}
    one.people = [person for person in one.people if person.display_name in keep]
    known = {person.person_id for person in one.people}
    one.signals = [signal for signal in one.signals if signal.person_id in known]
    one.results = [
        Result("full-sequence-1@full-sequence-1.com|3", "enrol", "written", at(day(1))),
        Result("full-mailbox-1@full-mailbox-1.com|4", "enrol", "written", at(day(1))),
    ]
    one.plan_records = [
        PlanRecord("full-mailbox-1@full-mailbox-1.com|4", '{"mailbox": {"external_id": "2"}}')
    ]
    morning.of(one, edits).build(DAY)
    assert morning.rows("select count(*) from marts.activation_queue") == [(0,)]
    first = dict(
        morning.rows(
            "select people.display_name, blocked.rule from marts.activation_blocked as blocked "
            "inner join marts.dim_people as people using (person_id) where is_first"
        )
    )
    assert first == {
        "full-sequence-1": "in_sequence",
        "full-sequence-2": "capacity",
        "full-mailbox-1": "in_sequence",
        "full-mailbox-2": "capacity",
    }


def test_a_default_mailbox_and_rules_switched_off(morning: Morning) -> None:
    """The default mailbox sends where the owner has none; a rule that is off refuses nobody."""

    def other_rules(edit: Edit) -> None:
        edits(edit, default_mailbox=True)
        for rule in ("paying_customer", "weekly_cap", "capacity", "person_cool_down"):
            set_row(edit, "eligibility_rules", rule, {"enabled": "false"})
        set_row(edit, "eligibility_rules", "open_opportunity", {"enabled": "true"})

    morning.of(Cases().world, other_rules).build(DAY)
    queued = dict(
        morning.rows(
            "select people.display_name, mailbox_id from marts.activation_queue as queue "
            "inner join marts.dim_people as people using (person_id)"
        )
    )
    assert queued["no-mailbox"] == "5"
    assert {"customer", "fresh-week-4", "full-sequence-2", "full-mailbox-2"} <= queued.keys()
    assert "touched-27-days-ago" in queued
    assert "open-deal" not in queued
