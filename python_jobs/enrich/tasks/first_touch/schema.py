"""The answer: the slots of a first message that are written. The others are made in SQL."""

from python_jobs.enrich.task import Output, Statement


class FirstTouch(Output):
    """A slot is null where nothing may be said."""

    opening: Statement | None
    call_to_action: Statement | None
