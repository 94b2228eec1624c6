"""The answer: the sections of a brief, in their order."""

from python_jobs.enrich.task import Output, Statement

LENGTHS = {
    "why_hot": 3,
    "buying_stage": 1,
    "primary_interest": 1,
    "next_sales": 3,
    "next_marketing": 3,
    "personalisation": 2,
    "risks": 2,
}
"""The most statements of each section; each is one sentence."""


class AccountBrief(Output):
    """One statement is one bullet."""

    why_hot: list[Statement]
    buying_stage: list[Statement]
    primary_interest: list[Statement]
    next_sales: list[Statement]
    next_marketing: list[Statement]
    personalisation: list[Statement]
    risks: list[Statement]

    def sections(self) -> dict[str, list[Statement]]:
        """The statements by section, in order."""
        return {name: getattr(self, name) for name in LENGTHS}

    def words(self) -> int:
        """How long it is."""
        parts = self.sections().values()
        return sum(len(statement.text.split()) for part in parts for statement in part)
