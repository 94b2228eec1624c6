"""Job boards: three providers, snapshots, and a posting that disappears."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from python_jobs.errors import TransientError
from python_jobs.http import Patience
from python_jobs.ingest.sources.job_boards import Boards, JobBoardsConfig
from tests.python.ingest.sources.conftest import Intake
from tests.python.ingest.sources.staged import staged_on


@pytest.fixture
def boards(own_intake: Intake, tiny_world: Path) -> Intake:
    """A sandbox whose boards the registry names."""
    own_intake.edit_registry("job_boards", "board_id", tiny_world / "registry" / "job_boards.csv")
    return own_intake


def test_postings_land_dated_by_their_board_and_a_second_run_writes_nothing(
    boards: Intake,
) -> None:
    assert boards.gtm("ingest", "job_boards")[0] == 0
    first = boards.raw("job_boards__postings")
    assert first
    assert all(row["version_at"].year >= 2026 for row in first), "dated by the board, not by us"
    code, said = boards.gtm("ingest", "job_boards")
    assert code == 0
    assert f"{len(first)} read, 0 written, {len(first)} unchanged, 0 set aside" in said
    assert boards.raw("job_boards__postings") == first
    assert boards.throttled("job_boards") == 0


def test_a_posting_that_disappears_gets_a_last_version_when_it_is_missed(boards: Intake) -> None:
    boards.gtm("ingest", "job_boards")
    before = {row["record_id"] for row in boards.raw("job_boards__postings")}
    boards.sandbox.post("/advance", days=45)
    boards.gtm("ingest", "job_boards")
    rows = boards.raw("job_boards__postings")
    gone = [row for row in rows if json.loads(row["payload"]).get("is_gone")]
    assert gone, "in 45 days every posting of the tiny world closes"
    assert {row["record_id"] for row in gone} <= before
    assert all(f"{row['version_at']:%Y-%m-%d}" == "2026-08-14" for row in gone)
    assert {row["record_id"] for row in rows} - before, "and new ones are put up"
    providers = {row["record_id"].split("|")[0] for row in rows}
    assert providers == {"greenhouse", "lever", "ashby"}
    boards.gtm("ingest", "job_boards")
    assert boards.raw("job_boards__postings") == rows, "gone is said once"


def test_a_board_that_does_not_exist_is_said_and_the_others_are_read(boards: Intake) -> None:
    boards.gtm("registry", "set", "job_boards", "lever|nowhere", "provider=lever", "board=nowhere")
    code, said = boards.gtm("ingest", "job_boards")
    assert code == 0
    assert "there is no lever board 'nowhere'" in said
    assert boards.last_run("job_boards", "postings")["rows_written"] > 0


def test_a_board_that_cannot_be_read_ends_the_run_badly_once_the_others_are_read(
    boards: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, asked = Boards.postings, []

    def postings(self: Boards, provider: str, board: str) -> list[dict[str, Any]] | None:
        asked.append(f"{provider}|{board}")
        if len(asked) == 1:
            raise TransientError("it does not answer")
        return ask(self, provider, board)

    monkeypatch.setattr(Boards, "postings", postings)
    code, said = boards.gtm("ingest", "job_boards")
    assert code == 1
    assert "it does not answer" in said
    read = {row["record_id"].rpartition("|")[0] for row in boards.raw("job_boards__postings")}
    assert len(read) > 1
    assert read <= set(asked[1:])


def test_a_record_that_no_one_can_read_is_set_aside_and_reported(boards: Intake) -> None:
    boards.faults("malformed-record", seed=3)
    code, said = boards.gtm("ingest", "job_boards")
    assert code == 0
    letters = boards.rows("select * from ops.dead_letters")
    assert letters
    assert all("posting.id is missing" in letter["reason"] for letter in letters)
    assert f"{len(letters)} rows set aside" in said
    code, said = boards.gtm("ingest", "job_boards", "--retry-dead")
    assert code == 0
    assert f"{len(letters)} read, 0 written, 0 unchanged, {len(letters)} set aside, 0 calls" in said


@pytest.mark.parametrize("seed", [1, 2])
def test_bad_days_change_nothing_in_what_lands(boards: Intake, seed: int, tmp_path: Path) -> None:
    boards.gtm("ingest", "job_boards")
    expected = boards.raw("job_boards__postings")
    boards.execute("delete from raw.job_boards__postings")
    boards.faults("429-storm", "500", "reset", "malformed-json", "slow-drip", seed=seed)
    assert boards.gtm("ingest", "job_boards")[0] == 0
    assert sum(boards.sandbox.get("/calls")["faults"]["job_boards"].values()) > 5
    assert boards.raw("job_boards__postings") == expected


def test_a_board_whose_pages_are_shorter_than_asked_is_read_to_its_end() -> None:
    class ShortPages:
        def json(self, method: str, path: str, params: dict[str, Any]) -> list[dict[str, int]]:
            start = params["skip"]
            return [{"id": number} for number in range(start, min(start + 50, 120))]

    boards = Boards(JobBoardsConfig(), Patience())
    boards._lever = ShortPages()  # type: ignore[assignment]
    assert len(boards.postings("lever", "acme") or ()) == 120


def test_the_text_of_a_posting_is_all_that_its_board_gives_without_markup(
    engine_env: dict[str, str], tmp_path: Path
) -> None:
    lever = {
        "text": "Notary lead",
        "createdAt": 1_780_272_000_000,
        "descriptionPlain": "We sign.",
        "lists": [
            {"text": "You will", "content": "<li>run remote notarisation</li>"},
            {"text": "You know", "content": "<li>compliance &amp; law</li>"},
        ],
        "additionalPlain": "Apply now.",
    }
    postings = {
        "lever|acme|1": lever,
        "ashby|acme|1": {"title": "Clerk", "descriptionPlain": "We file."},
        "greenhouse|acme|1": {"title": "Clerk", "content": "&lt;p&gt;We stamp.&lt;/p&gt;"},
    }
    seen = datetime(2026, 6, 2)
    raw = [("job_boards__postings", key, seen, {"posting": one}) for key, one in postings.items()]
    with staged_on(engine_env, tmp_path, ["job_boards"], raw) as warehouse:
        rows = warehouse.rows("select * from staging.stg_job_boards__postings")
    assert {row["posting_id"]: row["description"] for row in rows} == {
        "lever|acme|1": "We sign. You will run remote notarisation You know compliance & law "
        "Apply now.",
        "ashby|acme|1": "We file.",
        "greenhouse|acme|1": "We stamp.",
    }
