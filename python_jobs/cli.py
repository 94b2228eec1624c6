"""The ``gtm`` command line. Every command lives beside the job it starts; this file joins them."""

import io
import os
import signal
import sys
import threading
from contextlib import suppress

import typer

from python_jobs import log
from python_jobs.activate.commands import app as sync_app
from python_jobs.brief import brief
from python_jobs.build import build
from python_jobs.calls.commands import app as calls_app
from python_jobs.calls.commands import coach
from python_jobs.closed_lost.commands import app as closed_lost_app
from python_jobs.closed_lost.proposal_commands import app as proposals_app
from python_jobs.demo.commands import demo
from python_jobs.doctor import doctor
from python_jobs.enrich.commands import enrich
from python_jobs.errors import GtmError
from python_jobs.explain import explain
from python_jobs.http import bypass_proxy_to_this_machine
from python_jobs.ingest.commands import load
from python_jobs.ingest.connector_commands import ingest
from python_jobs.reference import refresh_reference
from python_jobs.registry.commands import app as registry_app
from python_jobs.replay import replay
from python_jobs.sandbox.commands import sandbox
from python_jobs.sandbox.world_commands import write_world
from python_jobs.schedule.commands import run, schedule

app = typer.Typer(
    name="gtm",
    help="Account intent in your own warehouse: pulled, scored, explained, written back.\n\n"
    "Results go to standard output, as JSON with --json; what is said meanwhile goes to standard "
    "error. Exit codes: 0 done, 1 failed (run again, or see what is said), 2 something must "
    "change first: an option, a setting, a file; 130 and 143 stopped, by Ctrl-C or SIGTERM.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options(
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Log every step."),
) -> None:
    log.configure(verbose)


app.command()(load)
app.command("ingest")(ingest)
app.command()(build)
app.command()(explain)
app.command()(enrich)
app.command()(brief)
app.add_typer(calls_app)
app.command()(coach)
app.command()(replay)
app.command()(run)
app.command()(schedule)
app.command()(demo)
app.add_typer(closed_lost_app)
app.add_typer(proposals_app)
app.add_typer(registry_app)
app.add_typer(sync_app)
app.command()(doctor)
app.command()(refresh_reference)
app.command("world")(write_world)
app.command()(sandbox)


def _tame(stdout: io.TextIOWrapper) -> None:
    """A terminal need not know a letter such as →, and takes no orders from what a web visitor,
    a caller or the CRM wrote."""
    stdout.reconfigure(errors="replace")
    write = stdout.write
    stdout.write = lambda text: write(log.tamed(text))  # type: ignore[method-assign]


def _flush() -> None:
    """Write what is left while an error can be told, and what fails not once more at the end."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            sys.stdout.close()
        raise


STOPPED = (128 + signal.SIGINT, 128 + signal.SIGTERM)
"""Exit codes of what was stopped, as shells have them."""


def main() -> None:
    """Run the command line; what a user can cause is one sentence and an exit code.

    SIGTERM is an exit like any other, so that what a command has started ends with it. What it
    writes is for the user and, where the umask lets it, the group.
    """
    os.umask(os.umask(0o077) | 0o007)
    if isinstance(sys.stdout, io.TextIOWrapper):
        _tame(sys.stdout)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    bypass_proxy_to_this_machine()
    try:
        try:
            app()
        finally:
            _flush()
    except BrokenPipeError:  # whoever read it has seen enough
        sys.exit(1)
    except SystemExit as ended:
        if ended.code in STOPPED:
            print("gtm: stopped: run it again to go on", file=sys.stderr, flush=True)
            if any(thread.daemon for thread in threading.enumerate()):
                os._exit(int(ended.code))  # pulls go on in them: Python would break them off in C++
        raise
    except Exception as error:
        from python_jobs.warehouse import not_built, what_broke  # slow to import

        told = error if isinstance(error, GtmError) else what_broke(error) or not_built(error)
        if told is None:
            raise
        print(f"gtm: {log.tamed(str(told))}", file=sys.stderr)
        sys.exit(told.exit_code)


if __name__ == "__main__":
    main()
