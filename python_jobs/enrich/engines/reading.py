"""From what a model wrote to an answer that is of the task's form."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from python_jobs.enrich.task import Asked, Output, Quote, Task


def read(task: Task, asked: Asked, text: str) -> Output | None:
    """The output that a text is the JSON of; None where it is not of the task's form."""
    try:
        output = task.output.model_validate_json(text)
    except ValidationError:
        return None
    return placed(output, asked)


def placed(output: Output, asked: Asked) -> Output:
    """The output with every quote at its place, also those within a point: models copy words well,
    and count badly.

    A quote that does not stand in its row stays as it is, for the checker to remove.
    """
    found: Output = _placed(output, asked)
    return found


def _placed(value: Any, asked: Asked) -> Any:
    if isinstance(value, list):
        return [_placed(item, asked) for item in value]
    if isinstance(value, Quote):
        start = asked.evidence.get(value.evidence, "").find(value.text)
        if start < 0:
            return value
        return value.model_copy(update={"start": start, "end": start + len(value.text)})
    if isinstance(value, BaseModel):
        parts = {name: _placed(getattr(value, name), asked) for name in type(value).model_fields}
        return value.model_copy(update=parts)
    return value
