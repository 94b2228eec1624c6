"""What a model is told of people: not their addresses and numbers, and everything else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from time import process_time

import pytest

from python_jobs.enrich import runner
from python_jobs.enrich.engines.offline import Offline
from python_jobs.enrich.redaction import Redaction, read_redactions, redacted
from python_jobs.enrich.task import Answer, Asked, Task
from python_jobs.registry.edits import Edit, set_row
from python_jobs.registry.journal import append, read_registries
from python_jobs.settings import Settings
from python_jobs.warehouse import BriefWarehouse
from tests.python.enrich.asking import TASK, fill


@pytest.fixture
def warehouse(tmp_path: Path) -> BriefWarehouse:
    made = Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=tmp_path / "w.duckdb")
    with BriefWarehouse(made, 10).held() as held:
        fill(held, 1)
    return BriefWarehouse(made, 10)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Write to Jane.Roe+x@mail.acme.co.uk.", "Write to [e-mail]."),
        ("I am Jörg.Müller@münchen.de.", "I am [e-mail]."),
        ("Пишите на иван.петров@почта.рф.", "Пишите на [e-mail]."),
        ("1 view of /join/ann.roe%40acme.com today", "1 view of /join/[e-mail] today"),
        ("Call me on +44 20 7946 0958, please.", "Call me on [telephone], please."),
        ("It is (212) 555-0142 or 212.555.0142", "It is [telephone] or [telephone]"),
        ("Call 020 7946 0958 or (0171) 1234567.", "Call [telephone] or [telephone]."),
        ("Call 06 12 34 56 78.", "Call [telephone]."),
        ("The card is 4111 1111 1111 1111.", "The card is [card number]."),
        ("The card is 3782 822463 10005.", "The card is [card number]."),
        ("Pay to DE89 3704 0044 0532 0130 00.", "Pay to [account number]."),
        ("Pay to GB29NWBK60161331926819.", "Pay to [account number]."),
        ("Mine is 078-05-1120.", "Mine is [social security number]."),
        ("I am pat.o'hara@acme.com.", "I am [e-mail]."),
        ("It is ann=acme.com@lists.acme.com", "It is [e-mail]"),
        ("I am Ann＠acme。com or ann\u200b@acme\u00ad.com", "I am [e-mail] or [e-mail]"),
        ("I am ann [at] acme [dot] com, ann dot roe at acme dot com", "I am [e-mail], [e-mail]"),
        ("Call +49\u00a030\u00a0901820 or 415–555–2671.", "Call [telephone] or [telephone]."),
        ("Call 0049 30 901820 or +49 (0)30/901820.", "Call [telephone] or [telephone]."),
        ("Call 06.12.34.56.78 or 0612345678", "Call [telephone] or [telephone]"),
        ("Call 07700900123 or (415)555-2671", "Call [telephone] or [telephone]"),
        ("Call 030-123 45 67 or 0171 - 123 4567", "Call [telephone] or [telephone]"),
        ("Call ＋４９ ３０ ９０１８２０", "Call [telephone]"),
        (
            "Card 4111\u202f1111\u202f1111\u202f1111 or 4111.1111.1111.1111",
            "Card [card number] or [card number]",
        ),
        ("Pay to DE89-3704-0044-0532-0130-00", "Pay to [account number]"),
        ("Pay to FR1420041010050500013M02606", "Pay to [account number]"),
        ("Pay to FR14 2004 1010 0505 0001 3M02 606.", "Pay to [account number]."),
    ],
)
def test_personal_numbers_and_addresses_are_taken_out(
    warehouse: BriefWarehouse, said: str, told: str
) -> None:
    asked = Asked("s", {"brief": [said]}, {"row": said}, "h", said_by={"row": "them"})
    without = redacted(asked, read_redactions(warehouse, "call_summary"))
    assert (without.evidence, without.input) == ({"row": told}, {"brief": [told]})
    assert (without.said_by, without.input_hash) == (asked.said_by, asked.input_hash)


@pytest.mark.parametrize(
    "said",
    [
        "We close 1,200 files a month, 12,500,000 dollars a year.",
        "Between 2026-06-29 and 2026-06-30, at 10:00:00, on 06/30/2026.",
        "In Q4 2026 the FY24 plan was 4000 4500 5000 files.",
        "A version 1.2.3, a deal of $84,500.00, 15 to 20 percent.",
        "Mail us, or @ the office.",
        "10 000 000 000 dollars – 1 234 567 files, 250 000 users in 2024, ½ of them in São Paulo",
        "FR14 is a form, 2024-0001-0002 an invoice, 12.05.2024 10:30 a time.",
        "Look at the plan, dot by dot.",
    ],
)
def test_figures_and_dates_stay(warehouse: BriefWarehouse, said: str) -> None:
    asked = Asked("s", {}, {"row": said}, "h")
    assert redacted(asked, read_redactions(warehouse, "call_summary")) == asked


@pytest.mark.parametrize("text", ["", "from Ann on 5 May", "from André on ５ May "])
def test_a_pattern_that_fits_nothing_at_all_takes_nothing_out(text: str) -> None:
    assert Redaction.of("[0-9]*", "#").applied(text) == text.replace("5", "#").replace("５", "#")


@pytest.mark.parametrize(
    "piece", ["a.", "-", "a@", "1-", "%40", "+1 ", "0 ", "fr1", "é\u200b", "a at a "]
)
def test_no_text_takes_long(warehouse: BriefWarehouse, piece: str) -> None:
    """Who says something in a call, or names a page, decides how it looks."""
    asked = Asked("s", {}, {"row": piece * 10_000}, "h")
    redactions = read_redactions(warehouse, "call_summary")
    began = process_time()
    redacted(asked, redactions)
    assert process_time() - began < 5


class Listening:
    """An engine that keeps what it is told, and declines."""

    name, model, chunk = "claude", "m", 10

    def __init__(self) -> None:
        self.told: list[Asked] = []

    def estimate(self, task: Task, asked: Sequence[Asked]) -> float:
        self.told += asked
        return 0.0

    def answer(self, task: Task, asked: Sequence[Asked]) -> Iterator[Answer]:
        self.told += asked
        for one in asked:
            yield Answer(one, None, "it was declined")

    def close(self) -> None: ...


def test_a_model_is_told_without_them_and_the_registry_says_of_what(
    warehouse: BriefWarehouse,
) -> None:
    warehouse.execute(
        f"update {TASK.inputs} set evidence = "
        """'[{"id": "segment:1", "text": "Ask jane@acme.com for the Zebra file", "by": "them"}]'"""
    )
    with warehouse.held() as held:
        edit = Edit(read_registries(held), "anna", datetime(2026, 6, 30, 9))
        for task, word in ((TASK.name, "zebra"), ("another_task", "file")):
            row = {"task": task, "pattern": word, "replacement": "[name]"}
            set_row(edit, "redactions", word, row)
        append(held, edit.checked())
    engine = Listening()
    runner.plan(warehouse, TASK, engine)
    runner.run_task(warehouse, TASK, engine)
    told = {text for one in engine.told for text in one.evidence.values()}
    assert told == {"Ask [e-mail] for the [name] file"}


def test_the_offline_writer_reads_rows_as_they_are(warehouse: BriefWarehouse) -> None:
    warehouse.execute(
        f"update {TASK.inputs} set evidence = "
        """'[{"id": "segment:1", "text": "Ask jane@acme.com.", "by": "them"}]'"""
    )

    class Reading(Offline):
        def answer(self, task: Task, asked: Sequence[Asked]) -> Iterator[Answer]:
            assert [list(one.evidence.values()) for one in asked] == [["Ask jane@acme.com."]]
            yield from super().answer(task, asked)

    assert runner.run_task(warehouse, TASK, Reading(workers=1)).answered == 1
