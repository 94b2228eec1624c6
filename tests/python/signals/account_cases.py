"""Cases worked out by hand of the signals about accounts: what is loaded, and who must fire when.

One account a case, on its own domain. The days built are 1 February to 10 April 2026, then 11 April
with these signals off, then 12 April with hiring on again for companies with a past of their own.
"""

from __future__ import annotations

from datetime import date, timedelta

Firings = list[tuple[str, int]]
Table = tuple[tuple[str, ...], list[tuple[object, ...]]]

OFF = ("lead_requested", "hiring_started", "first_party_surged", "closed_lost_revisited")
ALIASES = {"old-name.com": "new-name.com", "old-brand.com": "new-brand.com"}

# --- Lead requests: base 85, +10 for a lead score of 70, cool-down 7 days -----------------------

# id: sent, known if later, e-mail, web site, visitor, lead score
REQUESTS: dict[str, tuple[str, str, str, str, str, str]] = {
    "unscored": ("2026-03-03", "", "ann@unscored.com", "", "", ""),
    "score_69": ("2026-03-03", "", "ann@score-69.com", "", "", "69"),
    "score_70": ("2026-03-03", "", "ann@score-70.com", "", "", "70"),
    "week_late": ("2026-03-03", "2026-03-10", "ann@week-late.com", "", "", ""),
    "history": ("2026-03-03", "2026-03-11", "ann@history.com", "", "", ""),
    "first": ("2026-03-03", "", "ann@asks-on.com", "", "", ""),
    "sixth_day": ("2026-03-09", "", "ann@asks-on.com", "", "", ""),
    "seventh_day": ("2026-03-10", "", "ann@asks-on.com", "", "", ""),
    "colleague": ("2026-03-10", "", "bob@asks-on.com", "", "", ""),
    "agency": ("2026-03-03", "", "ann@agency.com", "https://www.client.com/contact", "", ""),
    "private": ("2026-03-03", "", "ann@gmail.com", "", "", ""),
    "private_site": ("2026-03-03", "", "ann.b@gmail.com", "private-site.com", "", ""),
    "old_brand": ("2026-03-03", "", "ann@old-brand.com", "", "", ""),
    "known_visitor": ("2026-03-03", "", "", "", "visitor-1", ""),
    "unknown_visitor": ("2026-03-03", "", "", "", "visitor-2", ""),
    "record_of_the_crm": ("2026-03-03", "", "", "of-the-crm.com", "visitor-3", ""),
    "eve": ("2026-04-10", "", "ann@eve.com", "", "", ""),
    "off": ("2026-04-11", "", "ann@off.com", "", "", ""),
}
CRM_LEADS = {"record_of_the_crm": "00Q1"}
# visitor, e-mail, day on which she gave it
VISITORS = [
    ("visitor-1", "cat@known-visitor.com", "2026-03-02"),
    ("visitor-2", "dan@unknown-visitor.com", "2026-03-06"),
]
# id: account, day, strength, whether in a cool-down; None where it must not fire
REQUESTS_EXPECTED: dict[str, tuple[str | None, str, int, bool] | None] = {
    "unscored": ("unscored.com", "2026-03-03", 85, False),
    "score_69": ("score-69.com", "2026-03-03", 85, False),
    "score_70": ("score-70.com", "2026-03-03", 95, False),
    "week_late": ("week-late.com", "2026-03-10", 85, False),
    "history": None,
    "first": ("asks-on.com", "2026-03-03", 85, False),
    "sixth_day": ("asks-on.com", "2026-03-09", 85, True),
    "seventh_day": ("asks-on.com", "2026-03-10", 85, False),
    # the cool-down is a person's
    "colleague": ("asks-on.com", "2026-03-10", 85, False),
    # the web site says for whom, then the e-mail
    "agency": ("client.com", "2026-03-03", 85, False),
    "private": (None, "2026-03-03", 85, False),
    "private_site": ("private-site.com", "2026-03-03", 85, False),
    "old_brand": ("new-brand.com", "2026-03-03", 85, False),
    # who the visitor is counts if it was known that day; later knowledge changes nothing
    "known_visitor": ("known-visitor.com", "2026-03-03", 85, False),
    "unknown_visitor": (None, "2026-03-03", 85, False),
    "record_of_the_crm": ("of-the-crm.com", "2026-03-03", 85, False),
    "eve": ("eve.com", "2026-04-10", 85, False),
    "off": None,
}

