"""The answer: why deals were lost, and what to do about it."""

from pydantic import BaseModel, ConfigDict

from python_jobs.enrich.task import Output, Quote, Statement


class TopObjection(BaseModel):
    """``category`` is the registry's."""

    model_config = ConfigDict(extra="forbid")

    category: str
    statement: Statement
    response: Statement
    quotes: list[Quote]


class Positioning(BaseModel):
    """``competitor`` is the registry's."""

    model_config = ConfigDict(extra="forbid")

    competitor: str
    statement: Statement
    positioning: Statement


class ClosedLostBrief(Output):
    """Empty lists where the rows have nothing for it."""

    overview: list[Statement]
    objections: list[TopObjection]
    deprioritise: list[Statement]
    double_down: list[Statement]
    messaging: list[Statement]
    competitors: list[Positioning]
