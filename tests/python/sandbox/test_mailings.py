"""The sending tool's files: prospects out of contacts, one sequence at a time, real answers."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pytest

from python_jobs.sandbox import world
from python_jobs.sandbox.vendor import World
from python_jobs.sandbox.vendors.outreach_world import load_world

AS_OF = date(2026, 6, 30)
FILES = [name for name in world.SCHEMAS if name.startswith("mailings/")]
LATEST = {
    name: f"(select * from mailings_{name} qualify row_number() over"
    f" (partition by {key} order by updated_at desc) = 1)"
    for name, key in (
        ("prospects", "prospect_id"),
        ("sequence_states", "sequence_state_id"),
        ("mailings", "mailing_id"),
        ("tasks", "task_id"),
    )
}


def test_the_folder_of_a_world_may_have_any_name(tiny_world: Path, tmp_path: Path) -> None:
    folder = tmp_path / "it's a [new] *world*"
    shutil.copytree(tiny_world, folder)
    records = load_world(World(folder, AS_OF))
    assert records["prospects"] == load_world(World(tiny_world, AS_OF))["prospects"]


@pytest.mark.parametrize("back", [1, 9, 45])
@pytest.mark.parametrize("name", FILES)
def test_what_was_known_earlier_is_all_of_the_earlier_world(make, worlds, name, back) -> None:
    later_world, earlier_world = worlds(back)
    rows = later_world.table(name)
    midnight = AS_OF - timedelta(days=back) + timedelta(days=1)
    before = rows.filter(pc.less(rows["updated_at"], midnight))
    assert before.equals(earlier_world.table(name))


@pytest.fixture(scope="module")
def worlds(make):
    """The world of AS_OF and that of some days before, which begin on the same day."""
    start, made = AS_OF - timedelta(days=55), {}

    def _worlds(back: int):
        for day in (AS_OF, AS_OF - timedelta(days=back)):
            if day not in made:
                made[day] = make("tiny", as_of=day, world_start=start)
        return made[AS_OF], made[AS_OF - timedelta(days=back)]

    return _worlds


def test_the_demonstration_grows_by_day_too(make) -> None:
    start, earlier = AS_OF - timedelta(days=30), AS_OF - timedelta(days=9)
    later_world = make("demo", world_start=start)
    earlier_world = make("demo", as_of=earlier, world_start=start)
    for name in FILES:
        rows = later_world.table(name)
        before = rows.filter(pc.less(rows["updated_at"], earlier + timedelta(days=1)))
        assert before.equals(earlier_world.table(name)), name


@pytest.mark.parametrize("name", FILES)
def test_versions_are_unique_and_nothing_is_of_later(demo, name) -> None:
    key = world.SCHEMAS[name].names[0]
    view = name.replace("/", "_")
    twice = f"select {key}, updated_at from {view} group by all having count(*) > 1"
    assert demo.rows(twice) == []
    assert demo.value(f"select max(updated_at) from {view}").date() <= AS_OF
    assert demo.value(f"select max(hour(updated_at)) from {view}") <= 22


def test_prospects_are_a_share_of_the_contacts_and_write_as_they_do(demo) -> None:
    share = demo.value(
        "select (select count(distinct prospect_id) from mailings_prospects)"
        " / (select count(distinct contact_id) from contacts)"
    )
    assert 0.55 < share < 0.75
    assert (
        demo.value(
            "select count(*) from mailings_prospects p where not exists (select 1 from contacts c"
            " where c.contact_id = p.contact_id and c.email = p.email"
            " and c.created_at < p.created_at)"
        )
        == 0
    )


def test_nobody_is_in_two_sequences_at_once_and_nobody_who_opted_out_in_any(demo) -> None:
    spans = (
        "select prospect_id, min(created_at) as started, max(updated_at) as ended,"
        " sequence_state_id from mailings_sequence_states group by all"
    )
    assert (
        demo.value(
            f"with spans as ({spans}) select count(*) from spans a join spans b"
            " using (prospect_id) where a.started < b.started and b.started < a.ended"
        )
        == 0
    )
    assert (
        demo.value(
            f"with spans as ({spans}) select count(*) from spans join mailings_prospects p"
            " using (prospect_id) where p.is_opted_out and started > p.opted_out_at"
        )
        == 0
    )


def test_every_sequence_is_in_use_and_has_its_steps(demo) -> None:
    used = demo.rows("select distinct sequence_id from mailings_sequence_states")
    assert {row[0] for row in used} == {1, 2, 3, 4, 5}
    signals = demo.rows("select signal_name from mailings_sequences order by sequence_id")
    assert [row[0] for row in signals] == [
        "intent_surge",
        "product_signup",
        "feature_activation",
        "usage_spike",
        "drop_off",
    ]
    assert (
        demo.value(
            "select count(*) from mailings_mailings m left join mailings_steps s"
            " on s.step_id = m.step_id and s.sequence_id = m.sequence_id"
            " and s.step_type = 'auto_email' where s.step_id is null"
        )
        == 0
    )


def test_real_journeys_answer_far_more_often(demo) -> None:
    inside, outside = demo.rows(
        f"""
        with states as (
            select s.*, exists (
                select 1 from truth_in_market m join accounts a on a.account_id = p.account_id
                where split_part(lower(p.email), '@', 2) = m.account_domain
                    and m.reached_stage != 'awareness'
                    and s.created_at >= m.awareness_from and s.created_at < m.in_market_until
            ) as in_journey
            from {LATEST["sequence_states"]} s
            join {LATEST["prospects"]} p using (prospect_id)
        )
        select
            avg((replied_at is not null)::int) filter (in_journey),
            avg((replied_at is not null)::int) filter (not in_journey)
        from states
        """
    )[0]
    assert 0.10 < inside < 0.35
    assert outside < 0.10
    assert inside > 2.5 * outside


def test_what_happens_to_a_mailing_is_in_order_and_ends_the_sequence(demo) -> None:
    wrong = demo.rows(
        f"""
        select m.* from {LATEST["mailings"]} m
        left join {LATEST["sequence_states"]} s using (sequence_state_id)
        where opened_at < delivered_at or clicked_at < opened_at or m.replied_at < opened_at
            or (m.bounced_at is null) = (m.delivered_at is null)
            or (m.replied_at is not null and s.replied_at is distinct from m.replied_at)
            or (m.bounced_at is not null and s.state != 'bounced')
            or (m.unsubscribed_at is not null and s.state != 'opted_out')
        """
    )
    assert wrong == []
    counts = dict(demo.rows(f"select state, count(*) from {LATEST['sequence_states']} group by 1"))
    assert set(counts) == {"active", "finished", "bounced", "opted_out"}
    assert (
        demo.value(
            f"select count(*) from {LATEST['sequence_states']} s"
            f" join {LATEST['prospects']} p using (prospect_id)"
            " where s.state = 'opted_out' and not p.is_opted_out"
        )
        == 0
    )
