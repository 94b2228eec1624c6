"""`gtm replay`: two configs over the same days, and nothing else touched."""

from __future__ import annotations

import json

import pytest

from tests.python.conftest import LAST_DAY, Shop

FROM = "2026-06-16"


@pytest.fixture(scope="module")
def replayed(built_tiny: Shop) -> dict:  # type: ignore[type-arg]
    """What a replay printed as JSON, and what was in the tables of others before and after."""
    import shutil

    shutil.copy(built_tiny.folder / "kept.duckdb", built_tiny.path)
    before = others(built_tiny)
    printed = built_tiny.gtm(
        *("replay", "--config", "draft_v2", "--from", FROM, "--to", LAST_DAY),
        *("--json", "--top", "1000"),
    )
    assert printed.code == 0, printed.err
    kept = built_tiny.folder / "replayed.duckdb"
    shutil.copy(built_tiny.path, kept)
    return json.loads(printed.out) | {"same": others(built_tiny) == before, "kept": kept}


@pytest.fixture
def shop_replayed(built_tiny: Shop, replayed: dict) -> Shop:  # type: ignore[type-arg]
    import shutil

    shutil.copy(replayed["kept"], built_tiny.path)
    return built_tiny


def others(shop: Shop) -> dict[str, object]:
    """Every table but those of replays and of runs, with a fingerprint of its rows."""
    tables = shop.rows(
        "select table_schema || '.' || table_name as t from information_schema.tables "
        "where table_schema not in ('replay', 'raw_staging') and table_type = 'BASE TABLE' "
        "and table_name <> 'job_runs'"
    )
    return {
        row["t"]: shop.rows(f"select count(*) as n, sum(hash(r)) as h from {row['t']} as r")[0]
        for row in tables
    }


def test_a_replay_writes_only_its_own_tables(replayed: dict) -> None:  # type: ignore[type-arg]
    assert replayed["same"]


def test_the_active_config_replayed_is_what_was_built(shop_replayed: Shop) -> None:
    [row] = shop_replayed.rows(
        "select count(*) as n, max(abs(built.raw_score_30d - again.raw_score_30d)) as difference, "
        "count(case when built.intent_score <> again.intent_score "
        "or built.why_hot <> again.why_hot or built.top_lane <> again.top_lane then 1 end) as odd "
        "from marts.fct_daily_account_intent as built "
        "full join replay.fct_daily_account_intent__old as again using (account_key, snapshot_date)"
        f" where snapshot_date between '{FROM}' and '{LAST_DAY}'"
    )
    assert row["n"] > 0
    assert row["difference"] < 1e-9
    assert row["odd"] == 0


def test_the_weights_account_for_every_point_that_changes(
    shop_replayed: Shop,
    replayed: dict,  # type: ignore[type-arg]
) -> None:
    [points] = shop_replayed.rows(
        "select sum(old_raw_score_30d) as old, sum(new_raw_score_30d) as new "
        "from replay.replay_account_days"
    )
    weights = replayed["weights"]
    assert sum(row["old_points"] for row in weights) == pytest.approx(points["old"])
    assert sum(row["new_points"] for row in weights) == pytest.approx(points["new"])
    by_cause = sum(r["points_change_by_weight"] + r["points_change_by_decay"] for r in weights)
    assert by_cause == pytest.approx(points["new"] - points["old"])
    pricing = next(
        r for r in weights if (r["event_name"], r["content_type"]) == ("page_view", "pricing")
    )
    assert (pricing["old_weight"], pricing["points_change_by_weight"]) == (25, 0)
    assert pricing["points_change_by_decay"] > 0


def test_the_causes_of_a_move_add_up_but_for_rounding(replayed: dict) -> None:  # type: ignore[type-arg]
    assert replayed["accounts"]
    for row in replayed["accounts"]:
        causes = sum(row[f"score_change_by_{cause}"] for cause in ("weights", "decay", "scale"))
        assert abs(row["score_change"] - causes) <= 1
    assert replayed["accounts_up"] == sum(row["stage_change"] > 0 for row in replayed["accounts"])


def test_the_printed_form(shop_replayed: Shop) -> None:
    printed = shop_replayed.gtm("replay", "--config", "draft_v2", "--from", LAST_DAY, "--top", "3")
    assert printed.code == 0
    assert printed.out.startswith(f"draft_v2 against default_v1, {LAST_DAY} to {LAST_DAY}, ")
    assert "what drives it, in raw points over all account days" in printed.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--config", "nope"], "there is no score config 'nope': there is default_v1, draft_v2"),
        (
            ["--config", "draft_v2", "--against", "draft_v2"],
            "draft_v2 against itself changes nothing: name another config",
        ),
        (
            ["--config", "draft_v2", "--from", "2026-06-02", "--to", "2026-06-01"],
            "--from 2026-06-02 is after --to 2026-06-01: swap them",
        ),
        (
            ["--config", "draft_v2", "--from", "2025-01-01"],
            f"2025-01-01 to {LAST_DAY} cannot be replayed whole: there are snapshots from "
            f"2026-05-02 to {LAST_DAY}",
        ),
    ],
)
def test_what_cannot_be_replayed(shop: Shop, arguments: list[str], sentence: str) -> None:
    refused = shop.gtm("replay", *arguments)
    assert (refused.code, refused.said) == (2, f"gtm: {sentence}")


def test_an_archived_config_is_not_replayed(shop: Shop) -> None:
    shop.gtm("registry", "set", "score_configs", "draft_v2", "status=archived")
    assert shop.gtm("replay", "--config", "draft_v2").said == (
        "gtm: draft_v2 is archived: make a draft of it with gtm registry copy draft_v2 NEW "
        "and replay that"
    )
