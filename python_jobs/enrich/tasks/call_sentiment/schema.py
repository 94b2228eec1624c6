"""The answer: a label, a score and the sentences at both ends."""

from typing import Literal

from pydantic import Field

from python_jobs.enrich.task import Output, Quote


class CallSentiment(Output):
    """How the buyer feels about us, over the whole call; quotes are the buyer's, the strongest
    first."""

    label: Literal["negative", "neutral", "positive"]
    score: float = Field(ge=-1, le=1)
    most_negative: list[Quote]
    most_positive: list[Quote]