# --- Hiring: base 50, +15 leadership, +10 keywords, +5 for each further posting; cool-down 60 ----
#
# Postings are collected from 10 January on. The window is the last 30 days, the past the days
# before: on 1 March 21 of them, the fewest that will do; on 8 March 28, on 10 March 30, on
# 1 April 52.

CLERK, NOTARY, LEADER = "Clerk", "Mobile Notary", "Head of Compliance"
# company: postings (title, put up, known if later, text)
POSTINGS: dict[str, list[tuple[str, str, str, str]]] = {
    "anchor.com": [(CLERK, "2026-01-10", "", "")],
    "other-role.com": [(CLERK, "2026-03-10", "", "remote identity proofing")],
    "first-role.com": [(NOTARY, "2026-03-10", "", "")],
    "day-too-soon.com": [(NOTARY, "2026-02-28", "", "")],
    "soon-enough.com": [(NOTARY, "2026-03-01", "", "")],
    "leader.com": [(LEADER, "2026-03-10", "", "")],
    "keyword.com": [(NOTARY, "2026-03-10", "", "We do KYC.")],
    "everything.com": [(LEADER, "2026-03-10", "", "KYC"), (LEADER, "2026-03-10", "", "KYC")],
    "ten.com": [(LEADER, "2026-03-10", "", "KYC")] * 10,
    "doubled.com": [
        *[(NOTARY, "2026-01-15", "", "")] * 2,
        *[(NOTARY, "2026-03-08", "", "")] * 3,
        (NOTARY, "2026-03-10", "", ""),
    ],
    "not-doubled.com": [
        *[(NOTARY, "2026-01-15", "", "")] * 2,
        *[(NOTARY, "2026-03-10", "", "")] * 3,
    ],
    "wave.com": [(NOTARY, day, "", "") for day in ("2026-03-10", "2026-03-20", "2026-04-05")],
    "again.com": [(NOTARY, day, "", "") for day in ("2026-03-02", "2026-04-01", "2026-04-01")],
    "day-before.com": [(NOTARY, day, "", "") for day in ("2026-03-02", "2026-03-31", "2026-03-31")],
    "no-more.com": [(NOTARY, day, "", "") for day in ("2026-03-02", "2026-04-01")],
    "known-late.com": [(NOTARY, "2026-03-02", "2026-03-12", "")],
    "history.com": [(NOTARY, "2026-02-08", "2026-03-10", "")],
    "two-roles.com": [(NOTARY, "2026-03-10", "", ""), ("KYC Analyst", "2026-03-10", "", "")],
    "eve.com": [(NOTARY, "2026-04-10", "", "")],
    "off.com": [(NOTARY, "2026-04-11", "", "")],
    # the past of these is looked at on 12 April: nothing, 20 and 21 days of it
    "no-past.com": [(NOTARY, "2026-04-12", "", "")],
    "short-past.com": [(CLERK, "2026-02-22", "", ""), (NOTARY, "2026-04-12", "", "")],
    "own-past.com": [(CLERK, "2026-02-21", "", ""), (NOTARY, "2026-04-12", "", "")],
}
POSTINGS_EXPECTED: dict[str, Firings] = {
    "anchor.com": [],
    "other-role.com": [],
    "first-role.com": [("2026-03-10", 50)],
    # when its past has become long enough, nothing happens any more
    "day-too-soon.com": [],
    "soon-enough.com": [("2026-03-01", 50)],
    "leader.com": [("2026-03-10", 65)],
    "keyword.com": [("2026-03-10", 60)],
    "everything.com": [("2026-03-10", 80)],
    # 50 + 15 + 10 + 9 × 5 = 120
    "ten.com": [("2026-03-10", 100)],
    # two in 28 days, then in 30: a pace of 2.14, then 2; three are too few, four are not
    "doubled.com": [("2026-03-10", 65)],
    # the pace falls to 1.5 by 20 March as the past grows longer, but no posting comes in
    "not-doubled.com": [],
    "wave.com": [("2026-03-10", 50)],
    # the first has left the window: one in 52 days is 0.58, and two are more than twice that
    "again.com": [("2026-03-02", 50), ("2026-04-01", 55)],
    "day-before.com": [("2026-03-02", 50)],
    "no-more.com": [("2026-03-02", 50)],
    "known-late.com": [("2026-03-12", 50)],
    "history.com": [],
    "two-roles.com": [("2026-03-10", 50), ("2026-03-10", 50)],
    "eve.com": [("2026-04-10", 50)],
    "off.com": [],
}
OWN_PAST_EXPECTED = {"own-past.com": [("2026-04-12", 50)]}

