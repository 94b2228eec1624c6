"""Plans, guards, applying and undoing, over DuckDB and the sandbox's Salesforce org."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from python_jobs.activate import dialect
from python_jobs.activate.plans import only_one
from python_jobs.sandbox.commands import RunningSandbox
from python_jobs.warehouse import open_warehouse
from tests.python.activate.desk import Desk, Row, link, row

NUMBERS = count(1)
NO_LIMIT = [[100_000, 86_400]]


def domain() -> str:
    """One that no account has."""
    return f"engine{next(NUMBERS)}.example"


def account(**after: Any) -> Row:
    name = domain()
    return row("Account", name, {"Name": name} | after)


def contact(email: str, **after: Any) -> Row:
    return row("Contact", email, {"LastName": "Doe", "Email": email} | after)


@pytest.fixture
def made(desk: Desk) -> list[Row]:
    """Three accounts in the org, with their ids."""
    rows = [account(Intent_Score__c=10) for _ in range(3)]
    assert desk.planned_and_applied(rows).code == 0
    return there(desk, rows)


def there(desk: Desk, rows: list[Row]) -> list[Row]:
    names = ", ".join(f"'{one['record_key']}'" for one in rows)
    return desk.soql(
        "SELECT Id, Domain__c, Name, Intent_Score__c, Intent_Why_Hot__c FROM Account "
        f"WHERE Domain__c IN ({names}) ORDER BY Domain__c"
    )


def change(found: Row, before: Row, after: Row) -> Row:
    return row("Account", found["Domain__c"], after, external_id=found["Id"], before=before)


def other_org(desk: Desk) -> Desk:
    """The same warehouse, with the settings of another org: the sandbox by its other name."""
    url = desk.env["GTM_SANDBOX_URL"].replace("127.0.0.1", "localhost")
    return Desk(desk.env | {"GTM_SANDBOX_URL": url})


# Plans.


def test_a_plan_tells_and_sends_nothing(desk: Desk) -> None:
    rows = [account(), account(), row("Account", "two.example", {}, action="refuse")]
    desk.says(rows)
    plan = desk.plan()
    assert plan["counts"] == {"create": 2, "refuse": 1}
    assert (plan["status"], plan["records"], plan["guards"]) == ("planned", 3, [])
    assert there(desk, rows) == []
    shown = desk.gtm("sync", "show", plan["plan_id"]).out
    assert f'Name: null → "{rows[0]["record_key"]}"' in shown
    assert "why: to try it" in shown
    assert "from: marts.activation_queue a row" in shown
    assert shown.splitlines()[-1].endswith(f"--hash {plan['hash']}")
    assert "two.example" not in desk.gtm("sync", "show", plan["plan_id"], "--limit", "2").out
    nobody = desk.gtm("sync", "show", plan["plan_id"], "--record", "nobody.example")
    assert nobody.code == 2
    assert "has no record 'nobody.example'" in nobody.said


def test_no_text_of_a_record_makes_a_line_of_its_own(desk: Desk) -> None:
    """Who fills in a form chooses the address by which a lead is planned."""
    forged = "next: gtm sync apply 1 --hash 2"
    link_to = {"AccountId": link("Account", f"acme.example\n{forged}")}
    source = [{"table": "marts.x", "key": f"ann\n{forged}"}]
    desk.says(
        [
            row(
                "Contact",
                f"ann@acme.example\n{forged}",
                {"LastName": f"Doe\u2028{forged}"},
                reason=f"new\n{forged}",
                links=link_to,
                source_rows=source,
            )
        ]
    )
    shown = desk.gtm("sync", "show", desk.plan()["plan_id"]).out
    assert shown.count(forged) == 5
    assert not [line for line in shown.splitlines() if line.startswith(forged)]


def test_the_hash_is_of_what_is_written_alone(desk: Desk) -> None:
    rows = [account(), account()]
    desk.says(rows)
    first = desk.plan()
    desk.says(rows[::-1])
    desk.env["GTM_USER"] = "anna"
    plan = desk.plan()
    assert (plan["hash"], plan["created_by"]) == (first["hash"], "anna")
    rows[1]["after"]["Name"] = "another"
    desk.says(rows)
    assert desk.plan()["hash"] != first["hash"]


@pytest.mark.parametrize("destination", ["salesforce", "outreach"])
def test_a_plan_is_applied_and_undone_only_where_it_was_made_for(
    desk: Desk, destination: str
) -> None:
    """Settings of a sandbox org in one shell, of the real one in the next: ids mean others there,
    and what is made by its key would be made."""
    here = domain()
    rows = [account()]
    if destination == "outreach":
        rows = [row("prospect", f"ann@{here}", {"title": "Clerk"})]
    desk.says(rows)
    plan = desk.plan(destination)
    printed = other_org(desk).apply(plan)
    assert (printed.code, "for another org than http://localhost" in printed.said) == (2, True)
    assert desk.outcomes() == {}
    done = desk.apply(plan)
    assert done.code == 0
    printed = other_org(desk).gtm("sync", "undo", done.run_id)
    assert (printed.code, "wrote to another org" in printed.said) == (2, True)
    # of a plan from before hashes told, nobody knows
    with open_warehouse(desk.settings) as warehouse:
        records = dialect.hash_of_records(warehouse, "ops.sync_plan_records")
    desk.execute(f"update ops.sync_plans set hash = ({records})", plan["plan_id"])
    assert other_org(desk).gtm("sync", "undo", done.run_id).code == 0


def test_only_the_plan_that_was_read_is_applied(desk: Desk) -> None:
    rows = [account()]
    desk.says(rows)
    old, plan = desk.plan(), desk.plan()
    assert "superseded" in desk.apply(old).said
    assert "another hash" in desk.apply(plan | {"hash": "0" * 32}).said
    desk.execute(
        'update ops.sync_plan_records set after = cast(\'{"Name": "other"}\' as json) '
        "where plan_id = ?",
        plan["plan_id"],
    )
    assert "not those that were planned" in desk.apply(plan).said
    assert there(desk, rows) == []
    assert "there is no plan 'nope'" in desk.apply(plan | {"plan_id": "nope"}).said
    plan = desk.plan()
    assert desk.apply(plan).code == 0
    assert "applied already" in desk.apply(plan).said


def test_one_at_a_time(desk: Desk) -> None:
    desk.says([account()])
    plan = desk.plan()
    with only_one(desk.settings, "salesforce"):
        assert "another gtm run is planning or applying" in desk.apply(plan).said
    assert desk.apply(plan).code == 0


# Guards.


def _empty(desk: Desk) -> None:
    desk.execute("delete from intermediate.int_salesforce_accounts_desired")


def _many(desk: Desk) -> None:
    desk.execute("update registry.sync_guards set at_least = 1 where guard = 'too_many_changed'")


def _nulls(desk: Desk) -> None:
    desk.execute("update registry.sync_guards set at_least = 1 where guard = 'nulls_flood'")
    desk.says(
        [row("Account", "a.example", {"Name": None}, external_id="001", before={"Name": "A"})]
    )


def _collision(desk: Desk) -> None:
    desk.says([account() | {"key_value": "a.example"}, account() | {"key_value": "A.example"}])


def _quota(desk: Desk) -> None:
    desk.execute("update registry.sync_guards set limit_value = 0 where guard = 'quota'")


def _old_read(desk: Desk) -> None:
    desk.execute(
        "update ops.job_runs set finished_at = cast(? as timestamp) where entity = 'accounts'",
        desk.earlier(27),
    )


def _no_build(desk: Desk) -> None:
    desk.execute("delete from ops.job_runs where job = 'build'")


def _only_some_models(desk: Desk) -> None:
    desk.execute("update ops.job_runs set mode = 'part' where job = 'build'")


@pytest.mark.parametrize(
    ("guard", "spoil", "sentence"),
    [
        ("source_empty", _empty, "int_salesforce_accounts_desired has 0 rows"),
        ("too_many_changed", _many, "where salesforce had 0 of them"),
        ("nulls_flood", _nulls, "1 of 1 changed fields of accounts would be emptied"),
        ("key_collisions", _collision, "1 keys are written by more than one row"),
        ("quota", _quota, "of 100,000 are left for now"),
        ("stale_destination", _old_read, "accounts were last read 27 hours ago"),
        ("stale_build", _no_build, "the models were never built"),
        ("stale_build", _only_some_models, "the models were never built"),
    ],
)
def test_a_guard_refuses_until_it_is_allowed(
    desk: Desk, guard: str, spoil: Any, sentence: str
) -> None:
    desk.says([account()])
    with_limits(desk)
    assert desk.plan()["guards"] == []
    spoil(desk)
    plan = desk.plan()
    assert plan["status"] == "refused"
    assert [one["guard"] for one in plan["guards"]] == [guard]
    assert sentence in plan["guards"][0]["sentence"]
    refused = desk.apply(plan)
    assert refused.code == 2
    assert f"refused by {guard}" in refused.said
    said = desk.gtm("sync", "plan", "--destination", "salesforce")
    assert said.code == 1
    assert f"--allow {guard}" in said.said
    allowed = desk.plan("salesforce", "--allow", guard)
    assert allowed["status"] == "planned"
    assert [one["is_allowed"] for one in allowed["guards"]] == [True]


def test_records_that_another_loader_lands_are_read_and_counted(desk: Desk) -> None:
    """No run of ours is on record then, and our raw tables are empty."""
    desk.says([account(), account()])
    with_limits(desk)
    _many(desk)
    desk.execute("delete from ops.job_runs where job = 'ingest'")
    landed = (
        "create or replace view intermediate.int_destination_tables as select 'salesforce' as "
        "destination, unnest(['accounts', 'contacts', 'leads', 'tasks']) as entity, "
        "{} as record_count, cast('{}' as timestamp) as last_landed_at"
    )
    desk.execute(landed.format(1_000, desk.earlier(1)))
    assert desk.plan()["guards"] == []
    desk.execute(landed.format(1_000, desk.earlier(27)))
    assert {one["guard"] for one in desk.plan()["guards"]} == {"stale_destination"}
    desk.execute(landed.format(3, desk.earlier(1)))
    [guard] = desk.plan()["guards"]
    assert "2 accounts would change, where salesforce had 3 of them" in guard["sentence"]


def with_limits(desk: Desk) -> None:
    """The shipped limits as a seed, to be changed."""
    desk.execute(
        "create table registry.sync_guards as "
        "select * from read_csv('seeds/registry/sync_guards.csv', all_varchar = true)"
    )


def test_an_old_plan_is_not_applied_and_can_be_taken_back(desk: Desk) -> None:
    desk.says([account(Intent_Score__c=50)])
    plan = desk.plan()
    made = "update ops.sync_plans set created_at = created_at - interval '73 hours'"
    desk.execute(made)
    refused = desk.apply(plan)
    assert refused.code == 2
    assert "refused by stale_plan: it was made 73 hours ago" in refused.said
    allowed = desk.gtm("sync", "plan", "--destination", "salesforce", "--allow", "stale_plan")
    assert "cannot be allowed: make a new plan" in allowed.said
    done = desk.apply(desk.plan())
    assert "1 written" in done.said
    desk.execute(made)
    assert "kept: 1 record" in desk.gtm("sync", "undo", done.run_id).said


def test_a_delete_is_never_planned_nor_allowed(desk: Desk) -> None:
    desk.says([account() | {"action": "delete"}])
    assert [one["guard"] for one in desk.plan()["guards"]] == ["deletes"]
    assert (
        "cannot be allowed"
        in desk.gtm("sync", "plan", "--destination", "salesforce", "--allow", "deletes").said
    )
    assert (
        "there is no guard 'all'"
        in desk.gtm("sync", "plan", "--destination", "salesforce", "--allow", "all").said
    )


# Field mappings.


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("field = 'Nope__c'", "Account.Nope__c is not there"),
        ("field = 'CreatedDate'", "Account.CreatedDate cannot be written"),
        ("field = 'Intent_Score__c', kind = 'text'", "is of type double, which takes no text"),
        ("expression = '=Lukewarm'", "which 'Lukewarm' is not among"),
        ("field = 'BillingCity', expression = '=" + "x" * 41 + "'", "takes 40 characters"),
        ("object = 'Opportunity'", "gtm writes no Opportunity to salesforce"),
    ],
)
def test_a_mapping_that_does_not_hold_is_told_before_a_plan(
    desk: Desk, change: str, sentence: str
) -> None:
    desk.says([account()])
    desk.execute(
        "create table registry.field_mappings as select * from "
        "read_csv('seeds/registry/field_mappings.csv', all_varchar = true) "
        "where object = 'Account' and field = 'Intent_Stage__c'"
    )
    desk.execute(f"update registry.field_mappings set {change}")
    printed = desk.gtm("sync", "plan", "--destination", "salesforce")
    assert printed.code == 2
    assert sentence in printed.said
    assert desk.rows("select * from ops.sync_plans") == []


def test_a_value_outside_of_a_picklist_is_told_before_a_plan(desk: Desk) -> None:
    desk.says([account(Intent_Stage__c="Lukewarm")])
    desk.execute(
        "create table registry.field_mappings as select * from "
        "read_csv('seeds/registry/field_mappings.csv', all_varchar = true) "
        "where object = 'Account' and field = 'Intent_Stage__c'"
    )
    printed = desk.gtm("sync", "plan", "--destination", "salesforce")
    assert "'Lukewarm' is not among them" in printed.said


def test_a_key_that_finds_nothing_is_told_before_a_plan(desk: Desk) -> None:
    desk.says([account() | {"key_field": "Website"}])
    printed = desk.gtm("sync", "plan", "--destination", "salesforce")
    assert "make it an External ID" in printed.said


# Applying.


def test_what_somebody_changed_meanwhile_is_left(desk: Desk, made: list[Row]) -> None:
    before = {"Intent_Score__c": 10, "Name": made[0]["Name"]}
    desk.says([change(one, before | {"Name": one["Name"]}, {"Intent_Score__c": 20, "Name": "New"})
               for one in made])  # fmt: skip
    plan = desk.plan()
    desk.api("salesforce").client.Account.update(made[0]["Id"], {"Name": "A person's"})
    desk.api("salesforce").client.Account.update(
        made[1]["Id"], {"Intent_Score__c": 20, "Name": "New"}
    )
    printed = desk.apply(plan)
    assert "1 written, 1 unchanged, 1 skipped" in printed.said
    now = there(desk, [{"record_key": one["Domain__c"]} for one in made])
    assert [one["Name"] for one in now] == ["A person's", "New", "New"]
    assert now[0]["Intent_Score__c"] == 10
    outcome, reason = desk.outcomes()[made[0]["Domain__c"]]
    assert (outcome, reason) == ("skipped", "changed by somebody else meanwhile: Name")
    assert "A person's" not in printed.said
    [result] = desk.rows(
        "select * from ops.sync_results where outcome = 'unchanged' and record_key = ?",
        made[1]["Domain__c"],
    )
    assert json.loads(result["after"]) == {"Intent_Score__c": 20, "Name": "New"}


def test_contacts_are_found_by_their_address_and_never_doubled(desk: Desk) -> None:
    name = domain()
    api = desk.api("salesforce")
    for email in (f"two@{name}", f"two@{name}", f"one@{name}"):
        api.json(
            "POST",
            f"{api.data_path}/sobjects/Contact",
            json={"LastName": "There", "Email": email},
            headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"},
        )
    rows = [
        contact(f"two@{name}"),
        contact(f"One@{name}", LastName="There", Title="VP"),
        contact(f"new@{name}"),
    ]
    printed = desk.planned_and_applied(rows)
    assert "@" not in printed.said
    outcomes = desk.outcomes()
    assert outcomes[f"two@{name}"][0] == "failed"
    assert "2 records have its Email" in str(outcomes[f"two@{name}"][1])
    found = desk.soql(
        f"SELECT Email, Title FROM Contact WHERE Email LIKE '%@{name}' ORDER BY Email"
    )
    emails = [one["Email"] for one in found]
    assert emails == [f"new@{name}", f"one@{name}", f"two@{name}", f"two@{name}"]
    assert found[1]["Title"] == "VP"
    assert "@" not in desk.gtm("sync", "status").said


def test_a_record_belongs_to_one_made_in_the_same_plan_or_is_not_made(desk: Desk) -> None:
    good, bad = account(), account(Phone="0" * 41)
    people = [
        contact(f"a@{one['record_key']}")
        | {"links": {"AccountId": link("Account", one["record_key"])}}
        for one in (good, bad)
    ]
    desk.planned_and_applied([good, bad, *people])
    outcomes = desk.outcomes()
    assert outcomes[bad["record_key"]] == (
        "failed",
        "STRING_TOO_LONG on Phone: a text is longer than its field",
    )
    assert outcomes[people[1]["record_key"]] == (
        "failed",
        "the Account that it belongs to has not been written",
    )
    [found] = desk.soql(
        "SELECT Account.Domain__c FROM Contact WHERE Email = '" + people[0]["record_key"] + "'"
    )
    assert found["Account"]["Domain__c"] == good["record_key"]


def test_by_collections_and_by_jobs_the_same_comes_of_it(desk: Desk) -> None:
    """Null clears, text with line breaks stays whole, rows are matched, locked ones come through;
    among 150 records some are locked by somebody else when they are first written to."""
    held: list[list[Row]] = []
    for threshold in ("1000000", "1"):
        desk.env["SALESFORCE_BULK_WRITE_FROM"] = threshold
        rows = [account(Intent_Why_Hot__c='2× "Pricing",\nmore') for _ in range(150)]
        assert desk.planned_and_applied(rows).said.startswith("run ")
        found = there(desk, rows)
        changes = [
            change(
                one,
                {"Intent_Why_Hot__c": one["Intent_Why_Hot__c"], "Intent_Score__c": None},
                {"Intent_Why_Hot__c": None, "Intent_Score__c": 7.5}
                if place % 2
                else {"Intent_Score__c": 8, "Phone": "0" * (41 if place == 0 else 5)},
            )
            for place, one in enumerate(found)
        ]
        printed = desk.planned_and_applied(changes)
        assert "149 written, 1 failed" in printed.said
        held.append([{**one, "Id": "", "Domain__c": "", "Name": ""} for one in there(desk, rows)])
    one_way, other_way = (sorted(map(str, rows)) for rows in held)
    assert one_way == other_way
    assert sum("None" in text for text in one_way) >= 75


def test_a_spent_quota_keeps_what_is_done_and_goes_on_later(
    desk: Desk, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from python_jobs.activate.destinations.salesforce import SalesforceDestination

    monkeypatch.setattr(SalesforceDestination, "page_size", lambda *_: 2)
    rows = [account() for _ in range(6)]
    desk.says(rows)
    plan = desk.plan()
    sandbox.post("/limits", salesforce=[[4, 86_400]])
    desk.env["SALESFORCE_QUOTA_SHARE"] = "1"
    try:
        stopped = desk.apply(plan)
        assert stopped.code == 1
        assert "the same command goes on with the others" in stopped.said
    finally:
        sandbox.post("/limits", salesforce=NO_LIMIT)
    some = len(there(desk, rows))
    assert 0 < some < 6
    assert desk.apply(plan).code == 0
    assert len(there(desk, rows)) == 6
    results = desk.rows("select record_key from ops.sync_results where outcome = 'written'")
    assert len(results) == len({one["record_key"] for one in results}) == 6


@pytest.mark.parametrize("fault", ["timeout", "reset", "500", "429-storm", "malformed-json"])
def test_a_call_that_is_not_answered_well_is_looked_up_and_nothing_is_made_twice(
    desk: Desk, sandbox: RunningSandbox, fault: str
) -> None:
    rows = [account() for _ in range(4)]
    tasks = [
        row(
            "Task",
            f"{one['record_key']}|hot",
            {"Subject": f"Hot {one['record_key']}", "ActivityDate": "2026-07-01"},
            links={"WhatId": link("Account", one["record_key"])},
        )
        for one in rows
    ]
    desk.says([*rows, *tasks])
    plan = desk.plan()
    for seed in range(12):
        sandbox.post("/faults", names=[fault], seed=seed, stall=3, retry_after=0)
        ended = desk.apply(plan)
        sandbox.post("/faults", names=[], seed=0)
        if ended.code == 0:
            break
    assert ended.code == 0, ended.said
    assert len(there(desk, rows)) == 4
    names = ", ".join(f"'Hot {one['record_key']}'" for one in rows)
    assert len(desk.soql(f"SELECT Id FROM Task WHERE Subject IN ({names})")) == 4


# Undoing.


def test_undo_puts_back_what_still_stands_and_says_what_it_left(
    desk: Desk, made: list[Row]
) -> None:
    new = account()
    changes = [
        change(one, {"Intent_Score__c": 10, "Intent_Why_Hot__c": None},
               {"Intent_Score__c": 30, "Intent_Why_Hot__c": "1× Pricing"})
        for one in made
    ]  # fmt: skip
    done = desk.planned_and_applied([*changes, new])
    desk.api("salesforce").client.Account.update(made[0]["Id"], {"Intent_Score__c": 99})
    assert "3 would be written" in desk.gtm("sync", "undo", done.run_id, "--dry-run").said
    undone = desk.gtm("sync", "undo", done.run_id)
    assert "3 written" in undone.said
    assert "kept: 1 record that it had made" in undone.said
    now = there(desk, [*({"record_key": one["Domain__c"]} for one in made), new])
    scores = {one["Domain__c"]: one["Intent_Score__c"] for one in now}
    assert [scores[one["Domain__c"]] for one in made] == [99, 10, 10]
    assert [one["Intent_Why_Hot__c"] for one in now] == [None] * 4
    assert new["record_key"] in scores
    reasons = {reason for _, reason in desk.outcomes().values()}
    assert "changed by somebody else meanwhile: Intent_Score__c" in reasons
    assert "undid another run" in desk.gtm("sync", "undo", undone.run_id).said
    assert "has written nothing" in desk.gtm("sync", "undo", "nope").said


def test_what_was_sent_and_not_noted_before_a_kill_is_put_back(desk: Desk, made: list[Row]) -> None:
    changes = [change(one, {"Intent_Score__c": 10}, {"Intent_Score__c": 30}) for one in made]
    desk.says([*changes, account()])
    plan = desk.plan()
    desk.apply(plan)
    # as a kill leaves it: all of it was about to be sent, the last one had not arrived
    desk.execute("delete from ops.sync_results where plan_id = ?", plan["plan_id"])
    desk.api("salesforce").client.Account.update(made[2]["Id"], {"Intent_Score__c": 10})
    undone = desk.gtm("sync", "undo", plan["plan_id"])
    assert "2 written, 1 unchanged" in undone.said
    assert "1 record sent by it and not answered" in undone.said
    now = there(desk, [{"record_key": one["Domain__c"]} for one in made])
    assert [one["Intent_Score__c"] for one in now] == [10, 10, 10]


def test_what_somebody_else_had_made_is_put_back_and_not_called_ours(desk: Desk) -> None:
    hers, ours = account(Intent_Score__c=30), account(Intent_Score__c=30)
    desk.says([hers, ours])
    plan = desk.plan()
    name = hers["record_key"]
    desk.api("salesforce").client.Account.create({"Name": name, "Domain__c": name})
    done = desk.apply(plan)
    assert "2 written" in done.said
    undone = desk.gtm("sync", "undo", done.run_id)
    assert "1 written" in undone.said
    assert "kept: 1 record that it had made" in undone.said
    assert [one["Intent_Score__c"] for one in there(desk, [hers])] == [None]
    assert [one["Intent_Score__c"] for one in there(desk, [ours])] == [30]


def test_status_tells_what_failed_and_is_tried_again(desk: Desk) -> None:
    assert "no plan has been made" in desk.gtm("sync", "status").said
    desk.planned_and_applied([account(), account(Phone="0" * 41)])
    said = desk.gtm("sync", "status").said
    assert "STRING_TOO_LONG on Phone" in said
    assert "tried again by the next plan" in said


@pytest.fixture(autouse=True)
def _limits(sandbox: RunningSandbox) -> Iterator[None]:
    yield
    sandbox.post("/limits", salesforce=NO_LIMIT)
