"""What language work costs a month, by engine: `python -m bench.llm_costs`.

For every task whose inputs are built in the warehouse (GTM_DUCKDB_PATH), its prompts are measured,
and its answers by what the offline writer says of a sample. What a month of the warehouse asks is
scaled to 50,000 accounts, and 1,000 calls a month for what is about calls; nothing is asked, no key
is needed.

- **Asked a month**: a call once; a lost deal once, a twelfth of those of twelve months; the brief
  on lost deals once; a first message for each person of the queue, a queue a day; an account's
  brief as often as the last 30 days' scores and surge levels would have had it written again.

- **Tokens** are characters by `--characters` a token, for lack of Anthropic's own count offline;
  `gtm enrich TASK --engine claude --plan` uses that count.
- **Prices** are those of python_jobs/enrich/engines/prices.py. Cortex is shown at the same list
  price: Snowflake bills in credits by its own table, which GTM_CORTEX_PRICES is for.
- Nothing is taken off for the prompt cache, and thinking at effort `low` is not counted.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from python_jobs.enrich import runner
from python_jobs.enrich.engines.prices import LIST_PRICES, Usage
from python_jobs.enrich.task import Asked, Task
from python_jobs.enrich.tasks import task_named, task_names
from python_jobs.settings import PROJECT_DIR, load_settings
from python_jobs.warehouse import Warehouse, open_warehouse

SAMPLE = 100
DAYS = 30
WAYS = (
    ("claude", "claude-haiku-5-5", False),
    ("claude", "claude-haiku-5-5", True),
    ("claude", "claude-sonnet-5-5", False),
    ("claude", "claude-sonnet-5-5", True),
    ("cortex", "claude-haiku-4-5", False),
)
"""Engine, model, by batch."""


@dataclass(frozen=True)
class Size:
    """A task's month: how many are asked, and the tokens of one, on average."""

    task: str
    asked: int
    prompt: int
    answer: int


def sizes(warehouse: Warehouse, accounts: int, calls: int, characters: float) -> Iterator[Size]:
    """The month of every task that is asked in words and whose inputs are there."""
    for task in map(task_named, task_names()):
        schema, _, table = task.inputs.partition(".")
        if not task.needs_prompt or not warehouse.has_table(schema, table):
            continue
        sample = _sample(warehouse, task)
        if not sample:
            continue
        prompts = [len(one.instructions()) + len(one.message()) for one in sample]
        answers = [len(task.write_offline(one).model_dump_json()) for one in sample]
        yield Size(
            task.name,
            _asked_a_month(warehouse, task, accounts, calls),
            round(sum(prompts) / len(sample) / characters),
            round(sum(answers) / len(sample) / characters),
        )


def _sample(warehouse: Warehouse, task: Task) -> list[Asked]:
    prompts = runner.read_prompts(warehouse, task)
    rows = warehouse.rows(
        "select subject_key, template_id, input, evidence, input_hash "
        f"from {task.inputs} order by md5(subject_key) limit {SAMPLE}"
    )
    return [one for one in (Asked.of(row, prompts) for row in rows) if one.prompt is not None]


def _asked_a_month(warehouse: Warehouse, task: Task, accounts: int, calls: int) -> int:
    """How often the task is asked in a month of so many accounts and calls."""
    if task.name == "closed_lost_brief":
        return 1
    of_calls = task.name.startswith("call_")
    among = "marts.fct_calls" if of_calls else "marts.dim_accounts"
    [row] = warehouse.rows(
        f"select (select count(*) from {task.inputs}) as subjects, "
        f"(select count(*) from {among}) as among"
    )
    asked: float = row["subjects"]
    if task.name == "closed_lost_deal":
        asked /= 12
    elif task.name == "first_touch":
        asked *= DAYS
    elif task.name == "account_brief":
        asked = _briefs(warehouse)
    return round(asked / max(row["among"], 1) * (calls if of_calls else accounts))


def _briefs(warehouse: Warehouse) -> int:
    """Briefs that the last 30 days would have had written, by the rule of account_brief_inputs."""
    variables = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text("utf-8"))["vars"]
    days = warehouse.rows(
        "select account_key, intent_score, surge_level, intent_stage "
        "from marts.fct_daily_account_intent where snapshot_date > "
        f"(select max(snapshot_date) - {DAYS} from marts.fct_daily_account_intent) "
        "order by account_key, snapshot_date"
    )
    briefs = 0
    told: dict[str, dict[str, Any]] = {}
    for day in days:
        if day["intent_stage"] not in variables["brief_stages"]:
            continue
        last = told.get(day["account_key"])
        if (
            last is None
            or abs(day["intent_score"] - last["intent_score"]) >= variables["brief_score_move"]
            or day["surge_level"] != last["surge_level"]
        ):
            told[day["account_key"]] = day
            briefs += 1
    return briefs


def main() -> None:
    parser = argparse.ArgumentParser(description="What language work costs a month, by engine.")
    parser.add_argument("--warehouse", type=Path, help="DuckDB file; default: GTM_DUCKDB_PATH.")
    parser.add_argument("--accounts", type=int, default=50_000)
    parser.add_argument("--calls", type=int, default=1_000)
    parser.add_argument("--characters", type=float, default=3.0, help="Characters a token.")
    wanted = parser.parse_args()
    settings = load_settings().with_target("duckdb")
    if wanted.warehouse:
        settings = settings.model_copy(update={"duckdb_path": wanted.warehouse})
    with open_warehouse(settings, read_only=True) as warehouse:
        found = list(sizes(warehouse, wanted.accounts, wanted.calls, wanted.characters))
    print(f"{wanted.accounts:,} accounts, {wanted.calls:,} calls a month\n")
    print("| task | asked | tokens in | tokens out |", end="")
    print("".join(f" {engine} {model}{', batch' if b else ''} |" for engine, model, b in WAYS))
    print("|---|--:|--:|--:|" + "--:|" * len(WAYS))
    totals = [0.0] * len(WAYS)
    for size in found:
        costs = [
            size.asked * Usage(size.prompt, size.answer).cost(LIST_PRICES[model], batch)
            for _, model, batch in WAYS
        ]
        totals = [total + cost for total, cost in zip(totals, costs, strict=True)]
        shown = "".join(f" ${cost:,.2f} |" for cost in costs)
        print(f"| {size.task} | {size.asked:,} | {size.prompt:,} | {size.answer:,} |{shown}")
    print("| all | | | |" + "".join(f" ${total:,.2f} |" for total in totals))
    print("\noffline: $0.00")


if __name__ == "__main__":
    main()