# --- Surges on the web site: base 65, +10 Exploding, +10 Hot; 7 quiet days, cool-down 30 ---------
#
# Two visitors a day from 25 January on, each seeing a page worth 1 point: 14 a week, 20 points in
# 30 days. 40 more visitors are a surge as long as they are in the week, and then part of the past.

USUAL = ("2026-01-25", "2026-04-12", 2)
# company: visits (from, to, visitors a day), known if later
SURGES: dict[str, tuple[list[tuple[str, str, int]], str]] = {
    "steady.com": ([USUAL], ""),
    "burst.com": ([USUAL, ("2026-03-20", "2026-03-20", 40)], ""),
    "large-burst.com": ([USUAL, ("2026-03-20", "2026-03-20", 100)], ""),
    "hot-before.com": ([USUAL, ("2026-03-20", "2026-03-20", 40)], ""),
    "warm-before.com": ([USUAL, ("2026-03-20", "2026-03-20", 20)], ""),
    "burst-known-late.com": ([USUAL, ("2026-03-20", "2026-03-20", 40)], "2026-03-22"),
    "young.com": ([("2026-03-15", "2026-04-12", 2), ("2026-03-20", "2026-03-20", 40)], ""),
    "after-seven.com": (
        [USUAL, ("2026-03-10", "2026-03-10", 40), ("2026-03-23", "2026-03-23", 400)],
        "",
    ),
    "after-eight.com": (
        [USUAL, ("2026-03-10", "2026-03-10", 40), ("2026-03-24", "2026-03-24", 400)],
        "",
    ),
    "eve.com": ([USUAL, ("2026-04-10", "2026-04-10", 40)], ""),
    "off.com": ([USUAL, ("2026-04-11", "2026-04-11", 40)], ""),
}
# company, day, page, how often: seen by one visitor, so that the score rises and the visits hardly
PAGES = [
    # 500 × e^-0.8 = 225 the week before: no surge of the score, and Hot
    ("hot-before.com", "2026-03-12", "pricing", 20),
    # 25 × e^-0.7 = 12: (31 + 5) / (18 + 5) is Surging; a score of 48 is Warm
    ("warm-before.com", "2026-03-13", "pricing", 1),
]
SURGES_EXPECTED: dict[str, Firings] = {
    "steady.com": [],
    # raw_30d is 40 + 20 = 60, a score of 53; raw_7d is 51 against 5 the week before
    "burst.com": [("2026-03-20", 75)],
    "large-burst.com": [("2026-03-20", 85)],
    "hot-before.com": [("2026-03-20", 75)],
    "warm-before.com": [("2026-03-20", 65)],
    # visits are compared as they were known on their day
    "burst-known-late.com": [],
    "young.com": [],
    # the first surge lasts to 16 March
    "after-seven.com": [("2026-03-10", 75)],
    "after-eight.com": [("2026-03-10", 75), ("2026-03-24", 85)],
    # with a request, 60 points more: Hot
    "eve.com": [("2026-04-10", 85)],
    "off.com": [],
}

# --- Lost deals that come back: base 55, +15 Hot, +10 for 50,000; 21 quiet days, cool-down 90 -----
#
# A form is worth 60 points: a score of 53, and 37 five days later; then it is below 35.

