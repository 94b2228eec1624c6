"""The answer: statements about a call."""

from python_jobs.enrich.task import Output, Statement


class CallSummary(Output):
    """At most a handful of statements each."""

    summary: list[Statement]
    concerns: list[Statement]
    next_steps: list[Statement]
