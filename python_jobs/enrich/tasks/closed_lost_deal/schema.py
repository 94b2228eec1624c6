"""The answer: what part of a lost deal's calls says about why it was lost."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from python_jobs.enrich.task import Output, Quote, Statement


class Point(BaseModel):
    """A statement and the words it rests on."""

    model_config = ConfigDict(extra="forbid")

    statement: Statement
    quote: Quote


class Objection(Point):
    """Once a call and category; ``severity``: 1 in passing, 2 serious, 3 decisive."""

    category: str
    severity: Literal[1, 2, 3]


class RivalSeen(Point):
    """How a competitor was seen, beside us."""

    competitor: str
    view: Literal["better", "worse", "equal", "considered"]


class SegmentAdvice(Point):
    """Whether companies like this one should be written to less, and why."""

    deprioritise: bool


class ClosedLostDeal(Output):
    """Empty lists where nothing was said of it."""

    objections: list[Objection]
    pain_points: list[Point]
    good_fit: list[Point]
    poor_fit: list[Point]
    competitors: list[RivalSeen]
    segment: list[SegmentAdvice]
    messaging: list[Point]
