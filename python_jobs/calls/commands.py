"""``gtm calls`` and ``gtm coach``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from python_jobs.calls import titled
from python_jobs.errors import ConfigurationError
from python_jobs.options import AsJson, Target
from python_jobs.printing import counted, printed_json
from python_jobs.settings import load_settings

if TYPE_CHECKING:
    from python_jobs.calls.coaching import Plan
    from python_jobs.calls.search import Found
    from python_jobs.warehouse import Warehouse

TABLES = (
    ("marts", "calls_enriched"),
    ("marts", "call_analysis"),
    ("marts", "rep_performance"),
    ("ai", "call_embeddings"),
)
"""What the commands read, and what is built last."""

app = typer.Typer(name="calls", help="Recorded calls: search them, see one.", no_args_is_help=True)

LIKE_A_CALL, LIKE_A_TEXT = 0.7, 0.1
"""Least similarity: a text has few of a call's words, and none comes near a whole call."""

Top = Annotated[int, typer.Option("--top", min=1, help="So many calls at most.")]


@app.command()
def search(
    words: Annotated[
        str, typer.Argument(help="Words that are all said in the call, or how they begin.")
    ],
    top: Top = 10,
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """Find the calls in which words are said.

    Example:

        gtm calls search "data residency" --top 5
    """
    from python_jobs.calls.search import by_words

    with _opened(target) as warehouse:
        found = by_words(warehouse, words, top)
    _print(found, as_json, _sentences, "No call was found in which all of these words are said.")


@app.command()
def similar(
    what: Annotated[str, typer.Argument(metavar='CALL|"text"', help="A call's id, or any text.")],
    top: Top = 5,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold",
            min=-1,
            max=1,
            help=f"Least similarity, 1 is the same; none: {LIKE_A_CALL} of a call, {LIKE_A_TEXT} "
            "of a text.",
        ),
    ] = None,
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """Find the calls that are about the same.

    Examples:

        gtm calls similar 7782342274025937895

        gtm calls similar "worried about the price of notarization"
    """
    from python_jobs.calls.search import like_call, like_text

    with _opened(target) as warehouse:
        is_call = warehouse.rows("select 1 from marts.fct_calls where call_id = ?", [what])
        least = threshold if threshold is not None else LIKE_A_CALL if is_call else LIKE_A_TEXT
        found = (like_call if is_call else like_text)(warehouse, what, top, least)
    nothing = f"No call is like it by {least:g} or more; --threshold lowers that."
    _print(found, as_json, "{:.2f}".format, nothing)


@app.command()
def show(
    call: Annotated[str, typer.Argument(help="A call's id.")],
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """One call's analysis: how it was led, what is at risk, what was said, and calls like it.

    Example:

        gtm calls show 7782342274025937895
    """
    from python_jobs.calls.analysis import analysis_of

    with _opened(target) as warehouse:
        found = analysis_of(warehouse, call)
    print(found.as_json() if as_json else found.as_text())


def coach(
    rep: Annotated[
        str | None,
        typer.Argument(help="A seller: name, part of it, or id; none: all."),
    ] = None,
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """What a seller is to work on, from which calls, in the words that were said there.

    Without a seller: the calls of the period that need coaching, and why.

    Examples:

        gtm coach

        gtm coach "Ann Lee" --json
    """
    from python_jobs.calls.coaching import calls_to_review, plan_for

    with _opened(target) as warehouse:
        if rep is None:
            calls = calls_to_review(warehouse)
            print(printed_json(calls) if as_json else review_text(calls))
            return
        plan = plan_for(warehouse, rep)
    print(plan.as_json() if as_json else plan_text(plan))


def review_text(calls: list[dict[str, Any]]) -> str:
    """The calls of the period to talk about, seller by seller, in lines."""
    if not calls:
        return "No call of the period needs coaching."
    lines: list[str] = []
    for name, of_one in groupby(calls, key=lambda call: call["rep_name"] or call["rep_id"]):
        lines.append(str(name or "Nobody's"))
        for call in of_one:
            reason = f"{call['reason']} ({float(call['measure_value']):.2f})"
            lines.append(
                f"  {call['started_at']:%Y-%m-%d} {titled(call['title'])} ({call['call_id']}): "
                f"{reason}"
            )
    return "\n".join(lines)


@contextmanager
def _opened(target: str | None) -> Iterator[Warehouse]:
    """The warehouse, to read.

    Raises:
        ConfigurationError: what there is to read has not been built.
    """
    from python_jobs.warehouse import open_warehouse

    with open_warehouse(load_settings().with_target(target), read_only=True) as warehouse:
        for schema, table in TABLES:
            if not warehouse.has_table(schema, table):
                raise ConfigurationError(
                    f"{schema}.{table} is not there yet: run `gtm build`, `gtm enrich all` and "
                    "`gtm build --select tag:language`"
                )
        yield warehouse


def plan_text(plan: Plan) -> str:
    """The plan in lines."""
    score = "too few calls for a score" if plan.score is None else f"{plan.score:.0f} of 100"
    trend = "" if plan.trend is None else f", {plan.trend:+.0f} against the period before"
    calls = f"{counted(plan.call_count, 'call')} in the period to {plan.period_ends_on}"
    lines = [f"{plan.rep_name or plan.rep_id}: {score}{trend}; {calls}"]
    if not plan.focus:
        lines.append("Nothing stands out that is to be worked on.")
    for number, focus in enumerate(plan.focus, 1):
        lines += [
            "",
            f"{number}. {focus.advice}",
            f"   {focus.label}: {focus.value:.2f} where {focus.good_value:g} is good, costs "
            f"{focus.points_lost:.0f} points",
        ]
        for call in focus.examples:
            lines.append(
                f"   {call.started_at:%Y-%m-%d} {titled(call.title)} ({call.call_id}): "
                f"{call.value:.2f}"
            )
            lines += [f'     {_at(said.starts_ms)}"{said.text}"' for said in call.said]
    return "\n".join(lines)


def _at(starts_ms: int | None) -> str:
    return "" if starts_ms is None else f"{starts_ms // 60_000}:{starts_ms // 1000 % 60:02d} "


def _sentences(count: float) -> str:
    return counted(count, "sentence")


def _print(found: list[Found], as_json: bool, score: Callable[[float], str], nothing: str) -> None:
    if as_json:
        print(printed_json([asdict(one) for one in found]))
        return
    if not found:
        print(nothing)
    for one in found:
        parts = [f"{one.started_at:%Y-%m-%d}", one.title, one.rep_name]
        print(f"{one.call_id}  {score(one.score)}  {'  '.join(part for part in parts if part)}")
        if one.said:
            print(f'    "{one.said}"')
