"""The answer: a vector."""

from typing import Annotated

from pydantic import Field

from python_jobs.enrich.task import Output


class CallEmbedding(Output):
    """Of length 1, so that the product of two is their cosine."""

    vector: Annotated[list[float], Field(min_length=256, max_length=256)]
