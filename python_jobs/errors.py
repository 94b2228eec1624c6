"""Errors, grouped by what the caller should do about them.

A message says what happened, where, and what to do next; it never holds a secret or a record.
"""


class GtmError(Exception):
    """Base of every error that is shown to a person as one sentence, without a traceback."""

    exit_code = 1
    run_status = "failed"
    """What ops.job_runs says of a run that this error ended."""


class ConfigurationError(GtmError):
    """Something the user set, or did not set, must change first. Exit code 2."""

    exit_code = 2


class TransientError(GtmError):
    """The same call may work later: a busy warehouse, a service that is down. Exit code 1."""


class QuotaExhausted(GtmError):
    """A vendor's budget is spent: what landed is kept, the rest waits for a later run.

    Exit code 1.
    """

    run_status = "quota_exhausted"


class PermanentError(GtmError):
    """Trying again will not help; this stream stops, what landed is kept. Exit code 1."""


class RecordError(GtmError):
    """One record is unusable: it is set aside with its reason, and the work goes on."""
