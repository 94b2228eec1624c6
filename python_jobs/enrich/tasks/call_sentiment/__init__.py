"""How the buyer feels in a call, and the sentences that show it most."""

from typing import Any

from python_jobs.enrich.check import checked
from python_jobs.enrich.task import Asked, InWarehouse, Task
from python_jobs.enrich.tasks.call_sentiment.offline import write
from python_jobs.enrich.tasks.call_sentiment.schema import CallSentiment

SCORES = {"positive": 0.5, "negative": -0.5, "neutral": 0.0, "mixed": 0.0, "unknown": 0.0}
"""AI_SENTIMENT gives labels and no figures; what is mixed is neither."""


def theirs(asked: Asked) -> str:
    """What the buyer says in the call."""
    return "\n".join(
        text for row, text in asked.evidence.items() if asked.said_by.get(row) == "them"
    )


def labelled(asked: Asked, value: Any) -> CallSentiment:
    """The label is Cortex's; which sentences show it most, the lexicon finds."""
    [overall] = [one for one in value["categories"] if one["name"] == "overall"]
    score = SCORES[overall["sentiment"]]
    label = "positive" if score > 0 else "negative" if score < 0 else "neutral"
    return write(asked).model_copy(update={"label": label, "score": score})


TASK = Task(
    "call_sentiment",
    CallSentiment,
    write,
    checked,
    version=2,
    in_warehouse=InWarehouse("ai_sentiment(said, return_error_details => true)", theirs, labelled),
)
