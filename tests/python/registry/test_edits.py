"""Edits: merged over what is in force, attributed, kept in order, undone whole."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from python_jobs.errors import ConfigurationError
from python_jobs.registry.definitions import REGISTRIES
from python_jobs.registry.edits import (
    Edit,
    activate,
    assignments,
    copy_config,
    delete_row,
    revert,
    set_row,
)
from python_jobs.registry.journal import Registries

from .conftest import NOW


def test_set_merges_and_leaves_the_rest(edit: Edit, shipped: Registries) -> None:
    set_row(edit, "event_rules", "pricing", {"lane": "compliance", "notes": ""})
    (change,) = edit.checked()
    before = shipped.effective("event_rules")["pricing"].values
    assert change.before == before
    assert change.after == before | {"lane": "compliance", "notes": None}
    assert (change.action, change.changed_by, change.note) == ("set", "anna", "why not")
    assert change.changed_at == NOW


def test_new_row_takes_defaults(edit: Edit) -> None:
    given = {"priority": "5", "match_type": "equals", "match_value": "/x", "lane": "other"}
    set_row(edit, "event_rules", "x", given)
    (change,) = edit.checked()
    assert change.before is None
    assert change.after is not None
    assert change.after["enabled"] is True
    assert change.after["event_name"] == "*"
    assert change.after["priority"] == 5


def test_setting_what_is_so_already_changes_nothing(edit: Edit) -> None:
    set_row(edit, "score_configs", "default_v1", {"lambda_decay": "0.100", "cold_max": "34"})
    assert edit.changes == []


def test_key_cannot_be_changed(edit: Edit) -> None:
    with pytest.raises(ConfigurationError, match="cannot be renamed"):
        set_row(edit, "lanes", "other", {"lane": "rest"})


def test_activate_archives_the_active_one_in_the_same_edit(shipped: Registries, made) -> None:
    switched, changes = made(shipped, activate, "draft_v2")
    configs = switched.effective("score_configs")
    assert configs["draft_v2"].values["status"] == "active"
    assert configs["default_v1"].values["status"] == "archived"
    assert len({change.edit_id for change in changes}) == 1
    assert len({change.change_id for change in changes}) == 2
    assert made(switched, activate, "draft_v2")[1] == []


def test_revert_undoes_an_edit_whole_and_leaves_shipped_rows(shipped: Registries, made) -> None:
    switched, changes = made(shipped, activate, "draft_v2")
    back, reverting = made(switched, revert, changes[1].change_id)
    assert back.values() == shipped.values()
    assert [change.action for change in reverting] == ["reset", "reset"]
    assert all(row.change is None for row in back.effective("score_configs").values())
    again, _ = made(back, revert, reverting[0].edit_id)
    assert again.values() == switched.values()


def test_revert_of_each_kind_restores_what_was(shipped: Registries, made) -> None:
    one, first = made(shipped, set_row, "lanes", "fraud", {"label": "Fraud", "sort_order": "60"})
    two, second = made(one, set_row, "lanes", "fraud", {"label": "Fraud checks"})
    three, third = made(two, delete_row, "lanes", "fraud")
    assert "fraud" not in three.effective("lanes")
    undone, _ = made(three, revert, third[0].change_id)
    assert undone.values() == two.values()
    undone, _ = made(two, revert, second[0].change_id)
    assert undone.values() == one.values()
    undone, _ = made(one, revert, first[0].change_id)
    assert undone.values() == shipped.values()


def test_revert_does_not_undo_later_edits(shipped: Registries, made) -> None:
    one, first = made(shipped, set_row, "lanes", "other", {"label": "Rest"})
    two, second = made(one, set_row, "lanes", "other", {"label": "Misc"})
    with pytest.raises(ConfigurationError, match=f"again by {second[0].edit_id}: revert that"):
        made(two, revert, first[0].change_id)
    with pytest.raises(ConfigurationError, match="there is no change 'nonsense'"):
        made(two, revert, "nonsense")


def test_edits_of_one_record_are_undone_one_after_the_other(shipped: Registries, made) -> None:
    """The undoing of the later ones is in the journal too, and does not stand in the way."""
    one, first = made(shipped, set_row, "lanes", "other", {"label": "Rest"})
    two, second = made(one, set_row, "lanes", "other", {"label": "Misc"})
    three, third = made(two, set_row, "lanes", "other", {"label": "All else"})
    undone, _ = made(three, revert, third[0].change_id)
    undone, _ = made(undone, revert, second[0].change_id)
    assert undone.values() == one.values()
    undone, _ = made(undone, revert, first[0].change_id)
    assert undone.values() == shipped.values()
    with pytest.raises(ConfigurationError, match="was changed again"):
        made(undone, revert, third[0].change_id)


def test_revert_of_an_edit_that_changed_a_record_twice(shipped: Registries, made) -> None:
    def set_twice(edit: Edit) -> None:
        for label in ("Rest", "Misc"):
            edit.add("lanes", "other", "set", before | {"label": label})

    before = shipped.effective("lanes")["other"].values
    one, _ = made(shipped, set_row, "lanes", "other", {"label": "All else"})
    two, changes = made(one, set_twice)
    assert len(changes) == 2
    back, reverting = made(two, revert, changes[0].edit_id)
    assert back.values() == one.values()
    assert len(reverting) == 1
    assert made(shipped.after(changes), revert, changes[1].change_id)[0].values() == (
        shipped.values()
    )


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("2026-11-20T23:30:00-05:00", "2026-11-21 04:30:00"),
        ("2026-11-20T23:30:00Z", "2026-11-20 23:30:00"),
        ("2026-11-20 23:30:00", "2026-11-20 23:30:00"),
        ("2026-11-20", "2026-11-20 00:00:00"),
    ],
)
def test_times_are_kept_in_utc(edit: Edit, given: str, stored: str) -> None:
    approval = {"kind": "industry", "value": "Mining", "reason": "asked", "approved_by": "anna"}
    set_row(edit, "suppressions", "mining", approval | {"approved_at": given})
    (change,) = edit.checked()
    assert change.after is not None
    assert change.after["approved_at"] == stored


def test_changes_are_dated_in_order_even_if_the_clock_is_not(shipped: Registries) -> None:
    first = Edit(shipped, "anna", NOW)
    set_row(first, "lanes", "other", {"label": "Rest"})
    after_first = shipped.after(first.checked())
    second = Edit(after_first, "bo", NOW - timedelta(hours=1))
    set_row(second, "lanes", "other", {"label": "Misc"})
    (change,) = second.checked()
    assert change.changed_at > after_first.changes[-1].changed_at


def test_copy_makes_a_whole_draft_and_delete_takes_it_whole(shipped: Registries, made) -> None:
    copied, changes = made(shipped, copy_config, "default_v1", "mine")
    rows = copied.values()

    def weights(config: str) -> list[tuple]:
        return [
            (row["event_name"], row["content_type"], row["cta_id"], row["weight"])
            for row in rows["score_weights"]
            if row["score_config_id"] == config
        ]

    assert weights("mine") == weights("default_v1")
    assert copied.effective("score_configs")["mine"].values["status"] == "draft"
    assert len(changes) == 1 + len(weights("mine"))
    deleted, _ = made(copied, delete_row, "score_configs", "mine")
    assert deleted.values() == shipped.values()
    with pytest.raises(ConfigurationError, match="'draft_v2' already"):
        made(shipped, copy_config, "default_v1", "draft_v2")


def test_copy_keeps_weights_whose_names_are_alike(shipped: Registries, made) -> None:
    """A content type and a call to action of one name, and a key that is another config's."""
    shown, named = "default_v1:cta2", "mine:form_started"
    contact = {"event_name": "cta_click", "content_type": "contact_sales", "weight": "7"}
    other = {"event_name": "demo_booked", "weight": "9"}
    config = {"score_config_id": "default_v1"}
    one, _ = made(shipped, set_row, "score_weights", shown, config | contact)
    two, _ = made(one, set_row, "score_weights", named, config | other)
    copied, changes = made(two, copy_config, "default_v1", "mine")
    weights = {key: row.values for key, row in copied.effective("score_weights").items()}

    assert weights["mine:cta_click:contact_sales"]["weight"] == 20
    assert weights["mine:cta_click:contact_sales:2"]["weight"] == 7
    assert weights["mine:form_started"]["weight"] == 9
    assert weights["mine:form_started"]["score_config_id"] == "default_v1"
    assert weights["mine:form_started:2"]["weight"] == 20
    assert weights["mine:page_view:pricing"]["weight"] == 25
    counted = Counter(row["score_config_id"] for row in weights.values())
    assert counted["mine"] == counted["default_v1"] == 17
    assert made(copied, revert, changes[0].edit_id)[0].values() == two.values()


