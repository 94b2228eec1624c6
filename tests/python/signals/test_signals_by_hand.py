"""Who fires on which day, and how strongly, against cases worked out by hand.

Rows of early 2026, loaded and built as a user does it. One user or account a case; the expected
firings are (day, strength), every one of them. The cases about accounts are in ``account_cases``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from python_jobs.settings import Settings
from python_jobs.warehouse import Warehouse, open_warehouse
from tests.python.signals import account_cases
from tests.typed import done

Firings = list[tuple[str, int]]

# user: versions (changed, plan, size, industry), the first of them at the sign-up unless told.
USERS: dict[str, list[tuple[str, str, str, str, str]]] = {
    # signed up, changed, plan, company size, industry
    "anchor": [("2026-02-01", "2026-02-01", "business", "", "")],
    "plain": [("2026-03-01", "2026-03-01", "pro_trial", "", "")],
    "hundred": [("2026-03-01", "2026-03-01", "pro_trial", "100", "Retail")],
    "large": [("2026-03-01", "2026-03-01", "pro_trial", "101", "Retail")],
    "targeted": [("2026-03-01", "2026-03-01", "pro_trial", "101", "legal services")],
    "paying": [("2026-03-01", "2026-03-01", "business", "500", "Legal Services")],
    "next_day": [("2026-03-10", "2026-03-11", "pro_trial", "", "")],
    "too_late": [("2026-03-10", "2026-03-12", "pro_trial", "", "")],
    "trial_next_day": [
        ("2026-03-10", "2026-03-10", "free", "", ""),
        ("2026-03-10", "2026-03-11", "pro_trial", "", ""),
    ],
    "changed_later": [
        ("2026-03-01", "2026-03-01", "pro_trial", "", ""),
        ("2026-03-01", "2026-03-02", "pro_trial", "900", ""),
    ],
    **{
        user: [("2026-03-01", "2026-03-01", "business", "", "")]
        for user in (
            *("first_use", "one_invited", "two_invited", "invited_after", "known_later"),
            *("history", "double", "below_double", "from_nothing", "triple", "six_times"),
            *("ten_times", "two_and_a_half", "late_second", "sixth_day", "twice"),
        )
    },
    "before_history": [("2026-01-15", "2026-01-15", "business", "", "")],
    "silent": [("2026-03-01", "2026-03-01", "pro_trial", "", "")],
    "seen_once": [("2026-03-01", "2026-03-01", "pro_trial", "", "")],
    "seen_again": [("2026-03-01", "2026-03-01", "pro_trial", "", "")],
    "silent_payer": [("2026-03-01", "2026-03-01", "business", "", "")],
    "upgraded": [
        ("2026-03-01", "2026-03-01", "pro_trial", "", ""),
        ("2026-03-01", "2026-03-07", "business", "", ""),
    ],
    "back_on_trial": [
        ("2026-02-01", "2026-02-01", "business", "", ""),
        ("2026-02-01", "2026-03-20", "pro_trial", "", ""),
    ],
    "long_gone": [
        ("2026-01-10", "2026-01-10", "business", "", ""),
        ("2026-01-10", "2026-03-20", "pro_trial", "", ""),
    ],
    "heard_late": [("2026-03-01", "2026-03-01", "pro_trial", "", "")],
}

USE, PAY, INVITE = "notarization_completed", "transaction_completed", "team_member_invited"

# user, event, day, how many, day it became known if later
EVENTS: list[tuple[str, str, str, int, str]] = [
    ("anchor", "login", "2026-02-01", 1, ""),
    ("first_use", USE, "2026-03-12", 2, ""),
    ("first_use", USE, "2026-03-14", 1, ""),
    ("one_invited", INVITE, "2026-03-11", 1, ""),
    ("one_invited", USE, "2026-03-12", 1, ""),
    ("two_invited", INVITE, "2026-03-11", 1, ""),
    ("two_invited", INVITE, "2026-03-12", 1, ""),
    ("two_invited", USE, "2026-03-12", 1, ""),
    ("invited_after", USE, "2026-03-12", 1, ""),
    ("invited_after", INVITE, "2026-03-13", 5, ""),
    ("known_later", USE, "2026-03-12", 1, "2026-03-15"),
    ("history", USE, "2026-03-12", 1, "2026-03-20"),
    ("before_history", USE, "2026-03-12", 1, ""),
    ("double", PAY, "2026-03-01", 2, ""),
    ("double", PAY, "2026-03-08", 4, ""),
    ("below_double", PAY, "2026-03-01", 2, ""),
    ("below_double", PAY, "2026-03-08", 3, ""),
    ("from_nothing", PAY, "2026-03-08", 5, ""),
    ("triple", PAY, "2026-03-01", 1, ""),
    ("triple", PAY, "2026-03-08", 3, ""),
    ("six_times", PAY, "2026-03-01", 1, ""),
    ("six_times", PAY, "2026-03-08", 6, ""),
    ("ten_times", PAY, "2026-03-01", 1, ""),
    ("ten_times", PAY, "2026-03-08", 10, ""),
    ("two_and_a_half", PAY, "2026-03-01", 2, ""),
    ("two_and_a_half", PAY, "2026-03-08", 5, ""),
    ("late_second", PAY, "2026-03-01", 1, ""),
    ("late_second", PAY, "2026-03-08", 1, ""),
    ("late_second", PAY, "2026-03-09", 1, "2026-03-11"),
    # on 7 March all three lie in the week; on 8 March the first has left it
    ("sixth_day", PAY, "2026-03-01", 1, ""),
    ("sixth_day", PAY, "2026-03-07", 2, ""),
    ("twice", PAY, "2026-03-01", 1, ""),
    ("twice", PAY, "2026-03-08", 2, ""),
    ("twice", PAY, "2026-03-22", 4, ""),
    ("twice", PAY, "2026-03-15", 1, ""),
    ("seen_once", "login", "2026-03-05", 1, ""),
    ("seen_again", "login", "2026-03-05", 1, ""),
    ("seen_again", USE, "2026-03-20", 1, ""),
    ("silent_payer", "login", "2026-03-02", 1, ""),
    ("heard_late", "login", "2026-03-06", 1, "2026-03-10"),
]

EXPECTED: dict[tuple[str, str], Firings] = {
    ("product_signed_up", "plain"): [("2026-03-01", 60)],
    ("product_signed_up", "hundred"): [("2026-03-01", 60)],
    ("product_signed_up", "large"): [("2026-03-01", 70)],
    ("product_signed_up", "targeted"): [("2026-03-01", 80)],
    ("product_signed_up", "paying"): [],
    ("product_signed_up", "next_day"): [("2026-03-11", 60)],
    ("product_signed_up", "too_late"): [],
    ("product_signed_up", "trial_next_day"): [("2026-03-11", 60)],
    ("product_signed_up", "changed_later"): [("2026-03-01", 60)],
    ("product_signed_up", "back_on_trial"): [],
    ("feature_activated", "first_use"): [("2026-03-12", 75)],
    ("feature_activated", "one_invited"): [("2026-03-12", 75)],
    ("feature_activated", "two_invited"): [("2026-03-12", 85)],
    ("feature_activated", "invited_after"): [("2026-03-12", 75)],
    ("feature_activated", "known_later"): [("2026-03-15", 75)],
    # eight days late is history; of whom signed up before the events begin, the first is unknown
    ("feature_activated", "history"): [],
    ("feature_activated", "before_history"): [],
    ("usage_spiked", "double"): [("2026-03-08", 80)],
    ("usage_spiked", "below_double"): [],
    ("usage_spiked", "from_nothing"): [],
    ("usage_spiked", "triple"): [("2026-03-08", 85)],
    ("usage_spiked", "six_times"): [("2026-03-08", 100)],
    ("usage_spiked", "ten_times"): [("2026-03-08", 100)],
    ("usage_spiked", "two_and_a_half"): [("2026-03-08", 80)],
    # two against one from 11 March on, when the second became known
    ("usage_spiked", "late_second"): [("2026-03-11", 80)],
    ("usage_spiked", "sixth_day"): [("2026-03-08", 80)],
    # 2 : 1 on 8 March, 1 : 2 a week later, then 4 : 1
    ("usage_spiked", "twice"): [("2026-03-08", 80), ("2026-03-22", 90)],
    ("usage_dropped_off", "silent"): [
        ("2026-03-08", 50),
        ("2026-03-15", 40),
        ("2026-03-22", 30),
        ("2026-03-29", 20),
        ("2026-04-05", 10),
    ],
    ("usage_dropped_off", "seen_once"): [
        ("2026-03-12", 50),
        ("2026-03-19", 40),
        ("2026-03-26", 30),
        ("2026-04-02", 20),
        ("2026-04-09", 10),
    ],
    ("usage_dropped_off", "seen_again"): [
        ("2026-03-12", 50),
        ("2026-03-19", 40),
        ("2026-03-27", 50),
        ("2026-04-03", 40),
        ("2026-04-10", 30),
    ],
    ("usage_dropped_off", "silent_payer"): [],
    ("usage_dropped_off", "upgraded"): [],
    # 47 days of silence on 20 March: seven and five further weeks; 69 days: eight further ones
    ("usage_dropped_off", "back_on_trial"): [("2026-03-20", 0)],
    ("usage_dropped_off", "long_gone"): [("2026-03-20", 0)],
    # silent on the 8th as far as was known; heard on the 10th of the 6th; silent again on the 13th
    ("usage_dropped_off", "heard_late"): [
        ("2026-03-08", 50),
        ("2026-03-13", 50),
        ("2026-03-20", 40),
        ("2026-03-27", 30),
        ("2026-04-03", 20),
        ("2026-04-10", 10),
    ],
}

# account: (observed on, product, stage, score, fit); known on the day itself
INTENT: dict[str, list[tuple[str, str, str, str, str]]] = {
    "decided.com": [("2026-03-02", "notary", "Decision", "61", "Strong")],
    "sixty.com": [("2026-03-02", "notary", "Decision", "60", "Strong")],
    "weak.com": [("2026-03-02", "notary", "Purchase", "90", "Weak")],
    "unfitted.com": [("2026-03-02", "notary", "Purchase", "90", "")],
    "unscored.com": [("2026-03-02", "notary", "Purchase", "", "Strong")],
    "considering.com": [("2026-03-02", "notary", "Consideration", "90", "Strong")],
    "moderate.com": [("2026-03-02", "notary", "Purchase", "85", "Moderate")],
    "staying.com": [
        (day, "notary", "Decision", "75", "Strong")
        for day in ("2026-03-02", "2026-03-09", "2026-03-16")
    ],
    "returning.com": [
        ("2026-03-02", "notary", "Decision", "75", "Strong"),
        ("2026-03-09", "notary", "Decision", "55", "Strong"),
        ("2026-03-16", "notary", "Purchase", "75", "Strong"),
    ],
    "both.com": [
        ("2026-03-02", "notary", "Decision", "65", "Moderate"),
        ("2026-03-09", "identity", "Decision", "65", "Moderate"),
    ],
    "forgotten.com": [
        ("2026-03-01", "notary", "Decision", "65", "Moderate"),
        ("2026-04-02", "notary", "Decision", "65", "Moderate"),
    ],
    "remembered.com": [
        ("2026-03-01", "notary", "Decision", "65", "Moderate"),
        ("2026-04-01", "notary", "Decision", "65", "Moderate"),
    ],
}
INTENT_EXPECTED: dict[str, Firings] = {
    "decided.com": [("2026-03-02", 70)],
    "sixty.com": [],
    "weak.com": [],
    "unfitted.com": [],
    "unscored.com": [],
    "considering.com": [],
    "moderate.com": [("2026-03-02", 85)],
    "staying.com": [("2026-03-02", 75)],
    "returning.com": [("2026-03-02", 75), ("2026-03-16", 90)],
    "both.com": [("2026-03-02", 60), ("2026-03-09", 60)],
    # nothing for 31 days: it counted as qualified to the 30th day, and no longer on the eve
    "forgotten.com": [("2026-03-01", 60), ("2026-04-02", 60)],
    "remembered.com": [("2026-03-01", 60)],
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = tmp_path_factory.mktemp("hand_computed_signals")
    write(
        folder / "users.csv",
        ("user_id", "created_at", "updated_at", "plan", "company_size", "industry", "email"),
        [
            (user, f"{made} 10:00:00", f"{changed} 10:00:00", *rest, f"someone@{domain(user)}")
            for user, versions in USERS.items()
            for made, changed, *rest in versions
        ],
    )
    write(
        folder / "events.csv",
        ("event_id", "user_id", "event_name", "occurred_at", "known_at"),
        [
            (
                *(f"{user}-{event}-{day}-{number}", user, event, f"{day} 12:{number:02d}:00"),
                f"{known or day} 13:00:00",
            )
            for user, event, day, count, known in EVENTS
            for number in range(count)
        ],
    )
    write(
        folder / "intent.csv",
        ("account_domain", "observed_on", "product", "buying_stage", "intent_score", "profile_fit"),
        [
            (account, day, product, stage, score, fit)
            for account, rows in INTENT.items()
            for day, product, stage, score, fit in rows
        ],
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GTM_TARGET", "duckdb")
        patch.setenv("GTM_DUCKDB_PATH", str(folder / "warehouse.duckdb"))
        patch.setenv("DBT_LOG_PATH", str(folder / "logs"))
        done("load", "product_users", str(folder / "users.csv"))
        done("load", "product_events", str(folder / "events.csv"))
        done("load", "intent_accounts", str(folder / "intent.csv"))
        for entity, (columns, rows) in account_cases.tables().items():
            write(folder / f"{entity}.csv", columns, rows)
            done("load", entity, str(folder / f"{entity}.csv"))
        for alias, account in account_cases.ALIASES.items():
            done("registry", "set", "account_aliases", alias, f"account_key={account}")
        build = ("build", "--skip-tests", "--select")
        done(*build, "+fct_signals", "--from", "2026-02-01", "--as-of", "2026-04-10")
        for signal in account_cases.OFF:
            done("registry", "set", "signals", signal, "enabled=false")
        done(*build, "+fct_signals", "--as-of", "2026-04-11")
        done("registry", "set", "signals", "hiring_started", "enabled=true")
        setting = "hiring_started:needs_own_past"
        done("registry", "set", "signal_settings", setting, "value=true")
        done(*build, "+sig_hiring_started", "--as-of", "2026-04-12")
    with open_warehouse(
        Settings(GTM_DUCKDB_PATH=folder / "warehouse.duckdb"), read_only=True
    ) as opened:
        yield opened


def domain(user: str) -> str:
    """The company of a case: every user has her own."""
    return f"{user.replace('_', '-')}.com"


def write(path: Path, columns: tuple[str, ...], rows: list[Any]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def firings(warehouse: Warehouse, signal: str, account: str) -> Firings:
    rows = warehouse.rows(
        "select cast(detected_at as varchar) as day, strength from marts.fct_signals "
        "where signal_name = ? and account_key = ? order by detected_at",
        [signal, account],
    )
    return [(row["day"], row["strength"]) for row in rows]


@pytest.mark.parametrize(("signal", "user"), EXPECTED, ids="-".join)
def test_product_signal(warehouse: Warehouse, signal: str, user: str) -> None:
    assert firings(warehouse, signal, domain(user)) == EXPECTED[signal, user]


@pytest.mark.parametrize("account", INTENT)
def test_third_party_intent(warehouse: Warehouse, account: str) -> None:
    assert firings(warehouse, "intent_surged", account) == INTENT_EXPECTED[account]


@pytest.mark.parametrize(("signal", "account"), account_cases.EXPECTED, ids="-".join)
def test_account_signal(warehouse: Warehouse, signal: str, account: str) -> None:
    assert firings(warehouse, signal, account) == account_cases.EXPECTED[signal, account]


@pytest.mark.parametrize("request_id", account_cases.REQUESTS)
def test_lead_request(warehouse: Warehouse, request_id: str) -> None:
    rows = warehouse.rows(
        "select account_key, cast(detected_at as varchar) as day, strength, is_in_cool_down "
        "from marts.fct_signals where signal_name = 'lead_requested' and source_record_id = ?",
        [request_id],
    )
    expected = account_cases.REQUESTS_EXPECTED[request_id]
    assert [tuple(row.values()) for row in rows] == ([expected] if expected else [])


def test_a_request_without_an_address_is_of_the_person_of_its_record(warehouse: Warehouse) -> None:
    """As people are named: by e-mail, else the record's id, else the visitor's."""
    [row] = warehouse.rows(
        "select person_id, md5('crm_id:00Q1') as person_of_record from marts.fct_signals "
        "where source_record_id = 'record_of_the_crm'"
    )
    assert row["person_id"] == row["person_of_record"]


def test_hiring_can_ask_for_a_past_of_the_companys_own(warehouse: Warehouse) -> None:
    """On 12 April three companies hire: one has the 21 days of past that it takes."""
    rows = warehouse.rows(
        "select account_key, cast(detected_at as varchar) as day, strength "
        "from signals.sig_hiring_started"
    )
    found = {row["account_key"]: [(row["day"], row["strength"])] for row in rows}
    assert found == account_cases.OWN_PAST_EXPECTED


def test_evidence_says_what_was_counted(warehouse: Warehouse) -> None:
    [row] = warehouse.rows(
        "select * from marts.fct_signals where signal_name = 'usage_spiked' "
        "and account_key = 'triple.com'"
    )
    assert json.loads(row["evidence"]) == {
        "facts": {
            "user_id": "triple",
            "events": "transaction_completed",
            "from_date": "2026-03-02",
            "to_date": "2026-03-08",
            "event_count": 3,
            "previous_from_date": "2026-02-23",
            "previous_to_date": "2026-03-01",
            "previous_event_count": 1,
        },
        "strength_parts": [
            {"part": "base", "points": 80},
            {"part": "further_multiples", "points": 5},
        ],
    }
    assert row["sequence_key"] == "spike"
    assert (row["source_name"], row["source_record_id"]) == ("product", "triple")


def test_parts_are_kept_as_they_are_and_the_sum_is_clamped(warehouse: Warehouse) -> None:
    found = warehouse.rows(
        "select strength, evidence from marts.fct_signals where account_key in "
        "('ten-times.com', 'long-gone.com') "
        "and signal_name in ('usage_spiked', 'usage_dropped_off')"
    )
    sums = {
        row["strength"]: sum(
            part["points"] for part in json.loads(row["evidence"])["strength_parts"]
        )
        for row in found
    }
    assert sums == {100: 120, 0: -30}


def test_a_cool_down_begins_with_a_firing_that_is_in_none(warehouse: Warehouse) -> None:
    """30 days for silences: those from 8 March to 5 April are one, the one of 12 April another."""
    rows = warehouse.rows(
        "select cast(detected_at as varchar) as day, is_in_cool_down as cool "
        "from marts.fct_signals where signal_name = 'usage_dropped_off' "
        "and account_key = 'heard-late.com' order by detected_at"
    )
    assert [(row["day"], row["cool"]) for row in rows] == [
        ("2026-03-08", False),
        ("2026-03-13", True),
        ("2026-03-20", True),
        ("2026-03-27", True),
        ("2026-04-03", True),
        ("2026-04-10", False),
    ]


def test_a_day_is_ranked_by_strength(warehouse: Warehouse) -> None:
    rows = warehouse.rows(
        "select batch_rank, strength from marts.fct_signals where detected_at = '2026-03-08' "
        "order by batch_rank"
    )
    assert [row["batch_rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["strength"] for row in rows] == sorted((r["strength"] for r in rows), reverse=True)
