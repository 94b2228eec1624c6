"""What is proposed acts once a person has approved it, by her name, and can be taken back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from python_jobs import cli
from python_jobs.closed_lost.proposals import Proposal, decide, read_proposals
from python_jobs.closed_lost.proposing import propose
from python_jobs.errors import ConfigurationError
from python_jobs.registry.edits import Edit, revert
from python_jobs.registry.journal import append, read_registries
from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse

NOW = datetime(2026, 7, 1, 9)


@pytest.fixture
def settings(tmp_path) -> Settings:
    """What proposals are made from: an industry that loses, an objection, one beyond the brief."""
    settings = Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=tmp_path / "w.duckdb")
    evidence = [
        {"id": "market:industry:Gambling", "text": "9 of 9 lost"},
        {"id": "objection:pricing", "text": "3 lost deals"},
    ]
    with open_warehouse(settings) as warehouse:
        for schema in ("intermediate", "marts", "enrich"):
            warehouse.execute(f"create schema {schema}")
        warehouse.execute(
            "create table intermediate.int_closed_lost_settings as select 180 as suppression_days, "
            "3 as change_min_deals, 180 as proposal_rest_days"
        )
        warehouse.execute(
            "create table marts.closed_lost_segments as select * from (values "
            "('Gambling', 'industry:Gambling', 'industry', 'deprioritise'), "
            "('1-49', 'company_size:1-49', 'company_size', 'deprioritise'), "
            "('Banking', 'industry:Banking', 'industry', 'as_others')"
            ") as t (segment, segment_key, segment_type, verdict)"
        )
        warehouse.execute(
            "create table marts.closed_lost_objections as select * from (values "
            "('pricing', 'Price', 'Name the cost of a file.', 'Shall we work out the cost?', "
            "true, 3, 1), "
            "('unclear', 'Unclear', 'Say it plainly.', 'What is unclear?', true, 2, 2), "
            "('timing', 'Timing', 'Ask for little time.', 'When is a good time?', true, 3, 3)) "
            "as t (category, label, messaging, call_to_action, is_objection, primary_deal_count, "
            "objection_rank)"
        )
        warehouse.execute("create table enrich.closed_lost_brief_inputs (evidence json)")
        warehouse.execute(
            "insert into enrich.closed_lost_brief_inputs values (?)", [json.dumps(evidence)]
        )
    return settings


def _by_kind(settings: Settings) -> dict[str, Proposal]:
    with open_warehouse(settings) as warehouse:
        return {each.kind: each for each in read_proposals(warehouse)}


def test_figures_are_proposed_once_and_change_nothing_by_themselves(settings: Settings) -> None:
    assert len(propose(settings)) == 4
    assert propose(settings) == []
    found = _by_kind(settings)
    with open_warehouse(settings) as warehouse:
        wishes = {(each.kind, each.payload["record_key"]) for each in read_proposals(warehouse)}
    assert wishes == {
        ("suppression_rule", "closed_lost:gambling"),
        ("prompt_change", "default"),
        ("template_change", "outreach:call_to_action"),
        # it asks the same, and its sentence goes before the setting
        ("template_change", "intent_surged"),
    }
    assert found["suppression_rule"].evidence[0]["text"] == "9 of 9 lost"
    assert found["prompt_change"].evidence == [{"id": "objection:pricing", "text": "3 lost deals"}]
    assert all(each.evidence for each in found.values())
    with open_warehouse(settings) as warehouse:
        assert read_registries(warehouse).changes == []


def test_approved_suppression_is_dated_attributed_and_reversible(settings: Settings) -> None:
    propose(settings)
    wish = _by_kind(settings)["suppression_rule"]
    with open_warehouse(settings) as warehouse:
        decided = decide(warehouse, wish.proposal_id, "approved", "ana", NOW, "agreed")
        registries = read_registries(warehouse)
        row = registries.effective("suppressions")["closed_lost:gambling"].values
        assert (row["kind"], row["value"]) == ("industry", "Gambling")
        assert (row["approved_by"], row["approved_at"]) == ("ana", "2026-07-01 09:00:00")
        assert row["valid_until"] == "2026-12-28 09:00:00"
        assert (decided.status, decided.decided_by, decided.note) == ("approved", "ana", "agreed")
        with pytest.raises(ConfigurationError, match="was approved by ana"):
            decide(warehouse, wish.proposal_id, "rejected", "bob", NOW)
        edit = Edit(registries, "bob", NOW)
        revert(edit, decided.change_id or "")
        append(warehouse, edit.checked())
        assert "closed_lost:gambling" not in read_registries(warehouse).effective("suppressions")
    assert propose(settings) == []


def test_approved_prompt_change_adds_to_what_the_prompt_says_then(settings: Settings) -> None:
    propose(settings)
    wish = _by_kind(settings)["prompt_change"]
    with open_warehouse(settings) as warehouse:
        before = read_registries(warehouse).effective("prompt_templates")["default"].values
        decide(warehouse, wish.proposal_id, "approved", "ana", NOW)
        after = read_registries(warehouse).effective("prompt_templates")["default"].values
    assert after["system_prompt"] == f"{before['system_prompt']} Name the cost of a file."
    assert after["version"] == before["version"] + 1


def test_approval_that_died_after_the_edit_does_not_make_it_twice(settings: Settings) -> None:
    propose(settings)
    wish = _by_kind(settings)["prompt_change"]
    with open_warehouse(settings) as warehouse:
        first = decide(warehouse, wish.proposal_id, "approved", "ana", NOW)
        warehouse.execute("update ops.proposals set status = 'open', change_id = null")
        again = decide(warehouse, wish.proposal_id, "approved", "ana", NOW)
        assert again.change_id == first.change_id
        assert len(read_registries(warehouse).changes) == 1


def test_rejected_rests_before_it_comes_again(settings: Settings) -> None:
    propose(settings)
    rejected = _by_kind(settings)["suppression_rule"]
    with open_warehouse(settings) as warehouse:
        decide(warehouse, rejected.proposal_id, "rejected", "ana", datetime.now())
        assert read_registries(warehouse).changes == []
    assert propose(settings) == []
    with open_warehouse(settings) as warehouse:
        warehouse.execute(
            "update ops.proposals set decided_at = ?, proposal_id = 'old' "
            "where status = 'rejected'",
            [datetime.now() - timedelta(days=181)],
        )
    assert [each.kind for each in propose(settings)] == ["suppression_rule"]


def test_a_list_is_of_a_status_that_there_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GTM_DUCKDB_PATH", str(settings.duckdb_path))
    propose(settings)
    cli.app(["proposals", "list", "--status", "approved"], standalone_mode=False)
    assert capsys.readouterr().out.startswith("no approved proposals")
    with pytest.raises(Exception, match="'opened' is not one of 'open', 'approved', 'rejected'"):
        cli.app(["proposals", "list", "--status", "opened"], standalone_mode=False)


def test_a_proposal_is_json_too_with_the_edit_it_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GTM_DUCKDB_PATH", str(settings.duckdb_path))
    propose(settings)
    wish = _by_kind(settings)["suppression_rule"]
    arguments = ["proposals", "show", wish.proposal_id, "--json"]
    cli.app(arguments, standalone_mode=False)
    shown = json.loads(capsys.readouterr().out)
    assert (shown["proposal_id"], shown["status"]) == (wish.proposal_id, "open")
    assert shown["evidence"] == wish.evidence
    [change] = shown["changes"]
    assert (change["registry"], change["record_key"]) == ("suppressions", "closed_lost:gambling")
    assert change["before"] is None
    assert change["after"]["value"] == "Gambling"
    with open_warehouse(settings) as warehouse:
        decide(warehouse, wish.proposal_id, "rejected", "ana", NOW)
    cli.app(arguments, standalone_mode=False)
    shown = json.loads(capsys.readouterr().out)
    assert (shown["decided_by"], shown["changes"]) == ("ana", [])


def test_unknown_proposal_is_one_sentence(settings: Settings) -> None:
    propose(settings)
    with (
        open_warehouse(settings) as warehouse,
        pytest.raises(ConfigurationError, match="there is no proposal 'x': gtm proposals list"),
    ):
        decide(warehouse, "x", "approved", "ana", NOW)
