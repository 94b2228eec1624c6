"""Killed at any step, and applied again: every record is written once, nobody is enrolled twice.

Two sandboxes of one world get the same plans, round by round. Before the first the apply is left
alone; before the second it is killed (SIGKILL) at steps drawn by a seed, and begun again, until it
ends by itself. A step is a moment before or after a call to the vendor or a statement to the
warehouse. Then both vendors must hold the same, and as much as was planned.

``GTM_KILLS`` sets how many kills there are: make kills.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from python_jobs.http import Api
from python_jobs.sandbox.commands import RunningSandbox, started_sandbox
from python_jobs.warehouse import DuckDBWarehouse
from tests.conftest import TINY
from tests.python.activate.conftest import env_of
from tests.python.activate.desk import Desk, Row, link, row

KILLS = int(os.environ.get("GTM_KILLS", "20"))
DESTINATIONS = ("salesforce", "outreach")
SEQUENCE, MAILBOX = "3", "1"
UPDATED, MADE, PEOPLE = 12, 6, 4
MOST_STEPS = 90
"""About the steps of one apply, left alone."""

# Processes that have everything imported already, so that a kill falls into the work itself.
READY = multiprocessing.get_context("forkserver")
READY.set_forkserver_preload(
    [
        "pytest",
        "python_jobs.cli",
        "python_jobs.activate.apply",
        "python_jobs.activate.destinations.outreach",
        "python_jobs.activate.destinations.salesforce",
        "python_jobs.registry.journal",
    ]
)


def apply_until(step: int, env: dict[str, str], plan: Row) -> None:
    """Apply, and be killed at that step if it comes to it."""
    left = iter(range(step, -1, -1))

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            passed(next(left, -1))
            result = function(*args, **options)
            passed(next(left, -1))
            return result

        return call

    def passed(steps_left: int) -> None:
        if steps_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    Api._send = counted(Api._send)  # type: ignore[method-assign]
    DuckDBWarehouse.execute = counted(DuckDBWarehouse.execute)  # type: ignore[method-assign]
    printed = Desk(env).apply(plan)
    # killed after its last step, it is over
    if printed.code and "has been applied already" not in printed.said:
        raise SystemExit(printed.said)


def planned(number: int, accounts: list[Row], prospects: list[str]) -> list[Row]:
    """What one round wants: no two rounds want the same."""
    rows = [
        row(
            "Account",
            account["Domain__c"],
            {"Intent_Score__c": number + place / 100, "Intent_Top_Lane__c": f"lane {number}"},
            external_id=account["Id"],
            before={
                "Intent_Score__c": number - 1 + place / 100 if number else None,
                "Intent_Top_Lane__c": f"lane {number - 1}" if number else None,
            },
        )
        for place, account in enumerate(accounts)
    ]
    for place in range(MADE):
        domain = f"round{number}-{place}.example"
        email = f"jane@{domain}"
        to_account = link("Account", domain)
        rows += [
            row("Account", domain, {"Name": domain, "Intent_Score__c": place}),
            row(
                "Contact",
                email,
                {"LastName": f"Jane {number} {place}", "Email": email, "Title": None},
                links={"AccountId": to_account},
            ),
            row(
                "Task",
                f"{domain}|hot|2026-07-01",
                {"Subject": f"Hot {number} {place}", "ActivityDate": "2026-07-01"},
                links={"WhatId": to_account},
            ),
        ]
    for place in range(PEOPLE):
        email = f"sam@round{number}-{place}.example"
        rows += [
            row("prospect", email, {"firstName": "Sam", "custom3": str(number)}),
            row(
                "sequenceState",
                f"{email}|{SEQUENCE}",
                {},
                action="enrol",
                links={
                    "prospect": link("prospect", email),
                    "sequence": {"external_id": SEQUENCE},
                    "mailbox": {"external_id": MAILBOX},
                },
            ),
        ]
    rows += [
        row(
            "prospect",
            f"known {place}",
            {"custom9": f"round {number}"},
            external_id=prospect,
            key_value=f"known{place}@nobody.example",
            before={"custom9": f"round {number - 1}" if number else None},
        )
        for place, prospect in enumerate(prospects)
    ]
    return rows


def held_of_round(desk: Desk, number: int) -> dict[str, Any]:
    """What the vendors hold of a round, without ids: they follow the order of trying."""
    name = f"round{number}-%"
    enrolled: Counter[str] = Counter()
    people = {}
    outreach = desk.api("outreach")
    for place in range(PEOPLE):
        email = f"sam@round{number}-{place}.example"
        found = outreach.json("GET", "/prospects", params={"filter[emails]": email})["data"]
        people[email] = [one["attributes"]["custom3"] for one in found]
        for one in found:
            states = outreach.json(
                "GET", "/sequenceStates", params={"filter[prospect][id]": one["id"]}
            )["data"]
            enrolled[email] += len(states)
    lane = f"Intent_Top_Lane__c = 'lane {number}'"
    return {
        "updated": desk.soql(
            f"SELECT Domain__c, Intent_Score__c FROM Account WHERE {lane} ORDER BY Domain__c"
        ),
        "made": desk.soql(
            "SELECT Domain__c, Name, Intent_Score__c FROM Account "
            f"WHERE Domain__c LIKE '{name}' ORDER BY Domain__c"
        ),
        "contacts": [
            {"Email": one["Email"], "LastName": one["LastName"], "of": one["Account"]["Domain__c"]}
            for one in desk.soql(
                "SELECT Email, LastName, Account.Domain__c FROM Contact "
                f"WHERE Email LIKE '%@{name}' ORDER BY Email"
            )
            if one["Email"].startswith("jane@")
        ],
        "tasks": desk.soql(
            f"SELECT Subject, ActivityDate FROM Task WHERE Subject LIKE 'Hot {number} %' "
            "ORDER BY Subject"
        ),
        "people": people,
        "enrolled": enrolled,
    }


@pytest.fixture(scope="module")
def sandboxes() -> Iterator[tuple[RunningSandbox, RunningSandbox]]:
    with started_sandbox(TINY) as calm, started_sandbox(TINY) as killed:
        yield calm, killed


def test_killed_anywhere_every_record_is_written_once(
    sandboxes: tuple[RunningSandbox, RunningSandbox], tmp_path: Path
) -> None:
    draws = random.Random(4)
    calm, killed = (
        Desk(env_of(sandbox, tmp_path / name))
        for sandbox, name in zip(sandboxes, ("calm", "killed"), strict=True)
    )
    for desk, name in ((calm, "calm"), (killed, "killed")):
        (tmp_path / name).mkdir()
        desk.prepare()
    accounts = calm.soql(
        f"SELECT Id, Domain__c FROM Account WHERE Domain__c != null ORDER BY Id LIMIT {UPDATED}"
    )
    prospects = [str(number) for number in range(1, UPDATED + 1)]
    kills, number = 0, 0
    while kills < KILLS:
        rows = planned(number, accounts, prospects)
        for desk in (calm, killed):
            desk.says(rows)
        for destination in DESTINATIONS:
            done = calm.apply(calm.plan(destination))
            assert done.code == 0, done.said
            plan = killed.plan(destination)
            assert plan["status"] == "planned", plan["guards"]
            while True:
                child = READY.Process(
                    target=apply_until, args=(draws.randrange(MOST_STEPS), killed.env, plan)
                )
                child.start()
                child.join()
                if child.exitcode != -signal.SIGKILL:
                    assert child.exitcode == 0, f"round {number} {destination}"
                    break
                kills += 1
        left_alone, begun_again = held_of_round(calm, number), held_of_round(killed, number)
        assert begun_again == left_alone, f"round {number}"
        sizes = {name: len(held) for name, held in begun_again.items()}
        assert sizes == {
            "updated": UPDATED,
            "made": MADE,
            "contacts": MADE,
            "tasks": MADE,
            "people": PEOPLE,
            "enrolled": PEOPLE,
        }
        assert set(begun_again["enrolled"].values()) == {1}
        number += 1
    print(f"\n{kills} kills in {number} rounds: the same as without, nobody enrolled twice")
    written = killed.rows(
        "select destination, object, record_key, plan_id, count(*) as n from ops.sync_results "
        "where outcome = 'written' group by all having count(*) > 1"
    )
    assert written == [], "a record has one result that says written, however often it was begun"
