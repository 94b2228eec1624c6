"""What counts once and stays counted: forms and requests, corrected rows, contacts who move.

A submitted form is one event of weight 60, whether it came as a web event, as a lead request or as
both. Whichever of the two counts first goes on counting, so days built one after the other hold
what one backfill of them holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.scenarios.lab import SNAPSHOTS, Lab

FIRST = date(2026, 3, 8)
DAYS = [FIRST + timedelta(days=number) for number in range(4)]  # 8 to 11 March
SCORED = "+score_ledger +fct_lead_requests"

FORM = "form_submitted"
WEB_EVENTS = """
event_id,occurred_at,known_at,event_name,path,distinct_id,email,account_domain
a1,2026-03-09 10:00,,form_submitted,/f,v-a,,
b1,2026-03-09 23:58,2026-03-10 00:03,form_submitted,/f,,mia@midnight.com,
b2,2026-03-10 10:00,,page_view,/pricing,,mia@midnight.com,
c1,2026-03-09 10:00,2026-03-10 09:00,form_submitted,/f,,lou@laterform.com,
e1,2026-03-09 10:00,,form_submitted,/f,,,
g1,2026-03-09 10:00,,form_submitted,/f,,ann@named.com,
h1,2026-03-09 10:00,,form_submitted,/f,,ned@twodays.com,
i1,2026-03-09 10:00,,form_submitted,/f,v-i,,
i2,2026-03-11 10:00,,identify,/,v-i,zoe@knownlater.com,
j1,2026-03-09 10:00,,form_submitted,/f,,joe@twoforms.com,
j2,2026-03-09 11:00,2026-03-11 08:00,form_submitted,/g,,joe@twoforms.com,
z1,2026-02-01 10:00,,page_view,/pricing,,ida@residue.com,
z2,2026-02-03 10:00,,page_view,/security,,ida@residue.com,
z3,2026-02-07 10:00,,page_view,/pricing,,ida@residue.com,
z4,2026-03-01 10:00,,identify,/,,ida@residue.com,
k1,2026-03-08 10:00,,identify,/,v-k,kay@sooner.com,
k2,2026-03-09 10:00,,form_submitted,/f,v-k,kay@gmail.com,
n1,2026-03-09 10:00,,form_submitted,/f,v-n,,
n2,2026-03-09 10:01,,identify,/,v-n,nia@samevisit.com,
o1,2026-03-09 10:00,,form_submitted,/f,v-o,,learntlate.com
o2,2026-03-11 10:00,,identify,/,v-o,ora@learntlate.com,
s1,2026-03-09 10:00,,form_submitted,/f,v-s,,
s2,2026-03-11 10:00,,identify,/,v-s,pam@formlater.com,
q1,2026-03-09 10:00,,form_submitted,/f,Quin@ByAddress.com,,
u1,2026-03-09 15:30,,page_view,/pricing,,,anonymous.com
"""
LEAD_REQUESTS = """
lead_request_id,occurred_at,known_at,distinct_id,email,event_id,website
a,2026-03-09 10:00,,v-a,kim@noaddress.com,,
b,2026-03-09 23:58,2026-03-10 00:05,,mia@midnight.com,,
c,2026-03-09 10:00,,,lou@laterform.com,,
d,2026-03-09 10:00,,,dan@absent.com,E404,
e,2026-03-09 10:00,,,lee@nameless.com,e1,
f1,2026-03-09 10:00,,,flo@tworequests.com,,
f2,2026-03-09 12:00,,,flo@tworequests.com,,
g,2026-03-09 10:00,2026-03-10 10:00,,ann@named.com,g1,
h,2026-03-10 10:00,,,ned@twodays.com,,
i,2026-03-09 10:00,,v-i,zoe@gmail.com,,
j,2026-03-09 10:00,2026-03-10 10:00,,joe@twoforms.com,,
l,2026-03-08 10:00,,,lia@lone.com,,
k,2026-03-10 10:00,,v-k,kay@gmail.com,,
m,2026-03-11 10:00,,,kay@gmail.com,,later.com
n,2026-03-09 10:05,,,nia@samevisit.com,,
o,2026-03-09 10:05,,,ora@learntlate.com,,
s,2026-03-09 10:05,,,pam@formlater.com,,
"""
# Submissions counted by the end of each day; 0 where there is no account yet.
COUNTED = {
    "noaddress.com": [0, 1, 1, 1],  # the form has the visitor, the request the address
    "midnight.com": [0, 0, 1, 1],  # of the evening before, known after midnight
    "laterform.com": [0, 1, 1, 1],  # the request was known first; the form comes a day later
    "absent.com": [0, 1, 1, 1],  # names an event that never came
    "nameless.com": [0, 1, 1, 1],  # names an event that nobody can tell the company of
    "tworequests.com": [0, 2, 2, 2],
    "named.com": [0, 1, 1, 1],
    "twodays.com": [0, 1, 2, 2],  # a form on one day, a request on the next
    "knownlater.com": [0, 0, 0, 1],  # a personal address beside a visitor known later
    "twoforms.com": [0, 1, 1, 2],  # the request is the first form; the second comes late
    "lone.com": [1, 1, 1, 1],
    "samevisit.com": [0, 1, 1, 1],  # the visitor of the form says who she is
    "learntlate.com": [0, 2, 2, 2],  # that they are one is learnt after both have counted
    "formlater.com": [0, 1, 1, 1],  # the same tells whose form it was: it would count that day
    "byaddress.com": [0, 1, 1, 1],  # the visitor's id is her address
    "sooner.com": [0, 1, 2, 2],  # the visitor's company is known before that of her other address
    "later.com": [0, 0, 0, 1],
}


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Everything loaded, nothing built."""
    folder = tmp_path_factory.mktemp("raw")
    lab = Lab.on_duckdb(folder)
    texts = {"web_events": WEB_EVENTS, "lead_requests": LEAD_REQUESTS}
    lab.load({name: written(folder, name, text) for name, text in texts.items()})
    return lab


