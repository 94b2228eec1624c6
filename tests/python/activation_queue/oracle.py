"""The queue once more, in plain Python, from the product's rules and not from its SQL.

It knows one way in to each person (no aliases, no addresses found elsewhere) and the shipped
registries, and works person by person.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from tests.python.activation_queue.world import Account, Person, Signal, World

VALID_DAYS = {"usage_spiked": 7, "usage_dropped_off": 7, "intent_surged": 14, "hiring_started": 30}
SEQUENCE_OF = {
    "usage_spiked": "Usage spike",
    "usage_dropped_off": "Drop-off",
    "intent_surged": "Intent surge",
    "hiring_started": "Hiring",
}
LEVELS = (("chief", "general counsel"), ("vp",), ("director",))
FUNCTIONS = (("operat",), ("legal", "counsel"), ("complian",), ("product",))
PEOPLE, REST_DAYS, WEEKLY_CAP, SEQUENCE_A_DAY, MAILBOX_A_DAY = 3, 30, 3, 50, 50
PERSONAL = {"gmail.com", "yahoo.com"}
ONE_DAY = timedelta(days=1)

Refusals = dict[str, date | None]


@dataclass
class Suppression:
    """Approved, in force from the start; without an end where there is none."""

    kind: str
    value: str
    valid_until: date | None = None


@dataclass
class Judged:
    """What the oracle says of a candidate: no refusals, and she is in the queue."""

    person: str | None
    account: str | None
    signal: Signal
    refusals: Refusals


class Oracle:
    def __init__(self, world: World, suppressions: list[Suppression], today: date) -> None:
        self.world, self.today, self.suppressions = world, today, suppressions
        self.accounts = {one.account_key: one for one in world.accounts}
        self.people = {one.person_id: one for one in world.people}
        self.by_email = {one.email: one.person_id for one in world.people if one.email}
        self.sequence_ids = {one.sequence_name: one.sequence_id for one in world.sequences}
        self.open_sequences = {
            one.sequence_id
            for one in world.sequences
            if one.is_enabled and not one.is_locked and not one.is_throttle_paused
        }
        self._read_outreach()
        self._read_mailboxes()

    def _read_outreach(self) -> None:
        person_of: dict[str, str] = {}
        self.opted_out: set[str] = set()
        self.touched: dict[str, date] = {}
        self.enrolments: dict[str, list[tuple[str, str, date]]] = defaultdict(list)
        bounced: dict[str, list[date]] = defaultdict(list)
        arrived: dict[str, list[date]] = defaultdict(list)
        for prospect in self.world.prospects:
            person = self.by_email[json.loads(prospect.emails)[0]]
            person_of[prospect.outreach_prospect_id] = person
            if (
                prospect.is_opted_out
                or prospect.is_email_opted_out
                or prospect.emails_opt_status == "opted_out"
            ):
                self.opted_out.add(person)
            if prospect.touched_at:
                self._touch(person, prospect.touched_at.date())
        for mailing in self.world.mailings:
            person = person_of.get(mailing.outreach_prospect_id, "")
            if mailing.unsubscribed_at or mailing.marked_as_spam_at:
                self.opted_out.add(person)
            if mailing.delivered_at:
                self._touch(person, mailing.delivered_at.date())
                arrived[person].append(mailing.delivered_at.date())
            if mailing.bounced_at:
                bounced[person].append(mailing.bounced_at.date())
        self.bounced = {
            person
            for person, days in bounced.items()
            if max(days) > max(arrived[person], default=date.min)
        }
        for state in self.world.states:
            person, day = person_of[state.outreach_prospect_id], state.created_at.date()
            self.enrolments[person].append((state.sequence_id, state.state, day))
            if state.state == "opted_out":
                self.opted_out.add(person)
            self._touch(person, day)
        for result in self.world.results:
            email, sequence = result.record_key.split("|")
            person, day = self.by_email[email], result.attempted_at.date()
            if result.outcome in ("written", "unknown"):
                self.enrolments[person].append((sequence, "pending", day))
                self._touch(person, day)

    def _touch(self, person: str, day: date) -> None:
        self.touched[person] = max(day, self.touched.get(person, date.min))

    def _read_mailboxes(self) -> None:
        crm = {one.email: one.user_id for one in self.world.crm_users}
        users = {one.user_id: one.email for one in self.world.outreach_users}
        self.mailbox_of: dict[str, str] = {}
        self.mailbox_room: dict[str, int] = {}
        planned = Counter(
            one.mailbox_id
            for one in self.world.mailings
            if one.scheduled_at and one.scheduled_at.date() == self.today + ONE_DAY
        )
        for one in self.world.mailboxes:
            if one.is_send_disabled or one.send_permanent_error_at:
                continue
            limit = MAILBOX_A_DAY if one.daily_limit_count is None else one.daily_limit_count
            self.mailbox_room[one.mailbox_id] = limit - planned[one.mailbox_id]
            owner = crm.get(users[one.outreach_user_id])
            if owner:
                self.mailbox_of[owner] = one.mailbox_id

    def judge(self) -> list[Judged]:
        """Every candidate, those of the queue first and in its order."""
        judged = [
            Judged(person, account, signal, self._refusals(person, account, signal))
            for (person, account, signal) in self._candidates()
        ]
        standing = sorted((one for one in judged if not one.refusals), key=self._order)
        self._give_places(standing)
        queue = [one for one in standing if not one.refusals]
        return queue + [one for one in judged if one.refusals]

    def _order(self, one: Judged) -> tuple[float, float, int]:
        """Strength, then the newest; of one account's signal its best people first."""
        best = self.best.get(one.account or "", [])
        place = best.index(one.person) if not one.signal.person_id and one.person in best else -1
        return (-one.signal.strength, -one.signal.occurred_at.timestamp(), place)

    def _candidates(self) -> list[tuple[str | None, str | None, Signal]]:
        valid = [
            one
            for one in self.world.signals
            if not one.is_in_cool_down
            and 0 <= (self.today - one.detected_at).days <= VALID_DAYS[one.signal_name]
        ]
        fitting: dict[str, list[tuple[tuple[int, int, int, str], str]]] = defaultdict(list)
        for person in self.world.people:
            rank = persona(person.title)
            if rank and person.account_key:
                order = (0 if self._can_be_written_to(person) else 1, *rank, person.person_id)
                fitting[person.account_key].append((order, person.person_id))
        self.best = {
            account: [person for _, person in sorted(ranked)[:PEOPLE]]
            for account, ranked in fitting.items()
        }
        offered: dict[str, list[tuple[str | None, Signal]]] = defaultdict(list)
        for signal in valid:
            if signal.person_id:
                offered[signal.person_id].append((signal.person_id, signal))
                continue
            assert signal.account_key
            people = self.best.get(signal.account_key)
            for person in people or ():
                offered[person].append((person, signal))
            if not people:
                offered[signal.account_key].append((None, signal))
        chosen = []
        for offers in offered.values():
            person, signal = min(offers, key=lambda offer: self._preference(*offer))
            account = signal.account_key or (self.people[person].account_key if person else None)
            chosen.append((person, account, signal))
        return chosen

    def _preference(self, person: str | None, signal: Signal) -> tuple[int, float, float, str]:
        sequence = self.sequence_ids.get(SEQUENCE_OF[signal.signal_name])
        been = any(one[0] == sequence for one in self.enrolments.get(person or "", ()))
        closed = sequence not in self.open_sequences or been
        newest = -signal.occurred_at.timestamp()
        return (int(closed), -signal.strength, newest, signal.signal_id)

    def _can_be_written_to(self, person: Person) -> bool:
        return (
            person.email is not None
            and person.email.split("@")[1] not in PERSONAL
            and not person.is_opted_out
            and not person.is_do_not_contact
            and person.person_id not in self.opted_out
            and person.person_id not in self.bounced
        )

    def _refusals(self, person_id: str | None, account_key: str | None, signal: Signal) -> Refusals:
        soon = self.today + ONE_DAY
        found: Refusals = {}
        account = self.accounts.get(account_key or "", Account("none"))
        person = self.people[person_id] if person_id else None
        sequence = self.sequence_ids.get(SEQUENCE_OF[signal.signal_name])
        if account.won_opportunity_count:
            found["paying_customer"] = None
        if account.open_opportunity_count and account.lost_opportunity_count:
            found["open_deal_after_loss"] = soon
        if sequence not in self.open_sequences:
            found["no_sequence"] = soon
        ends = [
            one.valid_until
            for one in self.suppressions
            if self._is_suppressed(one, account, person)
        ]
        if ends:
            held = [end for end in ends if end]
            found["suppressed"] = max(held) + ONE_DAY if len(held) == len(ends) else None
        if person is None:
            found["nobody_fits"] = soon
        else:
            found |= self._of_person(person, account, sequence, soon)
        last = signal.detected_at + timedelta(days=VALID_DAYS[signal.signal_name])
        return {rule: day if day and day <= last else None for rule, day in found.items()}

    def _of_person(
        self, person: Person, account: Account, sequence: str | None, soon: date
    ) -> Refusals:
        found: Refusals = {}
        if person.email is None:
            found["no_email"] = soon
        elif person.email.split("@")[1] in PERSONAL:
            found["personal_mail"] = None
        if person.is_do_not_contact:
            found["do_not_contact"] = None
        if person.is_opted_out or person.person_id in self.opted_out:
            found["opted_out"] = None
        if person.person_id in self.bounced:
            found["bounced"] = None
        entered = self.enrolments.get(person.person_id, [])
        active = [one for one in entered if one[1] in ("active", "pending", "paused")]
        if active:
            found["in_sequence"] = soon
        if sequence in {one[0] for one in entered}:
            # the latest active run, if it is in this very sequence, says it already
            latest = max(active, key=lambda one: (one[2], -int(one[0])), default=None)
            if latest is None or latest[0] != sequence:
                found["sequence_done_before"] = None
        touched = self.touched.get(person.person_id)
        if touched and (self.today - touched).days < REST_DAYS:
            found["person_cool_down"] = touched + timedelta(days=REST_DAYS)
        if self._mailbox(person, account) is None:
            found["no_mailbox"] = soon
        return found

    def _mailbox(self, person: Person, account: Account) -> str | None:
        mine = self.mailbox_of.get(person.crm_owner_id or "")
        return mine or self.mailbox_of.get(account.crm_owner_id or "")

    def _is_suppressed(self, one: Suppression, account: Account, person: Person | None) -> bool:
        email = person.email if person and person.email else "@"
        segments = (account.sixsense_segments or "").lower().split(";")
        return {
            "account": account.account_key == one.value,
            "domain": email.split("@")[1] == one.value,
            "email": email == one.value,
            "industry": (account.industry or "").lower() == one.value,
            "segment": one.value in segments,
        }[one.kind]

    def _give_places(self, standing: list[Judged]) -> None:
        """One after the other: the account's week, the sequence's day, the mailbox's day."""
        tomorrow, recent = self.today + ONE_DAY, defaultdict(list)
        added = Counter[str]()
        for person_id, entered in self.enrolments.items():
            days = [day for _, _, day in entered if day > self.today - timedelta(days=6)]
            account = self.people[person_id].account_key
            if days and account:
                recent[account].append(min(days))
            added.update(sequence for sequence, _, day in entered if day > self.today)
        in_account, in_sequence, in_mailbox = (Counter[str]() for _ in range(3))
        for one in standing:
            person = self.people[one.person or ""]
            sequence = self.sequence_ids[SEQUENCE_OF[one.signal.signal_name]]
            account = self.accounts.get(one.account or "", Account("none"))
            mailbox = self._mailbox(person, account)
            assert mailbox
            last = one.signal.detected_at + timedelta(days=VALID_DAYS[one.signal.signal_name])
            entered = recent[one.account or ""]
            if one.account and len(entered) + in_account[one.account] >= WEEKLY_CAP:
                again = min(entered, default=tomorrow) + timedelta(days=6)
                one.refusals["weekly_cap"] = again if again <= last else None
            elif (
                in_sequence[sequence] + added[sequence] >= SEQUENCE_A_DAY
                or in_mailbox[mailbox] >= self.mailbox_room[mailbox]
            ):
                one.refusals["capacity"] = tomorrow if tomorrow <= last else None
            else:
                in_account[one.account or ""] += 1
                in_sequence[sequence] += 1
                in_mailbox[mailbox] += 1


def persona(title: str | None) -> tuple[int, int] | None:
    """Seniority and relevance of a title, 1 the first; None where it fits no persona."""
    words = (title or "").lower()
    if "assistant" in words:
        return None
    fits = [
        (level, function)
        for level, levels in enumerate(LEVELS, 1)
        for function, functions in enumerate(FUNCTIONS, 1)
        if any(one in words for one in levels) and any(one in words for one in functions)
    ]
    return min(fits, default=None)
