"""What a brief must keep to beside what every answer must."""

from __future__ import annotations

from python_jobs.enrich.check import checked
from python_jobs.enrich.task import Asked, Checked, Output, Statement
from python_jobs.enrich.tasks.account_brief.schema import LENGTHS, AccountBrief


def check(brief: Output, asked: Asked) -> Checked:
    """The brief without what does not hold; nothing of one that lacks a section or is too long.

    Why an account is hot is told of what was observed, and of nothing else.
    """
    assert isinstance(brief, AccountBrief)
    reasons: list[str] = []
    placed: dict[str, list[Statement]] = {}
    for section, statements in brief.sections().items():
        placed[section] = []
        for statement in statements:
            if why := _misplaced(section, statement, asked):
                reasons.append(f"{section}: {why}")
            else:
                placed[section].append(statement)
    held = checked(AccountBrief(**placed), asked)
    made = held.made + len(reasons)
    reasons += held.reasons
    assert isinstance(held.output, AccountBrief)
    kept = {name: part[: LENGTHS[name]] for name, part in held.output.sections().items()}
    for name, part in held.output.sections().items():
        reasons += [f"{name}: more than the section holds"] * (len(part) - len(kept[name]))
    left = AccountBrief(**kept)
    if unusable := _unusable(left, asked):
        return Checked(brief, max(made, 1), max(made, 1), (unusable, *reasons))
    return Checked(left, made, len(reasons), tuple(reasons))


def _misplaced(section: str, statement: Statement, asked: Asked) -> str | None:
    if section == "why_hot":
        observed = asked.input.get("behaviour") or []
        if statement.kind != "fact" or not set(statement.evidence) <= set(observed):
            return "not observed behaviour"
    if section == "primary_interest" and statement.kind == "advice":
        return "an advice where interest is told"
    return None


def _unusable(brief: AccountBrief, asked: Asked) -> str | None:
    missing = [name for name, statements in brief.sections().items() if not statements]
    if missing:
        return f"nothing left of {', '.join(missing)}"
    if asked.prompt is not None and brief.words() >= asked.prompt.max_words:
        return "longer than the template allows"
    return None
