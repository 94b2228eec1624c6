"""Recorded calls: they fit the CRM, only grow as days pass, and say the same whenever asked."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pyarrow.compute as pc
import pytest

from python_jobs.sandbox.world.talk import (
    FEWEST_SENTENCES,
    MOST_SENTENCES,
    planted,
    speakers_of,
    transcript,
)
from tests.python.sandbox.conftest import AS_OF

ENDED = "started_at + to_seconds(duration_seconds)"


def test_there_are_about_as_many_calls_as_each_size_promises(tiny, demo) -> None:
    assert 30 < tiny.summary.rows["calls.parquet"] < 60
    assert 1_300 < demo.summary.rows["calls.parquet"] < 1_700


@pytest.mark.parametrize(("size", "back"), [("tiny", 45), ("demo", 9)])
def test_what_had_ended_earlier_is_all_of_the_earlier_world(make, size, back) -> None:
    start, earlier = AS_OF - timedelta(days=55), AS_OF - timedelta(days=back)
    rows = make(size, world_start=start).table("calls")
    seconds = pc.cast(rows["duration_seconds"], "duration[s]")
    ended = pc.add(rows["started_at"], seconds)
    before = rows.filter(pc.less(ended, earlier + timedelta(days=1)))
    assert before.num_rows < rows.num_rows
    assert before.equals(make(size, as_of=earlier, world_start=start).table("calls"))


def test_the_first_day_of_the_events_changes_no_call(tiny, make) -> None:
    assert make("tiny", world_start=AS_OF).table("calls").equals(tiny.table("calls"))


def test_calls_are_unique_and_point_at_records_that_exist(demo) -> None:
    assert demo.value("select count(*) - count(distinct call_id) from calls") == 0
    for column, entity in (
        ("account_id", "accounts"),
        ("opportunity_id", "opportunities"),
        ("other_opportunity_id", "opportunities"),
    ):
        key = column.removeprefix("other_")
        unknown = f"select count(*) from calls where {column} not in (select {key} from {entity})"
        assert demo.value(unknown) == 0, column
        assert demo.value(f"select count({column}) from calls") > 0, column
    assert demo.value("select count(*) from calls where opportunity_id = other_opportunity_id") == 0
    contacts = {row[0] for row in demo.rows("select distinct contact_id from contacts")}
    guests = [json.loads(row[0]) for row in demo.rows("select participants from calls")]
    assert all(1 <= len(there) <= 3 for there in guests)
    named = {guest["contact_id"] for there in guests for guest in there} - {None}
    assert named
    assert named <= contacts


def test_a_call_of_an_opportunity_lies_in_its_life_and_on_a_working_day(demo) -> None:
    outside = demo.value(
        f"""
        with deals as (
            select opportunity_id, min(created_at) as opened,
                max(updated_at) filter (is_closed) as closed
            from opportunities group by 1
        )
        select count(*) from calls join deals using (opportunity_id)
        where started_at < opened or {ENDED} > closed + interval 1 hour
        """
    )
    assert outside == 0
    weekend = "select count(*) from calls where isodow(started_at) >= 6"
    assert demo.value(weekend) < 0.02 * demo.summary.rows["calls.parquet"], "time zones only"


def test_a_transcript_is_short_two_sided_and_its_times_add_up(demo) -> None:
    calls = demo.table("calls").to_pylist()[::7]
    for call in calls:
        turns = transcript(call, "Kim")
        sentences = [sentence for turn in turns for sentence in turn.sentences]
        assert FEWEST_SENTENCES <= len(sentences) <= MOST_SENTENCES
        speakers = speakers_of(call)
        sides = {speakers[turn.speaker].owner_id is None for turn in turns}
        assert sides == {True, False}
        times = [time for start, end, _ in sentences for time in (start, end)]
        assert times == sorted(times)
        assert times[0] >= 0
        assert 0.95 * call["duration_seconds"] < times[-1] / 1000 <= call["duration_seconds"]
        assert not any("{" in text for _, _, text in sentences)


def test_a_transcript_is_the_same_whenever_it_is_asked_for_and_calls_differ(tiny) -> None:
    calls = tiny.table("calls").to_pylist()
    said = [transcript(call, "Kim") for call in calls]
    assert said == [transcript(call, "Kim") for call in calls]
    assert len({str(turns) for turns in said}) == len(calls)


def test_what_the_buyer_holds_against_it_is_said(demo) -> None:
    concerned = [call for call in demo.table("calls").to_pylist() if call["concern"]]
    assert len(concerned) > 100
    for call in concerned[:50]:
        assert "Objections" in {turn.topic for turn in transcript(call, "Kim")}


def test_what_is_planted_in_a_call_is_said_there_by_the_buyer(demo) -> None:
    """The truth beside the calls names no sentence that is not there, and no mood nobody shows."""
    calls = {call["call_id"]: call for call in demo.table("calls").to_pylist()}
    truth = demo.table("truth/calls").to_pylist()
    assert [row["call_id"] for row in truth] == list(calls)
    moods = Counter(row["sentiment"] for row in truth)
    assert min(moods.values()) > 300, moods
    for row in truth[::5]:
        call = calls[row["call_id"]]
        speakers = speakers_of(call)
        said = [
            (speakers[turn.speaker].owner_id, text)
            for turn in transcript(call, "Kim")
            for _, _, text in turn.sentences
        ]
        carried = planted(call)
        assert all(said[one.sentence][0] is None for one in carried)
        kinds = Counter((one.kind, one.category) for one in carried)
        for kind, category in (("objection", "objection"), ("mention", "mentioned")):
            if row[category] is not None:
                assert kinds[kind, row[category]] > 0
        balance = kinds["positive", None] - kinds["negative", None]
        assert (balance > 0) - (balance < 0) == {"positive": 1, "neutral": 0, "negative": -1}[
            row["sentiment"]
        ]


def test_why_deals_were_lost_is_known_beside_them_and_not_always_in_the_crm(demo) -> None:
    deals = demo.table("truth/lost_deals").to_pylist()
    lost = "select count(distinct opportunity_id) from opportunities where is_closed and not is_won"
    assert len(deals) == demo.value(lost)
    voiced = [deal for deal in deals if deal["calls_naming_it"]]
    assert len(voiced) > 100
    assert all(deal["calls_naming_it"] <= deal["calls"] for deal in deals)
    wrong = sum(deal["crm_reason"] != deal["objection"] for deal in deals)
    assert 0.15 < wrong / len(deals) < 0.35
    disagrees = "truth_lost_deals t join opportunities o using (opportunity_id)"
    assert demo.value(f"select count(*) from {disagrees} where o.loss_reason <> t.crm_reason") == 0
    said = {
        (row["opportunity_id"], row["objection"]) for row in demo.table("truth/calls").to_pylist()
    }
    assert all((deal["opportunity_id"], deal["objection"]) in said for deal in voiced)