# whether it is closed, won, deleted
LOST, WON, OPEN = (True, False, False), (True, True, False), (False, False, False)
GONE = (True, True, True)
LONG_AGO = "2025-01-01"
ACCOUNTS_KNOWN_LATE = {"account-known-late.com": "2026-03-12"}
# company: forms sent on, deals (what of it, closing day, amount, known since)
Deal = tuple[tuple[bool, bool, bool], str, str, str]
USUAL_DEAL: Deal = (LOST, "2025-12-01", "10000", "2025-12-01")
DEALS: dict[str, tuple[list[str], list[Deal]]] = {
    "no-deal.com": (["2026-03-10"], []),
    "lost.com": (["2026-03-10"], [USUAL_DEAL]),
    "no-intent.com": ([], [USUAL_DEAL]),
    "below-large.com": (["2026-03-10"], [(LOST, "2025-12-01", "49999", "2025-12-01")]),
    "large.com": (["2026-03-10"], [(LOST, "2025-12-01", "50000", "2025-12-01")]),
    "hot.com": (["2026-03-10"] * 2, [USUAL_DEAL]),
    "won-since.com": (["2026-03-10"], [USUAL_DEAL, (WON, "2025-12-15", "1", "2025-12-15")]),
    "won-before.com": (["2026-03-10"], [USUAL_DEAL, (WON, "2025-06-01", "1", "2025-06-01")]),
    "deleted.com": (["2026-03-10"], [(GONE, "2025-12-01", "1", "2025-12-01")]),
    "deleted-since.com": (["2026-03-10"], [USUAL_DEAL, (GONE, "2025-12-15", "1", "2025-12-15")]),
    "open-deal.com": (["2026-03-10"], [USUAL_DEAL, (OPEN, "2026-05-01", "1", "2026-01-01")]),
    "year-ago.com": (["2026-03-10"], [(LOST, "2025-03-10", "1", "2025-03-10")]),
    "longer-ago.com": (["2026-03-10"], [(LOST, "2025-03-09", "1", "2025-03-09")]),
    "days-21.com": (["2026-03-10"], [(LOST, "2026-02-17", "1", "2026-02-17")]),
    "days-20.com": (["2026-03-10"], [(LOST, "2026-02-18", "1", "2026-02-18")]),
    "loss-known-late.com": (["2026-03-10"], [(LOST, "2025-12-01", "1", "2026-03-12")]),
    "loss-known-that-day.com": (["2026-03-10"], [(LOST, "2025-12-01", "1", "2026-03-10")]),
    "staying.com": (["2026-03-10", "2026-03-15", "2026-03-20"], [USUAL_DEAL]),
    "quiet-20.com": (["2026-03-01", "2026-03-27"], [USUAL_DEAL]),
    "quiet-21.com": (["2026-03-01", "2026-03-28"], [USUAL_DEAL]),
    "seen-20.com": (["2026-02-21"], [USUAL_DEAL]),
    "seen-21.com": (["2026-02-22"], [USUAL_DEAL]),
    "new-name.com": (["2026-03-10"], []),
    "old-name.com": ([], [USUAL_DEAL]),
    "account-known-late.com": (["2026-03-10"], [USUAL_DEAL]),
    "eve.com": ([], [USUAL_DEAL]),
    "off.com": ([], [USUAL_DEAL]),
}
DEALS_EXPECTED: dict[str, Firings] = {
    "no-deal.com": [],
    "lost.com": [("2026-03-10", 55)],
    "no-intent.com": [],
    "below-large.com": [("2026-03-10", 55)],
    "large.com": [("2026-03-10", 65)],
    # 120 points: a score of 78
    "hot.com": [("2026-03-10", 70)],
    "won-since.com": [],
    "won-before.com": [("2026-03-10", 55)],
    # what was deleted was not lost, and hides no loss
    "deleted.com": [],
    "deleted-since.com": [("2026-03-10", 55)],
    "open-deal.com": [],
    "year-ago.com": [("2026-03-10", 55)],
    "longer-ago.com": [],
    "days-21.com": [("2026-03-10", 55)],
    "days-20.com": [],
    "loss-known-late.com": [],
    "loss-known-that-day.com": [("2026-03-10", 55)],
    "staying.com": [("2026-03-10", 55)],
    # warm to 6 March
    "quiet-20.com": [("2026-03-01", 55)],
    "quiet-21.com": [("2026-03-01", 55), ("2026-03-28", 55)],
    # the first snapshot is that of 1 February: days before it were not seen to be quiet
    "seen-20.com": [],
    "seen-21.com": [("2026-02-22", 55)],
    "new-name.com": [("2026-03-10", 55)],
    "old-name.com": [],
    "account-known-late.com": [],
    # made warm by the surge above, and by the request
    "eve.com": [("2026-04-10", 70)],
    "off.com": [],
}