@pytest.fixture(scope="module")
def backfilled(raw: Lab, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    lab = raw.copy_to(tmp_path_factory.mktemp("backfilled"))
    lab.build(DAYS[-1], from_day=FIRST, select=SCORED)
    return lab


@pytest.fixture(scope="module")
def daily(raw: Lab, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    lab = raw.copy_to(tmp_path_factory.mktemp("daily"))
    for day in DAYS:
        lab.build(day, from_day=day, select=SCORED, seeds=day == FIRST)
    return lab


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.csv"
    path.write_text(text.lstrip())
    return path


def counted(lab: Lab) -> Mapping[str, list[int]]:
    """By account, the submissions in the ledger of each day."""
    rows = lab.rows(
        "select account_key, snapshot_date, sum(event_count) as n from marts.score_ledger "
        f"where event_name = '{FORM}' group by 1, 2"
    )
    found = {(row["account_key"], row["snapshot_date"]): row["n"] for row in rows}
    return {
        key: [found.get((key, day), 0) for day in DAYS] for key in sorted({k for k, _ in found})
    }


def test_a_form_and_its_request_count_once(backfilled: Lab) -> None:
    assert counted(backfilled) == COUNTED


def test_day_by_day_the_same_counts(backfilled: Lab, daily: Lab) -> None:
    assert counted(daily) == COUNTED
    assert daily.differences(backfilled, [SNAPSHOTS]) == []


def test_a_request_belongs_to_the_company_that_it_counts_for(daily: Lab) -> None:
    """Of the address the company is learnt a day later than of the visitor."""
    rows = daily.rows("select account_key from marts.fct_lead_requests where lead_request_id = 'k'")
    assert rows == [{"account_key": "sooner.com"}]


def test_where_nothing_is_left_the_score_is_exactly_nothing(backfilled: Lab) -> None:
    """Points that came and went leave no 1e-16, which a count of accounts with points would see."""
    rows = backfilled.rows(
        "select raw_score_30d, raw_score_prev_7d from marts.fct_daily_account_intent "
        "where account_key = 'residue.com' order by snapshot_date"
    )
    # what happened on 7 February is 30 days old on 9 March
    assert rows[0]["raw_score_30d"] > 1
    assert [row["raw_score_30d"] for row in rows[1:]] == [0, 0, 0]
    assert {row["raw_score_prev_7d"] for row in rows} == {0}


def test_a_corrected_request_counts_when_it_was_first_known(daily: Lab, tmp_path: Path) -> None:
    """A new time is a new version: the day that counted the first one stands."""
    lab = daily.copy_to(tmp_path / "corrected")
    text = "lead_request_id,occurred_at,email\nd,2026-03-11 09:00,dan@absent.com\n"
    lab.load({"lead_requests": written(tmp_path, "lead_requests", text)})
    lab.build(DAYS[-1], from_day=DAYS[-1], select=SCORED, seeds=False)
    assert counted(lab)["absent.com"] == COUNTED["absent.com"]
    again = daily.copy_to(tmp_path / "again")
    again.load({"lead_requests": written(tmp_path, "lead_requests", text)})
    again.build(DAYS[-1], from_day=FIRST, select=SCORED, seeds=False)
    assert lab.differences(again, [SNAPSHOTS]) == []


def test_a_day_built_again_keeps_nothing_of_what_is_no_longer_so(
    daily: Lab, tmp_path: Path
) -> None:
    """The one thing known on 8 March was of lone.com, and is corrected to be nobody's."""
    lab = daily.copy_to(tmp_path / "emptied")
    assert (
        lab.rows("select count(*) as n from marts.score_ledger where account_key = 'lone.com'")[0][
            "n"
        ]
        == 4
    )
    text = "lead_request_id,occurred_at,email\nl,2026-03-08 10:00,lia@gmail.com\n"
    lab.load({"lead_requests": written(tmp_path, "lead_requests", text)})
    lab.build(DAYS[-1], from_day=FIRST, select=SCORED, seeds=False)
    left = lab.rows(
        "select account_key from marts.fct_daily_account_intent where account_key = 'lone.com' "
        "union all select company_domain from intermediate.int_company_event_days "
        "where company_domain = 'lone.com'"
    )
    assert left == []


def test_a_pattern_added_later_holds_for_user_agents_seen_before(
    daily: Lab, tmp_path: Path
) -> None:
    lab = daily.copy_to(tmp_path / "pattern")
    text = (
        "event_id,occurred_at,event_name,email,user_agent\n"
        "r1,2026-03-11 10:00,page_view,bo@probed.com,ZzProbe/1.0\n"
    )
    lab.load({"web_events": written(tmp_path, "web_events", text)})
    lab.build(DAYS[-1], from_day=DAYS[-1], select="+int_user_agents", seeds=False)
    asked = "select is_bot from intermediate.int_user_agents where user_agent = 'ZzProbe/1.0'"
    assert lab.rows(asked) == [{"is_bot": False}]
    lab.execute(
        "insert into registry.bot_user_agents (pattern, note) values ('zzprobe', 'a probe')"
    )
    lab.build(DAYS[-1], from_day=DAYS[-1], select="+int_user_agents", seeds=False)
    assert lab.rows(asked) == [{"is_bot": True}]


def test_who_moves_is_not_fetched_back_by_the_old_company(raw: Lab, tmp_path: Path) -> None:
    """The old company changes its domain after the contact has gone to another."""
    lab = raw.copy_to(tmp_path / "moved")
    accounts = (
        "account_id,website,updated_at\nA1,old.com,2026-03-08 08:00\nA2,next.com,2026-03-08 08:00\n"
        "A1,renamed.com,2026-03-11 08:00\n"
    )
    contacts = (
        "contact_id,email,account_id,updated_at\nC1,joe@home.net,A1,2026-03-08 09:00\n"
        "C1,joe@home.net,A2,2026-03-10 09:00\n"
    )
    lab.load({
        "accounts": written(tmp_path, "accounts", accounts),
        "contacts": written(tmp_path, "contacts", contacts),
    })  # fmt: skip
    lab.build(DAYS[-1], from_day=FIRST, select="+int_email_domains")
    rows = lab.rows(
        "select company_domain, linked_from from intermediate.int_email_domains "
        "where email = 'joe@home.net' order by linked_from"
    )
    assert [tuple(row.values()) for row in rows][-1] == ("next.com", date(2026, 3, 10))
    assert "renamed.com" not in {row["company_domain"] for row in rows}


def test_a_contact_without_a_date_is_learnt_of_by_the_next_build(
    daily: Lab, tmp_path: Path
) -> None:
    """It counts as known from ever, and so would be no news to a run that reads what is new."""
    lab = daily.copy_to(tmp_path / "undated")
    lab.load({
        "accounts": written(tmp_path, "accounts", "account_id,website\nA1,undated.com\n"),
        "contacts": written(
            tmp_path,
            "contacts",
            "contact_id,email,account_id,distinct_id\nC1,una@gmail.com,A1,v-una\n",
        ),
    })  # fmt: skip
    lab.build(DAYS[-1], from_day=DAYS[-1], select="+int_visitor_domains", seeds=False)
    for model, identity in (("email", "una@gmail.com"), ("visitor", "v-una")):
        column = "email" if model == "email" else "distinct_id"
        rows = lab.rows(
            f"select company_domain from intermediate.int_{model}_domains "
            f"where {column} = '{identity}'"
        )
        assert rows == [{"company_domain": "undated.com"}]


def test_an_id_that_changes_when_the_visitor_is_identified_is_hers_too(
    raw: Lab, tmp_path: Path
) -> None:
    """PostHog gives whom it identifies another id, and says in the event which one she had."""
    lab = raw.copy_to(tmp_path / "identified")
    events = (
        '{"event_id": "p1", "occurred_at": "2026-03-09T10:00:00Z", "event_name": "page_view", '
        '"path": "/pricing", "distinct_id": "anon-1"}\n'
        '{"event_id": "p2", "occurred_at": "2026-03-10T10:00:00Z", "event_name": "identify", '
        '"distinct_id": "u9", "email": "zoe@renamedid.com", '
        '"properties": {"$anon_distinct_id": "anon-1"}}\n'
    )
    path = tmp_path / "web_events.jsonl"
    path.write_text(events)
    lab.load({"web_events": path})
    lab.build(DAYS[-1], from_day=FIRST, select=SCORED)
    rows = lab.rows(
        "select snapshot_date from marts.score_ledger where account_key = 'renamedid.com' "
        "and content_type = 'pricing' order by 1"
    )
    assert [row["snapshot_date"] for row in rows] == DAYS[2:], "from the day she was known"


def test_the_time_of_an_anonymous_visit_is_kept(backfilled: Lab) -> None:
    lab = backfilled
    lab.build(DAYS[-1], from_day=DAYS[-1], select="+int_account_sightings", seeds=False)
    [row] = lab.rows(
        "select last_seen_at from intermediate.int_account_sightings "
        "where account_key = 'anonymous.com'"
    )
    assert row["last_seen_at"].isoformat() == "2026-03-09T15:30:00"
