"""The framework around connectors: landing, checkpoints, versions, shapes, faults of the reader."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from filelock import FileLock

from python_jobs import runs
from python_jobs.errors import ConfigurationError, GtmError, QuotaExhausted, TransientError
from python_jobs.http import Api, Limit
from python_jobs.ingest import landing
from python_jobs.ingest.connector import (
    Entity,
    Page,
    Pull,
    Source,
    SourceConfig,
    in_parallel,
)
from python_jobs.ingest.run import Wish, connect, ingest
from python_jobs.runs import utc_now
from python_jobs.settings import PROJECT_DIR, Settings
from python_jobs.warehouse import BriefWarehouse, only_writer, open_warehouse
from tests.python.ingest.shop import HITS, NOW, THINGS, Shop, counts, thing


def test_a_page_given_twice_is_landed_once_and_read_again_changes_nothing(shop: Shop) -> None:
    page = Page([thing(1), thing(2)])
    assert counts(shop.pages(page, page)) == (4, 2, 2, 0)
    before = shop.things()
    assert counts(shop.pages(page)) == (2, 0, 2, 0)
    assert shop.things() == before


def test_ids_stay_text_whatever_their_size(shop: Shop) -> None:
    shop.pages(Page([thing(12345678901234567890)]))
    assert shop.things("record_id") == [("12345678901234567890",)]
    assert '"id":12345678901234567890' in shop.things("payload")[0][0].replace(" ", "")


def test_each_version_is_kept_and_an_older_one_that_comes_late_too(shop: Shop) -> None:
    shop.pages(Page([thing(1, "2026-06-02T00:00:00+02:00")]))
    shop.pages(Page([thing(1, "2026-06-01T00:00:00.000+0000", name="before")]))
    assert shop.things("version_at") == [
        (datetime(2026, 6, 1),),
        (datetime(2026, 6, 1, 22),),
    ]


def test_the_first_version_counts_from_creation_and_later_ones_from_their_own_time(
    shop: Shop,
) -> None:
    contract = replace(THINGS, first_known_from="created")
    created = {"created": "2024-01-01T00:00:00Z"}
    shop.pages(Page([thing(1, **created)]), contract=contract)
    shop.pages(Page([thing(1, "2026-06-20T00:00:00Z", **created)]), contract=contract)
    assert shop.things("version_at, known_at") == [
        (datetime(2026, 6, 1), datetime(2024, 1, 1)),
        (datetime(2026, 6, 20), None),
    ]


def test_a_first_version_that_comes_again_with_another_field_still_counts_from_creation(
    shop: Shop,
) -> None:
    contract = replace(THINGS, first_known_from="created")
    created = {"created": "2024-01-01T00:00:00Z"}
    shop.pages(Page([thing(1, **created)]), contract=contract)
    shop.pages(Page([thing(1, "2026-06-20T00:00:00Z", **created)]), contract=contract)
    both = [thing(1, at, field="new", **created) for at in ("2026-06-01", "2026-06-20")]
    assert shop.pages(Page(both), contract=contract).run.rows_written == 2
    assert shop.things("version_at, known_at, payload ->> 'field'") == [
        (datetime(2026, 6, 1), datetime(2024, 1, 1), "new"),
        (datetime(2026, 6, 20), None, "new"),
    ]


def test_without_a_time_of_change_a_version_is_dated_when_its_content_was_first_seen(
    shop: Shop,
) -> None:
    contract = replace(THINGS, is_observed=True)
    later = NOW + timedelta(days=1)
    shop.pages(Page([thing(1), thing(2)]), contract=contract)
    outcome = shop.pages(Page([thing(1), thing(2, name="other")]), contract=contract, now=later)
    assert counts(outcome) == (2, 1, 1, 0)
    assert shop.things("record_id, version_at") == [
        ("1", datetime(2026, 6, 1)),
        ("2", datetime(2026, 6, 1)),
        ("2", later),
    ]
    back = shop.pages(Page([thing(2)]), contract=contract, now=later + timedelta(days=1))
    assert back.run.rows_written == 1, "what is as it was before is a version again"


def test_a_version_of_a_day_to_come_counts_from_now_and_later_ones_follow_it(shop: Shop) -> None:
    contract = replace(THINGS, is_observed=True)
    to_come = "2026-07-30T00:00:00Z"
    shop.pages(Page([thing(1, to_come)]), contract=contract)
    later = [NOW + timedelta(hours=hours) for hours in (1, 2)]
    written = [
        shop.pages(Page([thing(1, to_come, name="B")]), contract=contract, now=now).run.rows_written
        for now in later
    ]
    assert written == [1, 0], "what has not changed is not written again"
    assert shop.things("version_at") == [(NOW,), (later[0],)]


def test_what_a_complete_snapshot_no_longer_holds_has_gone_and_may_come_back(shop: Shop) -> None:
    contract = replace(THINGS, is_observed=True, key=("shelf", "id"))

    def snapshot(*numbers: int, shelf: str = "a") -> Page:
        return Page([thing(number, shelf=shelf) for number in numbers], complete=shelf)

    def gone() -> set[str]:
        found = shop.rows(
            "select record_id, coalesce(payload ->> 'is_gone', 'false') as gone "
            "from raw.acme__things qualify row_number() over "
            "(partition by record_id order by version_at desc) = 1"
        )
        return {row["record_id"] for row in found if row["gone"] == "true"}

    shop.pages(snapshot(1, 2), snapshot(3, shelf="a_b"), contract=contract)
    shop.pages(snapshot(1), contract=contract, now=NOW + timedelta(days=1))
    assert gone() == {"a|2"}, "other shelves stay"
    again = shop.pages(snapshot(1), contract=contract, now=NOW + timedelta(days=2))
    assert again.run.rows_written == 0, "gone is said once"
    shop.pages(snapshot(1, 2), contract=contract, now=NOW + timedelta(days=3))
    assert gone() == set()


@pytest.mark.parametrize("scopes", [1, 2, 200])
def test_snapshots_that_come_together_are_each_held_against_their_own(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, scopes: int
) -> None:
    """However they are chunked: an empty shelf has nothing left, one not asked for keeps all."""
    monkeypatch.setattr(landing, "CHUNK_SCOPES", scopes)
    contract = replace(THINGS, is_observed=True, key=("shelf", "id"))

    def shelves(**held: Sequence[int]) -> list[Page]:
        return [
            Page([thing(number, shelf=shelf) for number in numbers], complete=shelf)
            for shelf, numbers in held.items()
        ]

    shop.pages(*shelves(a=[1, 2], b=[1, 2], c=[1], d=[1]), contract=contract)
    later = NOW + timedelta(days=1)
    second = shop.pages(*shelves(a=[2], b=[1, 2], c=[]), contract=contract, now=later)
    found = shop.rows("select record_id from raw.acme__things where payload ->> 'is_gone' = 'true'")
    assert {row["record_id"] for row in found} == {"a|1", "c|1"}
    assert (second.run.rows_read, second.run.rows_written) == (5, 2)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"name": "no id"}, "id is missing"),
        ({"id": 3, "updated": "yesterday"}, "updated is not a time"),
        ("not even an object", "the record is not an object"),
    ],
)
def test_a_record_that_does_not_fit_is_set_aside_and_the_others_land(
    shop: Shop, record: Any, reason: str
) -> None:
    assert counts(shop.pages(Page([thing(1), record]))) == (2, 1, 0, 1)
    [letter] = shop.rows("select * from ops.dead_letters")
    assert letter["reason"] == reason
    assert json.loads(letter["payload"]) == record
    assert counts(shop.pages(Page([thing(1), record])))[3] == 1
    assert len(shop.rows("select * from ops.dead_letters")) == 1, "each is kept once"


def test_retry_dead_lands_what_fits_now_and_resolves_it(shop: Shop) -> None:
    shop.pages(Page([{"name": "no id"}, {"id": 3, "updated": "yesterday"}]))
    with open_warehouse(shop.settings) as warehouse:
        warehouse.execute(
            'update ops.dead_letters set payload = \'{"id": 3, "updated": "2026-06-01"}\' '
            "where source_record_id = '3'"
        )
    outcome = shop.pull(lambda pull: iter(()), wish=Wish(retry_dead=True))
    assert counts(outcome) == (2, 1, 0, 1)
    letters = shop.rows("select source_record_id, resolved_at from ops.dead_letters")
    assert {row["source_record_id"]: row["resolved_at"] is not None for row in letters} == {
        "3": True,
        None: False,
    }


def test_events_take_their_first_arrival_and_arrow_lands_like_json(shop: Shop) -> None:
    rows = [
        {"hit_id": "a", "occurred_at": datetime(2026, 6, 1), "known_at": None, "properties": "{}"},
        {"hit_id": None, "occurred_at": datetime(2026, 6, 1), "known_at": None, "properties": "{}"},
    ]
    schema = pa.schema(
        [
            ("hit_id", pa.string()),
            ("occurred_at", pa.timestamp("us")),
            ("known_at", pa.timestamp("us")),
            ("properties", pa.string()),
        ]
    )
    table = pa.Table.from_pylist(rows, schema=schema)
    assert counts(shop.pages(Page(table), contract=HITS)) == (2, 1, 0, 1)
    as_json = [{"hit_id": "a", "occurred_at": "2026-06-01T00:00:00Z", "properties": {}}]
    assert counts(shop.pages(Page(as_json), contract=HITS)) == (1, 0, 1, 0)


def test_a_checkpoint_is_saved_once_all_before_it_is_landed_and_resumed_from(shop: Shop) -> None:
    states: list[Any] = []

    def read(pull: Pull) -> Iterator[Page]:
        states.append(pull.state)
        yield Page([thing(1)], checkpoint={"through": "2026-06-01"})
        if len(states) == 1:
            raise TransientError("the service is down")
        yield Page([thing(2)], checkpoint={"through": "2026-06-02"})

    outcome = shop.pull(read)
    assert isinstance(outcome.error, TransientError)
    assert shop.things("record_id") == [("1",)], "what was read before the error is kept"
    assert shop.pull(read).error is None
    shop.pull(read)
    assert states == [{}, {"through": "2026-06-01"}, {"through": "2026-06-02"}]
    runs = shop.rows("select status, message from ops.job_runs order by started_at")
    assert [(run["status"], run["message"]) for run in runs] == [
        ("failed", "the service is down"),
        ("succeeded", None),
        ("succeeded", None),
    ]


def test_a_backfill_leaves_the_incremental_checkpoint_alone_and_a_full_pull_moves_it(
    shop: Shop,
) -> None:
    seen: list[tuple[str, dict[str, Any], datetime, datetime]] = []

    def read(pull: Pull) -> Iterator[Page]:
        seen.append((pull.mode, pull.state, pull.begin, pull.end))
        yield Page([thing(1)], checkpoint={"at": pull.mode})

    shop.pull(read)
    days = datetime(2026, 1, 1), datetime(2026, 2, 1)
    shop.pull(read, wish=Wish("backfill", *days))
    shop.pull(read, wish=Wish("full"))
    shop.pull(read)
    assert [(mode, state) for mode, state, *_ in seen] == [
        ("incremental", {}),
        ("backfill", {}),
        ("full", {}),
        ("incremental", {"at": "full"}),
    ]
    assert seen[1][2:] == days
    streams = shop.rows("select stream from ops.ingest_state")
    assert [row["stream"] for row in streams] == ["incremental"]


def test_quota_exhausted_keeps_what_landed_and_stops_the_source(shop: Shop) -> None:
    def read(pull: Pull) -> Iterator[Page]:
        yield Page([thing(1)])
        raise QuotaExhausted("no more calls today")

    outcome = shop.pull(read)
    assert isinstance(outcome.error, QuotaExhausted)
    assert shop.things("record_id") == [("1",)]
    assert shop.rows("select status from ops.job_runs")[0]["status"] == "quota_exhausted"


def source_of(*entities: Entity, name: str = "acme", api: Any = None) -> Source:
    connected = api or SimpleNamespace(calls=0)
    return Source(name, name.title(), SourceConfig, lambda config, patience: connected, entities)


def entity_of(name: str, pages: Callable[[], Iterator[Page]]) -> Entity:
    return Entity(replace(THINGS, entity=name), lambda pull: pages())


def test_a_spent_limit_stops_those_that_share_it_and_no_others(shop: Shop) -> None:
    def spends() -> Iterator[Page]:
        raise QuotaExhausted("no more queries this hour")
        yield

    names = ("queried", "also_queried", "listed")
    entities = [entity_of(name, spends) for name in names]
    own_pace = SimpleNamespace(calls=0, paced_entities=("queried", "also_queried"))
    outcomes = shop.ingest(source_of(*entities, api=own_pace))
    assert [outcome.run.entity for outcome in outcomes] == ["queried", "listed"]
    assert len(shop.ingest(source_of(*entities))) == 1


def test_a_source_that_another_run_pulls_is_left_to_it_and_the_next_is_pulled(shop: Shop) -> None:
    entity = Entity(THINGS, lambda pull: iter([Page([thing(1)])]))
    held, free = source_of(entity), source_of(entity, name="other")
    with FileLock(f"{shop.settings.duckdb_path}.acme.lock"):
        left, pulled = shop.ingest(held, free)
    assert str(left.error).startswith("acme is being pulled by another gtm run")
    assert (pulled.error, pulled.run.rows_written) == (None, 1)


def test_a_run_that_cannot_be_recorded_is_one_sentence_and_the_others_go_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = BriefWarehouse.execute

    def busy(warehouse: BriefWarehouse, sql: str, params: Sequence[Any] = ()) -> None:
        if sql.startswith("insert into ops.job_runs") and "second" in params:
            raise TransientError("another gtm run is writing")
        insert(warehouse, sql, params)

    monkeypatch.setattr(BriefWarehouse, "execute", busy)
    names = ("first", "second", "third")
    entities = [entity_of(name, lambda: iter([Page()])) for name in names]
    outcomes = shop.ingest(source_of(*entities))
    assert [str(outcome.error or "") for outcome in outcomes] == [
        "",
        "another gtm run is writing",
        "",
    ]


def test_calls_count_from_when_they_can_have_been_made_last_and_of_a_killed_run_too(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(pull: Pull) -> Iterator[Page]:
        for number in range(3):
            pull.api.calls += 10
            yield Page([thing(number)], is_costly=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "_finish", lambda *ended: None)
    with pytest.raises(KeyboardInterrupt):
        shop.pull(killed)
    assert shop.rows("select status, api_calls from ops.job_runs") == [
        {"status": "running", "api_calls": 30}
    ]
    warehouse = BriefWarehouse(shop.settings, wait=5)
    now = utc_now()
    for begun, ended, calls in ((61, 1, 50), (70, 30, 7), (200, 61, 1_000)):
        warehouse.execute(
            "insert into ops.job_runs (run_id, job, source, entity, api_calls, started_at, "
            "finished_at) values (?, 'ingest', 'acme', 'things', ?, ?, ?)",
            [
                str(begun),
                calls,
                now - timedelta(minutes=begun),
                now - timedelta(minutes=ended),
            ],
        )
    api = Api("acme", "http://acme.invalid", limits=[Limit(100, 3_600)])
    connect(source_of(Entity(THINGS, killed), api=api), shop.settings, warehouse)
    [(_, arrivals)] = api.pacer._windows
    assert len(arrivals) == 30 + 50 + 7
    assert list(arrivals) == sorted(arrivals), "the oldest first"


def test_an_answer_of_another_form_is_one_sentence_and_what_landed_is_kept(shop: Shop) -> None:
    def read(pull: Pull) -> Iterator[Page]:
        yield Page([thing(1)])
        yield Page({"records": []}["items"])

    outcome = shop.pull(read)
    assert str(outcome.error) == (
        "Acme answered in a form that things cannot be read from (KeyError 'items'): "
        "what landed is kept; its API may have changed"
    )
    assert shop.things("record_id") == [("1",)]


def test_a_changed_shape_is_reported_and_not_fatal(shop: Shop) -> None:
    shop.pages(Page([thing(n, size=1, note=None) for n in range(30)]))
    changed = [
        {"id": n, "updated": "2026-06-05T00:00:00Z", "size": "1", "extra": {"deep": True}}
        for n in range(30)
    ]
    outcome = shop.pages(Page(changed))
    assert outcome.error is None
    assert outcome.run.message == (
        "new field extra; new field extra.deep; size is now text, was number; field name is missing"
    )
    assert shop.pages(Page(changed)).run.message == "field name is missing", "said once"


def test_the_warehouse_is_free_while_the_vendor_is_waited_for(shop: Shop) -> None:
    free: list[bool] = []

    def read(pull: Pull) -> Iterator[Page]:
        with only_writer(shop.settings):
            free.append(True)
        yield Page([thing(1)])

    assert shop.pull(read).error is None
    assert free == [True]


def test_a_warehouse_that_stays_taken_is_one_sentence_and_the_next_run_completes(
    shop: Shop,
) -> None:
    shop.pages(Page([thing(1)]))

    def read(pull: Pull) -> Iterator[Page]:
        yield Page([thing(2)])

    with only_writer(shop.settings), pytest.raises(GtmError, match="another gtm run is writing"):
        shop.pull(read)
    assert counts(shop.pull(read)) == (1, 1, 0, 0)


def test_a_source_that_is_not_configured_names_the_variables_it_needs(shop: Shop) -> None:
    from pydantic import Field, SecretStr

    class Config(SourceConfig):
        token: SecretStr | None = Field(None, alias="ACME_TOKEN")
        needs = ("token",)

    source = Source("acme", "Acme", Config, lambda c, p: shop.api, (Entity(THINGS, iter),))  # type: ignore[arg-type]
    [outcome] = ingest(shop.settings, [(source, source.entities)], Wish())
    assert isinstance(outcome.error, ConfigurationError)
    assert str(outcome.error) == "Acme is not configured: set ACME_TOKEN (see .env.example)"


def test_slices_in_parallel_give_every_page_and_checkpoints_in_order() -> None:
    def read(number: int) -> Iterator[Page]:
        for part in range(3):
            yield Page([{"id": f"{number}.{part}"}])

    pages = list(in_parallel(range(20), read, lambda number: {"done": number}, workers=4))
    ids = {record["id"] for page in pages for record in page.records}
    assert ids == {f"{number}.{part}" for number in range(20) for part in range(3)}
    assert [page.checkpoint["done"] for page in pages if page.checkpoint] == list(range(20))
    given = {page.records[0]["id"]: place for place, page in enumerate(pages) if page.records}
    for place, page in enumerate(pages):
        if page.checkpoint:
            done = page.checkpoint["done"]
            assert all(at < place for key, at in given.items() if int(key.split(".")[0]) <= done)


def test_an_error_in_one_slice_ends_the_pull_with_that_error() -> None:
    def read(number: int) -> Iterator[Page]:
        if number == 3:
            raise TransientError("slice 3")
        yield Page([{"id": number}])

    with pytest.raises(TransientError, match="slice 3"):
        list(in_parallel(range(50), read, lambda number: {"done": number}))


KILLED = """
    import os, signal, sys
    from datetime import datetime
    from types import SimpleNamespace
    from python_jobs.ingest import sources, landing
    from python_jobs.ingest.connector import Entity, Page, Source, SourceConfig
    from python_jobs.ingest.run import Wish, ingest
    from python_jobs.settings import Settings
    from tests.python.ingest.shop import THINGS, thing

    where, nth = sys.argv[1], int(sys.argv[2])
    landing.CHUNK_RECORDS = 40
    seen = {"n": 0}

    def maybe_die(place):
        if place == where:
            seen["n"] += 1
            if seen["n"] == nth:
                os.kill(os.getpid(), signal.SIGKILL)

    def read(pull):
        first = pull.state.get("next", 0)
        for number in range(first, 10):
            maybe_die("page")
            yield Page([thing(20 * number + i) for i in range(20)], {"next": number + 1})

    def dying(module, name):
        real = getattr(module, name)
        def wrapped(*args, **kwargs):
            maybe_die("before " + name)
            result = real(*args, **kwargs)
            maybe_die("after " + name)
            return result
        setattr(module, name, wrapped)

    dying(landing, "write_parsed")
    from python_jobs.ingest.checkpoints import Checkpoints
    dying(Checkpoints, "_write")
    source = Source("acme", "Acme", SourceConfig, lambda c, p: SimpleNamespace(calls=0),
                    (Entity(THINGS, read),))
    sources.SOURCES["acme"] = source
    [outcome] = ingest(Settings(), [(source, source.entities)], Wish(),
                       clock=lambda: datetime(2026, 6, 30))
    assert outcome.error is None, outcome.error