EXPECTED: dict[tuple[str, str], Firings] = {
    (signal, account): firings
    for signal, cases in (
        ("hiring_started", POSTINGS_EXPECTED),
        ("first_party_surged", SURGES_EXPECTED),
        ("closed_lost_revisited", DEALS_EXPECTED),
    )
    for account, firings in cases.items()
}


def tables() -> dict[str, Table]:
    """What is loaded, by entity: the columns and the rows."""
    deals = [
        (f"{account}-{number}", account, *closed, day, amount, f"{known} 09:00:00")
        for account, (_, of_account) in DEALS.items()
        for number, (closed, day, amount, known) in enumerate(of_account)
    ]
    accounts = [
        (account, account, f"{ACCOUNTS_KNOWN_LATE.get(account, LONG_AGO)} 09:00:00")
        for account in DEALS
    ]
    requests = [
        (key, f"{sent} 10:00:00", f"{known or sent} 11:00:00", *rest, CRM_LEADS.get(key, ""))
        for key, (sent, known, *rest) in REQUESTS.items()
    ]
    postings = [
        (
            f"{company}-{number}",
            title,
            company,
            text,
            f"{posted} 08:00:00",
            f"{known or posted} 09:00:00",
        )
        for company, of_company in POSTINGS.items()
        for number, (title, posted, known, text) in enumerate(of_company)
    ]
    events = [(f"event-{number}", *event) for number, event in enumerate(_web_events())]
    columns = {
        "accounts": "account_id domain updated_at",
        "opportunities": "opportunity_id account_id is_closed is_won is_deleted close_date amount "
        "updated_at",
        "lead_requests": "lead_request_id occurred_at known_at email website distinct_id "
        "lead_score crm_lead_id",
        "job_postings": "posting_id title account_domain description posted_at observed_at",
        "web_events": "event_id event_name content_type account_domain distinct_id email "
        "occurred_at known_at",
    }
    rows = (accounts, deals, requests, postings, events)
    return {
        entity: (tuple(names.split()), list(of_entity))
        for (entity, names), of_entity in zip(columns.items(), rows, strict=True)
    }


def _web_events() -> list[tuple[str, ...]]:
    events = []
    for company, (visits, known) in SURGES.items():
        for first, last, count in visits:
            for day in _days(first, last):
                # only a burst becomes known late, not the usual visitors
                seen = known if known and first == last else day
                visitors = [f"{company}-{count}-{number}" for number in range(count)]
                events += [
                    _event("page_view", "other", company, one, day, seen) for one in visitors
                ]
    for company, day, page, times in PAGES:
        events += [_event("page_view", page, company, f"{company}-reader", day, day)] * times
    for company, (forms, _) in DEALS.items():
        for day in forms:
            events.append(_event("form_submitted", "other", company, f"{company}-asker", day, day))
    for visitor, email, day in VISITORS:
        events.append(("identify", "", "", visitor, email, f"{day} 12:00:00", f"{day} 12:30:00"))
    return events


def _event(
    name: str, page: str, company: str, visitor: str, day: str, known: str
) -> tuple[str, ...]:
    return (name, page, company, visitor, "", f"{day} 12:00:00", f"{known} 12:30:00")


def _days(first: str, last: str) -> list[str]:
    start = date.fromisoformat(first)
    count = (date.fromisoformat(last) - start).days + 1
    return [str(start + timedelta(days=number)) for number in range(count)]
