"""How often closed-lost mining tells what a deal was lost for, against the planted truth.

    gtm demo --files --size demo --out world          # GTM_AS_OF=2026-06-30
    python -m bench.closed_lost --world world --as-of 2026-06-30

Works in a copy of the warehouse, into which the world's calls are laid as the marts hold them (from
files there are none; pulled through the sandbox they are the same, and take longer).
Macro-F1 of the primary category over lost deals of the window, beside two baselines over the same
sentences: the category whose own name is said most, and always the most frequent one. The truth is
read here and nowhere else. A deal whose calls never name its reason can only be guessed: they are
counted apart.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from python_jobs.dbt_runner import DbtProject
from python_jobs.enrich.engines.offline import Offline
from python_jobs.enrich.runner import run_task
from python_jobs.enrich.tasks import task_named
from python_jobs.sandbox.world.talk import speakers_of, transcript
from python_jobs.settings import Settings, load_settings
from python_jobs.warehouse import BriefWarehouse

MODELS = (
    "path:seeds/registry/objection_categories.csv",
    "stg_registry__objection_categories",
    "path:models/intermediate/closed_lost",
    "path:models/ai/closed_lost_*",
    "path:models/enrich/closed_lost_*",
    "path:models/marts/closed_lost",
)

CATEGORIES = {
    "Price": "pricing",
    "Competitor": "competitor_preference",
    "Missing feature": "feature_gap",
    "Timing": "timing",
    "No decision": "internal_priority",
    "Regulatory": "regulatory",
}
"""The truth's names for the registry's."""
KEYWORDS = {
    "pricing": r"\bpric(e|es|ing)\b",
    "competitor_preference": r"\bcompetitors?\b",
    "feature_gap": r"\b(missing|features?)\b",
    "timing": r"\b(timing|times?)\b",
    "internal_priority": r"\b(decisions?|decided?|priority)\b",
    "regulatory": r"\b(regulat\w+)\b",
}
"""The keyword baseline: each category by its own name."""
NONE = "none"


class Deal(NamedTuple):
    """What a deal was lost for, and what each way of telling says."""

    truth: str
    phrasing: str
    is_named: bool
    mined: str
    keyword: str


def macro_f1(pairs: Iterable[tuple[str, str]]) -> float:
    """Mean over the true categories of the harmonic mean of precision and recall."""
    pairs = list(pairs)
    found = []
    for category in sorted({truth for truth, _ in pairs}):
        right = sum(truth == told == category for truth, told in pairs)
        told = sum(told == category for _, told in pairs)
        true = sum(truth == category for truth, _ in pairs)
        found.append(2 * right / (told + true))
    return sum(found) / len(found)


def prepare(warehouse: Path, world: Path, as_of: str) -> None:
    """Lay the world's calls into the marts, build the models of closed-lost mining, and have the
    deals read offline."""
    with duckdb.connect(str(warehouse)) as con:
        calls = con.sql(
            "select * from read_parquet(?) where opportunity_id is not null and started_at < ?",
            params=[str(world / "calls.parquet"), as_of],
        ).to_arrow_table()
        con.register("calls", calls)
        con.register("said", pa.Table.from_pylist(list(_sentences(calls.to_pylist()))))
        for table in ("call_opportunities", "fct_calls", "call_segments"):
            con.execute(f"delete from marts.{table}")
        con.execute(
            "insert into marts.call_opportunities by name "
            "select call_id, opportunity_id, true as is_linked_at_call, true as is_primary "
            "from calls"
        )
        con.execute(
            "insert into marts.fct_calls by name select call_id, started_at, "
            "true as is_transcribed, false as is_private from calls"
        )
        con.execute("insert into marts.call_segments by name select * from said")
    settings = Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=warehouse)
    outcome = DbtProject(settings, target_path=warehouse.parent / "target").run(
        *("build", "--exclude-resource-type", "unit_test", "test", "--select", *MODELS),
        variables={"as_of_date": as_of},
        on_start=lambda *_: None,
    )
    if outcome.failures:
        raise SystemExit("\n".join(outcome.failures))
    run_task(BriefWarehouse(settings), task_named("closed_lost_deal"), Offline())


def _sentences(calls: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for call in calls:
        ours = {place for place, one in enumerate(speakers_of(call)) if one.owner_id}
        number = 0
        for turn in transcript(call, "Ada"):
            for _, _, text in turn.sentences:
                number += 1
                yield {
                    "segment_id": f"{call['call_id']}:{number}",
                    "call_id": call["call_id"],
                    "segment_number": number,
                    "text": text,
                    "is_internal": turn.speaker in ours,
                }


def read(warehouse: Path, world: Path) -> list[Deal]:
    """The mined deals of a warehouse with what is true of them."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        mined = dict(
            con.execute(
                "select opportunity_id, objection_category from ai.closed_lost_deals"
            ).fetchall()
        )
        said = con.execute(
            "select opportunity_id, lower(text) from marts.call_opportunities "
            "inner join marts.call_segments using (call_id) where not is_internal"
        ).fetchall()
        truth = con.execute(
            "select opportunity_id, objection, phrasing, calls_naming_it > 0 from read_parquet(?)",
            [str(world / "truth" / "lost_deals.parquet")],
        ).fetchall()
    texts: dict[str, list[str]] = {}
    for deal, text in said:
        texts.setdefault(deal, []).append(text)
    by_id = {deal: category or NONE for deal, category in mined.items()}
    return [
        Deal(
            CATEGORIES[objection],
            phrasing,
            is_named,
            by_id[deal],
            _by_keyword(texts.get(deal, [])),
        )
        for deal, objection, phrasing, is_named in truth
        if deal in by_id
    ]


def _by_keyword(texts: Sequence[str]) -> str:
    counts = Counter(
        {
            category: sum(bool(re.search(word, text)) for text in texts)
            for category, word in KEYWORDS.items()
        }
    )
    [(category, count)] = counts.most_common(1)
    return category if count else NONE


def table(deals: Sequence[Deal]) -> list[dict[str, Any]]:
    """The figures of all deals, of those whose reason was named, and of these by phrasing."""
    named = [deal for deal in deals if deal.is_named]
    groups = {"all": deals, "named": named}
    for phrasing in sorted({deal.phrasing for deal in named}):
        groups[f"named, {phrasing}"] = [deal for deal in named if deal.phrasing == phrasing]
    rows = []
    for name, group in groups.items():
        if not group:
            continue
        majority = Counter(deal.truth for deal in group).most_common(1)[0][0]
        rows.append(
            {
                "deals": name,
                "count": len(group),
                "mined": macro_f1((deal.truth, deal.mined) for deal in group),
                "keywords": macro_f1((deal.truth, deal.keyword) for deal in group),
                "majority": macro_f1((deal.truth, majority) for deal in group),
                "accuracy": sum(deal.truth == deal.mined for deal in group) / len(group),
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Closed-lost categories against the truth.")
    parser.add_argument("--world", type=Path, default=Path("world"))
    parser.add_argument("--as-of", required=True, help="Last day of the world, YYYY-MM-DD.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "warehouse.duckdb"
        shutil.copy(load_settings().duckdb_path, copy)
        prepare(copy, arguments.world, arguments.as_of)
        rows = table(read(copy, arguments.world))
    print("deals                     count   mined  keywords  majority  accuracy (mined)")
    for row in rows:
        print(
            f"{row['deals']:<24} {row['count']:>6}  {row['mined']:6.3f}  {row['keywords']:8.3f}"
            f"  {row['majority']:8.3f}  {row['accuracy']:8.3f}"
        )


if __name__ == "__main__":
    main()