"""


@pytest.mark.parametrize(
    ("where", "nth"),
    [
        ("page", 6),
        ("before write_parsed", 2),
        ("after write_parsed", 2),
        ("before _write", 2),
    ],
)
def test_after_kill_nine_anywhere_the_next_run_completes_and_doubles_nothing(
    tmp_path: Path, where: str, nth: int
) -> None:
    script = tmp_path / "pull.py"
    script.write_text(textwrap.dedent(KILLED))
    env = os.environ | {
        "GTM_DUCKDB_PATH": str(tmp_path / "w.duckdb"),
        "GTM_TARGET": "duckdb",
        "PYTHONPATH": str(PROJECT_DIR),
    }

    def run(*arguments: str) -> int:
        command = [sys.executable, str(script), *arguments]
        return subprocess.run(command, env=env, check=False, cwd=tmp_path).returncode

    assert run(where, str(nth)) == -signal.SIGKILL
    assert run("never", "0") == 0
    with open_warehouse(Settings(GTM_DUCKDB_PATH=tmp_path / "w.duckdb"), read_only=True) as held:
        [found] = held.rows(
            "select count(*) as rows, count(distinct record_id) as ids from raw.acme__things"
        )
        runs = held.rows("select status, message from ops.job_runs order by started_at")
        states = held.rows("select state from ops.ingest_state order by updated_at desc limit 1")
    assert found == {"rows": 200, "ids": 200}
    assert [(run["status"], run["message"]) for run in runs] == [
        ("failed", "interrupted"),
        ("succeeded", None),
    ]
    assert json.loads(states[0]["state"]) == {"next": 10}
