"""A world is fixed by size, seed and day, and only grows as days pass."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from python_jobs.errors import ConfigurationError
from python_jobs.sandbox import world

AS_OF = date(2026, 6, 30)
KNOWN = {
    "accounts": "updated_at",
    "contacts": "updated_at",
    "opportunities": "updated_at",
    "web_events": "known_at",
    "lead_requests": "known_at",
    "intent_accounts": "known_at",
    "product_users": "updated_at",
    "product_events": "known_at",
    "job_postings": "observed_at",
}


def test_every_entity_has_a_time_it_was_known() -> None:
    assert set(KNOWN) == set(world.ENTITIES)


def test_the_same_arguments_give_the_same_bytes(make) -> None:
    first, again = make("tiny"), make("tiny")
    for name in first.summary.rows:
        left, right = (Path(made.summary.out, name).read_bytes() for made in (first, again))
        assert left == right, name


def test_another_seed_is_another_world(tiny, make) -> None:
    other = make("tiny", seed=8)
    assert tiny.rows("select domain from accounts") != other.rows("select domain from accounts")
    shared = "select event_id from web_events"
    assert not set(tiny.rows(shared)) & set(other.rows(shared))


@pytest.mark.parametrize(("size", "back"), [("tiny", 1), ("tiny", 9), ("tiny", 45), ("demo", 9)])
def test_what_was_known_earlier_is_all_of_the_earlier_world(make, size, back) -> None:
    """Row for row and in order, for every entity, when both worlds start on the same day."""
    start, earlier = AS_OF - timedelta(days=55), AS_OF - timedelta(days=back)
    later_world = make(size, world_start=start)
    earlier_world = make(size, as_of=earlier, world_start=start)
    for entity, known in KNOWN.items():
        rows = later_world.table(entity)
        before = rows.filter(pc.less(rows[known], earlier + timedelta(days=1)))
        assert before.equals(earlier_world.table(entity)), entity


def test_worlds_of_default_length_agree_where_they_overlap(make, tiny) -> None:
    """The window slides with the as-of date; what began and was known inside both is the same."""
    earlier = AS_OF - timedelta(days=3)
    yesterday = make("tiny", as_of=earlier)
    # Visits of the day before the window can run past midnight: compare from its second day.
    sql = (
        "select * from web_events"
        f" where occurred_at >= date '{tiny.summary.world_start + timedelta(days=1)}'"
        f" and known_at < date '{earlier + timedelta(days=1)}'"
    )
    assert tiny.rows(sql)
    assert tiny.rows(sql) == yesterday.rows(sql)


@pytest.mark.parametrize("entity", KNOWN)
def test_nothing_is_known_after_the_as_of_day(demo, entity) -> None:
    latest = demo.value(f"select max({KNOWN[entity]}) from {entity}")
    assert latest.date() <= AS_OF


def test_a_shorter_and_a_longer_history_agree_on_the_days_they_share(tiny, make) -> None:
    longer = make("tiny", world_start=tiny.summary.world_start - timedelta(days=10))
    sql = (
        "select * from web_events"
        f" where occurred_at >= date '{tiny.summary.world_start + timedelta(days=8)}'"
    )
    assert tiny.rows(sql) == longer.rows(sql)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"size": "huge"}, "unknown size 'huge'"),
        ({"as_of": date(2016, 1, 1)}, "outside the world"),
        ({"as_of": date(2050, 1, 1)}, "outside the world"),
        ({"seed": -1}, "negative"),
        ({"world_start": AS_OF + timedelta(days=1)}, "world start"),
    ],
)
def test_arguments_outside_the_world_are_refused_with_a_sentence(
    tmp_path, arguments, words
) -> None:
    usual = {"size": "tiny", "as_of": AS_OF, "seed": 7, "out": tmp_path}
    with pytest.raises(ConfigurationError, match=words):
        world.generate(**{**usual, **arguments})
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="cannot write the world to"):
        world.generate("tiny", AS_OF, 7, tmp_path / "file")


def test_a_world_of_one_day_has_all_files(tmp_path) -> None:
    summary = world.generate("tiny", AS_OF, 7, tmp_path, world_start=AS_OF)
    for name in world.SCHEMAS:
        assert (
            pq.read_metadata(tmp_path / f"{name}.parquet").num_rows
            == summary.rows[f"{name}.parquet"]
        )
