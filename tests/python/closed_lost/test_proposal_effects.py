"""What an approved suppression held back is counted day by day, and what went out all the same."""

from __future__ import annotations

import json
from datetime import datetime

from python_jobs.closed_lost.proposals import Proposal, decide, insert
from python_jobs.dbt_runner import DbtProject
from python_jobs.warehouse import Warehouse, open_warehouse
from tests.python.closed_lost.lost_deals import Mining

APPROVED = datetime(2026, 6, 20, 9)
MODELS = (
    "path:seeds/registry/suppressions.csv",
    "stg_registry__suppressions",
    "path:models/marts/proposals",
)


def test_effects_are_kept_over_days(mining: Mining) -> None:
    """Ann is held back on two days, Bob was refused anyway, Eve was written to all the same.

    On a third day both were, too, until the queue was made again.
    """
    mining.of()
    with open_warehouse(mining.settings) as warehouse:
        for table in ("proposals", "sync_results"):
            warehouse.execute(f"delete from ops.{table}")
        proposal = Proposal(
            "suppression_rule",
            "Nobody of the industry Gambling is written to.",
            {
                "registry": "suppressions",
                "record_key": "closed_lost:gambling",
                "set": {"kind": "industry", "value": "Gambling", "reason": "it loses"},
                "days": 180,
            },
            [],
            proposal_id="p1",
            created_at=APPROVED,
        )
        angle = Proposal(
            "template_change",
            "First messages on intent_surged ask for what answers it.",
            {
                "registry": "message_angles",
                "record_key": "intent_surged",
                "set": {"call_to_action": "Shall we?"},
            },
            [],
            proposal_id="p2",
            created_at=APPROVED,
        )
        insert(warehouse, [proposal, angle])
        for name in ("p1", "p2"):
            decide(warehouse, name, "approved", "ana", APPROVED)
        warehouse.execute(
            "create or replace table marts.fct_signals as select * from (values "
            "('s1', 'intent_surged'), ('s2', 'usage_spiked')) as t (signal_id, signal_name)"
        )
        for signal, at in (("s1", "2026-06-19"), ("s1", "2026-06-21"), ("s2", "2026-06-21")):
            warehouse.execute(
                "insert into ops.llm_results (task, subject_key, created_at) "
                "values ('first_touch', ?, cast(? as timestamp))",
                [f"ann|{signal}", at],
            )
        warehouse.execute(
            "create or replace table marts.dim_people as select * from (values "
            "('ann', 'ann@bet.example', 'bet.example'), ('eve', 'eve@bet.example', 'bet.example'), "
            "('dan', 'dan@bank.example', 'bank.example')) as t (person_id, email, account_key)"
        )
        warehouse.execute(
            "create or replace table marts.dim_accounts as select * from (values "
            "('bet.example', 'Gambling'), ('bank.example', 'Banking')) as t (account_key, industry)"
        )
        for at, email, outcome in (
            ("2026-06-19", "ann", "written"),  # before
            ("2026-06-25", "eve", "written"),
            ("2026-06-25", "ann", "failed"),
        ):
            warehouse.execute(
                "insert into ops.sync_results (object, record_key, action, outcome, attempted_at) "
                "values ('sequenceState', ?, 'enrol', ?, cast(? as timestamp))",
                [f"{email}@bet.example|3", outcome, at],
            )
        warehouse.execute(
            "insert into ops.sync_results (object, record_key, action, outcome, attempted_at) "
            "values ('sequenceState', 'dan@bank.example|3', 'enrol', 'written', "
            "cast('2026-06-25' as timestamp))"
        )
    project = DbtProject(mining.settings)
    for day, is_anybody in (
        ("2026-06-19", True),  # the queue for the day on which it was approved
        ("2026-06-25", True),
        ("2026-06-25", True),
        ("2026-06-26", True),
        ("2026-06-26", False),
    ):
        with open_warehouse(mining.settings) as warehouse:
            _blocked(warehouse, day)
            if not is_anybody:
                warehouse.execute("delete from marts.activation_blocked where rule = 'suppressed'")
        outcome = project.run(
            *("build", "--exclude-resource-type", "unit_test", "--select", *MODELS),
            variables={"as_of_date": day},
            on_start=lambda *_: None,
        )
        assert not outcome.failures, outcome.failures
    assert mining.rows(
        "select proposal_id, decided_by, day_count, refused_person_count, held_back_person_count, "
        "held_back_account_count, sent_person_count, is_in_force from marts.proposal_effects "
        "where proposal_id = 'p1'"
    ) == [("p1", "ana", 2, 2, 1, 1, 1, True)]
    assert mining.rows(
        "select used_count from marts.proposal_effects where proposal_id = 'p2'"
    ) == [(1,)], "the message in the angle since it was changed"


def _blocked(warehouse: Warehouse, day: str) -> None:
    ours, other = ({"suppression_id": name} for name in ("closed_lost:gambling", "another"))
    rows = [
        ("1", "ann", "s1", "suppressed", ours),
        ("2", "bob", "s2", "suppressed", ours),
        ("3", "bob", "s2", "opted_out", {}),
        ("4", "dan", "s3", "suppressed", other),
    ]
    warehouse.execute(
        "create or replace table marts.activation_blocked (blocked_id varchar, queue_date date, "
        "person_id varchar, account_key varchar, signal_id varchar, signal_name varchar, "
        "rule varchar, evidence varchar)"
    )
    for blocked, person, signal, rule, evidence in rows:
        warehouse.execute(
            "insert into marts.activation_blocked values (?, cast(? as date), ?, 'bet.example', ?, "
            "'usage_spiked', ?, ?)",
            [blocked, day, person, signal, rule, json.dumps(evidence)],
        )
