"""Where a call lies among all others by what is said in it: a vector."""

import math
from typing import Any

from python_jobs.enrich.task import Asked, Checked, InWarehouse, Output, Task
from python_jobs.enrich.tasks.call_embedding.offline import DIMENSIONS, said, write
from python_jobs.enrich.tasks.call_embedding.schema import CallEmbedding

CORTEX_MODEL = "snowflake-arctic-embed-l-v2.0-8k"
"""Made so that its first 256 places alone are a good vector too."""
MOST_CHARACTERS = 24_000


def shortened(asked: Asked) -> str:
    """As much of the call as the model reads: its beginning and its end."""
    text = said(asked)
    half = MOST_CHARACTERS // 2
    return text if len(text) <= MOST_CHARACTERS else f"{text[:half]}\n{text[-half:]}"


def cut(asked: Asked, value: Any) -> CallEmbedding:
    """The first places of a longer vector, of length 1 again."""
    first = [float(number) for number in value[:DIMENSIONS]]
    length = math.hypot(*first)
    return CallEmbedding(vector=[round(number / length, 6) for number in first])


def unchecked(output: Output, asked: Asked) -> Checked:
    """A vector states nothing."""
    return Checked(output)


TASK = Task(
    "call_embedding",
    CallEmbedding,
    write,
    unchecked,
    version=2,
    needs_prompt=False,
    engines=("offline", "cortex"),
    in_warehouse=InWarehouse(
        # vectors have no place in variants: an array has
        f"object_construct('value', cast(ai_embed('{CORTEX_MODEL}', said) as array))",
        shortened,
        cut,
    ),
)
