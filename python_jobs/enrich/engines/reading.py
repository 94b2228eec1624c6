"""From what a model wrote to an answer that is of the task's form."""

from __future__ import annotations

from pydantic import ValidationError

from python_jobs.enrich.task import Asked, Output, Quote, Task


def read(task: Task, asked: Asked, text: str) -> Output | None:
    """The output that a text is the JSON of; None where it is not of the task's form."""
    try:
        output = task.output.model_validate_json(text)
    except ValidationError:
        return None
    return placed(output, asked)


def placed(output: Output, asked: Asked) -> Output:
    """The output with every quote at its place: models copy words well, and count badly.

    A quote that does not stand in its row stays as it is, for the checker to remove.
    """
    changed = {
        name: [_placed(item, asked) if isinstance(item, Quote) else item for item in value]
        if isinstance(value, list)
        else _placed(value, asked)
        for name in type(output).model_fields
        if isinstance(value := getattr(output, name), list | Quote)
    }
    return output.model_copy(update=changed)


def _placed(quote: Quote, asked: Asked) -> Quote:
    start = asked.evidence.get(quote.evidence, "").find(quote.text)
    if start < 0:
        return quote
    return quote.model_copy(update={"start": start, "end": start + len(quote.text)})
