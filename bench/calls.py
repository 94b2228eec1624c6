"""How long calls take, and how well their sentiment is found: `python -m bench.calls`.

A hundred thousand calls with the made-up world's transcripts, loaded as files into one DuckDB file
with two threads: their figures, three offline tasks over them, the marts on top; then one call's
analysis and searches over all of them. Making and loading the calls belong to no figure.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.measure import DbtRun, in_own_process, load_files, peak_memory, run_dbt
from python_jobs.settings import Settings

FULL_CALLS = 100_000
LAST_DAY, SEED = date(2026, 6, 30), 7
CHUNK = 5_000
TASKS = ("call_sentiment", "call_embedding", "call_summary")
MOST_SECONDS, MOST_BYTES, MOST_SECONDS_ASKED = 1_800, 4 * 10**9, 0.5
VARIABLES = {"as_of_date": LAST_DAY.isoformat()}
LABELS = ("negative", "neutral", "positive")
INPUTS = [f"+{task}_inputs" for task in TASKS]
MARTS = ["stg_registry__coaching_measures", "stg_registry__coaching_settings", "calls_enriched+"]
ANSWERS = ["call_embeddings", "call_sentiments", "call_summaries"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.calls", description=__doc__)
    parser.add_argument("--calls", type=int, default=FULL_CALLS, help="how many")
    parser.add_argument("--keep", type=Path, help="a folder for what is made, which stays")
    wish = parser.parse_args(arguments)
    kept = wish.keep
    with nullcontext(str(kept)) if kept else tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        measure(folder, wish.calls)


def measure(folder: Path, count: int) -> None:
    """Make the calls, and time everything over them."""
    warehouse, world = folder / "warehouse.duckdb", folder / "world"
    truth = in_own_process(make, folder, count)
    files = {name: folder / f"{name}.parquet" for name in ("calls", "transcripts")}
    crm = {name: world / f"{name}.parquet" for name in ("accounts", "opportunities")}
    in_own_process(load_files, warehouse, {**crm, **files})
    in_own_process(run_dbt, folder, warehouse, ["seed"], VARIABLES)
    seconds, peak = 0.0, 0
    print(f"{count:,} calls, {len(truth):,} with a planted sentiment")
    phases: list[tuple[str, Callable[[], tuple[float, int]]]] = [
        ("figures, and what tasks are asked", lambda: _dbt(folder, warehouse, INPUTS)),
        *(
            (f"gtm enrich {task}", lambda task=task: in_own_process(enrich, warehouse, task))
            for task in TASKS
        ),
        ("marts", lambda: _dbt(folder, warehouse, ANSWERS + MARTS)),
    ]
    for name, phase in phases:
        took, held = phase()
        print(f"{name}: {took:,.0f} s, peak {held / 10**9:.1f} GB", flush=True)
        seconds, peak = seconds + took, max(peak, held)
    if count == FULL_CALLS:
        _judge("all of it", seconds, MOST_SECONDS, "s")
    else:
        drawn_on = seconds * FULL_CALLS / count
        print(f"all of it: {seconds:,.0f} s, in proportion {drawn_on:,.0f} s for {FULL_CALLS:,}")
    _judge("peak memory", peak / 10**9, MOST_BYTES / 10**9, "GB")
    for name, took in in_own_process(ask, warehouse).items():
        _judge(name, took, MOST_SECONDS_ASKED, "s")
    for line in in_own_process(sentiment, warehouse, truth):
        print(line)


def make(folder: Path, count: int) -> dict[str, tuple[str, str]]:
    """Write the calls and transcripts as files; sentiment and phrasing of each call in truth."""
    from python_jobs.sandbox import world
    from python_jobs.sandbox.world.talk import speakers_of, transcript

    world.generate("demo", LAST_DAY, SEED, folder / "world")
    rows = pq.read_table(folder / "world" / "calls.parquet").to_pylist()
    truth = {}
    calls, sentences = _Written(folder / "calls.parquet"), _Written(folder / "transcripts.parquet")
    for number in range(count):
        again, place = divmod(number, len(rows))
        call = {**rows[place], "transcript_seed": rows[place]["transcript_seed"] + again}
        call["call_id"] = f"{call['call_id']}{again:03d}" if again else call["call_id"]
        truth[call["call_id"]] = (call["mood"], call["phrasing"])
        owner = call["owner_id"]
        calls.add(
            {name: call[name] for name in ("call_id", "started_at", "title", "duration_seconds")}
            | {name: call[name] for name in ("direction", "account_id", "opportunity_id")}
            | {"rep_id": owner, "rep_name": f"Seller {owner[-2:]}"}
        )
        speakers = speakers_of(call)
        said = (
            (turn, *sentence) for turn in transcript(call, "Kim") for sentence in turn.sentences
        )
        for position, (turn, start, end, text) in enumerate(said):
            sentences.add(
                {
                    "call_id": call["call_id"],
                    "position": position,
                    "occurred_at": call["started_at"],
                    "text": text,
                    "speaker": str(turn.speaker),
                    "is_internal": speakers[turn.speaker].owner_id is not None,
                    "topic": turn.topic,
                    "starts_ms": start,
                    "ends_ms": end,
                }
            )
    calls.close()
    sentences.close()
    return truth


class _Written:
    """Rows into a Parquet file, many at a time."""

    def __init__(self, path: Path) -> None:
        self._path, self._rows = path, []  # type: ignore[var-annotated]
        self._writer: pq.ParquetWriter | None = None

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) == CHUNK * 20:
            self._flush()

    def _flush(self) -> None:
        rows = pa.Table.from_pylist(self._rows, self._writer.schema if self._writer else None)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, rows.schema)
        self._writer.write_table(rows)
        self._rows = []

    def close(self) -> None:
        self._flush()
        assert self._writer is not None
        self._writer.close()


def _dbt(folder: Path, warehouse: Path, selected: list[str]) -> tuple[float, int]:
    run: DbtRun = in_own_process(
        run_dbt, folder, warehouse, ["run", "--select", *selected], VARIABLES
    )
    return run.wall_seconds, run.peak_bytes


def enrich(warehouse: Path, task: str) -> tuple[float, int]:
    """Run a task offline: its seconds, and the most memory of this process and its workers."""
    from python_jobs.enrich.engines.offline import Offline
    from python_jobs.enrich.runner import run_task
    from python_jobs.enrich.tasks import task_named
    from python_jobs.warehouse import BriefWarehouse

    began, engine = perf_counter(), Offline()
    try:
        run_task(BriefWarehouse(_settings(warehouse)), task_named(task), engine)
    finally:
        engine.close()
    workers = 2 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return perf_counter() - began, peak_memory() + workers


def ask(warehouse: Path) -> dict[str, float]:
    """Seconds of what people ask, as a command asks it: the warehouse opened, read and closed."""
    from python_jobs.calls.analysis import analysis_of
    from python_jobs.calls.search import by_words, like_call, like_text
    from python_jobs.warehouse import Warehouse, open_warehouse

    with open_warehouse(_settings(warehouse), read_only=True) as opened:
        ids = [row["call_id"] for row in opened.rows("select call_id from marts.fct_calls limit 5")]
    asked: dict[str, Callable[[Warehouse, str], object]] = {
        "one call's analysis": analysis_of,
        "calls similar to a call": lambda opened, call: like_call(opened, call, 5, 0.7),
        "calls similar to a text": lambda opened, _: like_text(
            opened, "the courier is cheaper than what you ask for", 5, 0.3
        ),
        "calls with words": lambda opened, _: by_words(opened, "budget courier", 10),
    }
    found = {}
    for name, question in asked.items():
        times = []
        for call in ids:
            began = perf_counter()
            with open_warehouse(_settings(warehouse), read_only=True) as opened:
                question(opened, call)
            times.append(perf_counter() - began)
        found[f"{name} (median of {len(ids)})"] = median(times)
    return found


def sentiment(warehouse: Path, truth: dict[str, tuple[str, str]]) -> list[str]:
    """Macro-F1 of the sentiment beside the majority class and a plain lexicon, by phrasing."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    from python_jobs.warehouse import open_warehouse

    with open_warehouse(_settings(warehouse), read_only=True) as opened:
        ours = {
            row["call_id"]: row["sentiment"]
            for row in opened.rows("select call_id, sentiment from ai.call_sentiments")
        }
        some = sorted(ours)[:: max(1, len(ours) // 2_000)]
        said: dict[str, list[str]] = {}
        for row in opened.rows(
            "select call_id, text from marts.call_segments where not is_internal "
            f"and call_id in ({', '.join('?' for _ in some)})",
            some,
        ):
            said.setdefault(row["call_id"], []).append(row["text"])
    plain = SentimentIntensityAnalyzer()
    lines = []
    for way in sorted({way for _, way in truth.values()}, reverse=True):
        of_way = [call for call in ours if truth[call][1] == way]
        commonest = Counter(truth[call][0] for call in of_way).most_common(1)[0][0]
        sampled = [call for call in said if truth[call][1] == way]
        scores = {
            "ours": macro_f1((truth[call][0], ours[call]) for call in of_way),
            "the majority class": macro_f1((truth[call][0], commonest) for call in of_way),
            f"a plain lexicon (VADER, {len(sampled):,} of them)": macro_f1(
                (truth[call][0], _label(plain.polarity_scores(" ".join(said[call]))["compound"]))
                for call in sampled
            ),
        }
        figures = ", ".join(f"{name} {value:.3f}" for name, value in scores.items())
        lines.append(f"sentiment, macro-F1, phrasing {way} ({len(of_way):,} calls): {figures}")
    return lines


def macro_f1(pairs: Iterator[tuple[str, str]] | Any) -> float:
    """The mean over the labels of 2 tp / (2 tp + fp + fn), from pairs of truth and answer."""
    counted = Counter(pairs)
    total = 0.0
    for label in LABELS:
        right = counted[label, label]
        wrong = sum(n for (true, said), n in counted.items() if (true == label) != (said == label))
        total += 2 * right / (2 * right + wrong) if right else 0.0
    return total / len(LABELS)


def _label(compound: float) -> str:
    """As the lexicon's authors draw the lines."""
    return "positive" if compound >= 0.05 else "negative" if compound <= -0.05 else "neutral"


def _settings(warehouse: Path) -> Settings:
    return Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=warehouse)


def _judge(name: str, value: float, most: float, unit: str) -> None:
    reached = "reached" if value <= most else "MISSED"
    print(f"{name}: {value:,.2f} {unit}, at most {most:,.1f}: {reached}", flush=True)


if __name__ == "__main__":
    main()
