"""The same plan, apply and undo with the warehouse on Snowflake (its emulator)."""

from __future__ import annotations

from pathlib import Path

from python_jobs.sandbox.commands import RunningSandbox
from tests.emulator import emulator
from tests.python.activate.conftest import env_of
from tests.python.activate.desk import Desk, link, row

ROWS = [
    row("Account", "flake.example", {"Name": "Flake — ärger", "Intent_Score__c": 5}),
    row(
        "Contact",
        "jane@flake.example",
        {"LastName": "Doe", "Email": "jane@flake.example", "Title": None},
        links={"AccountId": link("Account", "flake.example")},
    ),
    row("Account", "two.example", {}, action="refuse", reason="two accounts have this domain"),
]


def test_plan_apply_and_undo_on_snowflake(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with emulator() as env:
        desk = Desk(env_of(sandbox, tmp_path) | env)
        desk.prepare()
        desk.says(ROWS)
        plan = desk.plan()
        assert (plan["status"], plan["counts"]) == ("planned", {"create": 2, "refuse": 1})
        done = desk.apply(plan)
        assert done.code == 0, done.said
        [found] = desk.soql(
            "SELECT Id, Name, Intent_Score__c FROM Account WHERE Domain__c = 'flake.example'"
        )
        assert (found["Name"], found["Intent_Score__c"]) == ("Flake — ärger", 5)
        assert desk.outcomes() == {
            "flake.example": ("written", None),
            "jane@flake.example": ("written", None),
            "two.example": ("skipped", "two accounts have this domain"),
        }
        update = row(
            "Account",
            "flake.example",
            {"Intent_Score__c": None, "Intent_Why_Hot__c": "1× Pricing"},
            external_id=found["Id"],
            before={"Intent_Score__c": 5, "Intent_Why_Hot__c": None},
        )
        run_id = desk.planned_and_applied([update]).run_id
        assert "1 written" in desk.gtm("sync", "undo", run_id).said
        [found] = desk.soql(
            "SELECT Intent_Score__c, Intent_Why_Hot__c FROM Account "
            "WHERE Domain__c = 'flake.example'"
        )
        assert (found["Intent_Score__c"], found["Intent_Why_Hot__c"]) == (5, None)
        assert "kept: 2 records" in desk.gtm("sync", "undo", plan["plan_id"]).said
        assert "Flake" in desk.gtm("sync", "show", plan["plan_id"]).out
        assert plan["plan_id"] in desk.gtm("sync", "status").out