def test_default_config_has_the_documented_figures(shipped: Registries) -> None:
    config = shipped.effective("score_configs")["default_v1"].values
    figures = {name: config[name] for name in config if name not in ("notes", "created_at")}
    assert figures == {
        "score_config_id": "default_v1",
        "status": "active",
        "lambda_decay": 0.10,
        "normalize_k": 80,
        "cold_max": 34,
        "warm_max": 69,
        "surge_surging_min": 1.5,
        "surge_exploding_min": 2.5,
        "false_discovery_rate": 0.10,
    }
    weights = {
        (row["event_name"], row["content_type"] or row["cta_id"]): row["weight"]
        for row in shipped.values()["score_weights"]
        if row["score_config_id"] == "default_v1"
    }
    views = {
        "pricing": 25,
        "request_reservation": 30,
        "integrations": 18,
        "security": 18,
        "comparison": 15,
        "case_study": 12,
        "service_page": 10,
        "directory_page": 8,
        "docs": 6,
        "blog": 3,
        "other": 1,
    }
    assert weights == {("page_view", name): weight for name, weight in views.items()} | {
        ("cta_click", "request_reservation"): 25,
        ("cta_click", "contact_sales"): 20,
        ("form_started", None): 20,
        ("form_submitted", None): 60,
    }


def test_assignments(tmp_path) -> None:
    (tmp_path / "prompt.txt").write_text("Facts:\n{{JSON_HERE}}")
    texts = ["a=b=c", "d=", f"e=@{tmp_path}/prompt.txt"]
    assert assignments(texts) == {"a": "b=c", "d": "", "e": "Facts:\n{{JSON_HERE}}"}
    with pytest.raises(ConfigurationError, match="is not field=value"):
        assignments(["weight"])
    with pytest.raises(ConfigurationError, match="cannot be read as a text file"):
        assignments(["e=@/no/such/file"])


def test_every_registry_has_its_key_first() -> None:
    assert all(registry.fields[0].name == registry.key for registry in REGISTRIES.values())
