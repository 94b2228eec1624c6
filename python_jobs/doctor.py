"""`gtm doctor`: is everything that is configured well, and if not, what to do about it."""

from __future__ import annotations

import dataclasses
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from python_jobs.errors import ConfigurationError, GtmError, PermanentError, TransientError
from python_jobs.options import Target
from python_jobs.settings import Settings, load_settings

if TYPE_CHECKING:
    from python_jobs.ingest.connector import Check, Source
    from python_jobs.warehouse import Warehouse

logger = logging.getLogger(__name__)

ATTEMPTS, LONGEST_WAIT = 2, 10.0
"""A doctor asks twice and waits little: what only passes by itself is a finding too."""

PROBE = "gtm_doctor"
"""Name of the table and view that are made, and dropped again, to see whether one may."""

MODEL = "claude"
"""The language model's place among the sources."""

LOADED = ("raw", "ops")
BUILT = ("registry", "staging", "intermediate", "signals", "sync", "marts")


@dataclass(frozen=True)
class Finding:
    """What was found of a source, or of the warehouse. ``check`` is None: it is not configured, or
    nothing is asked of it."""

    subject: str
    check: Check | None
    advice: str = ""

    @property
    def exit_code(self) -> int:
        """0 if it is well or not configured, 1 if it may pass, 2 if a setting must change."""
        return 0 if self.check is None or self.check.is_ok else self.check.exit_code

    def line(self) -> str:
        """As it is printed."""
        if self.check is None:
            return f"not configured  {self.subject}: {self.advice}"
        if self.check.is_ok:
            return f"ok              {self.subject}: {self.check.what}"
        return f"not ok          {self.subject}: {self.check.what} – {self.check.advice}"


def doctor(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE…", help="Only these; default: all.")
    ] = None,
    target: Target = None,
) -> None:
    """Check every configured credential, scope and quota, and the warehouse: a line each.

    Nothing is read from a vendor but what tells whether reading would work, and no credit is spent.
    Ends with exit code 1 if something configured is not ok, 2 if a setting must change for it.

    Examples:

        gtm doctor

        gtm doctor salesforce gong
    """
    from python_jobs.ingest.sources import SOURCES

    settings = load_settings().with_target(target)
    known = [*SOURCES, MODEL]
    named = sources or known
    unknown = [name for name in named if name not in known]
    if unknown:
        raise ConfigurationError(f"there is no source '{unknown[0]}': use {', '.join(known)}")
    wanted = [source for name, source in SOURCES.items() if name in named]
    findings = diagnose(settings, wanted)
    if MODEL in named:
        findings = chain(findings, [check_model(settings)])
    found = []
    for finding in findings:
        print(finding.line(), flush=True)
        found.append(finding)
    bad = [finding for finding in found if finding.exit_code]
    if bad:
        kind = ConfigurationError if any(f.exit_code == 2 for f in bad) else TransientError
        raise kind(f"{len(bad)} of {len(found)} are not ok, see above")


def diagnose(settings: Settings, sources: Sequence[Source]) -> Iterator[Finding]:
    """The warehouse's findings, then each source's, as they are made."""
    for check in check_warehouse(settings):
        yield Finding(settings.target, check)
    for source in sources:
        yield from check_source(settings, source)


def check_source(settings: Settings, source: Source) -> Iterator[Finding]:
    """What a source says of its credentials; one finding if it is not configured or not used."""
    from python_jobs.ingest.connector import Check

    try:
        config = source.config.load(settings.sandbox_url)
    except ConfigurationError as error:
        yield Finding(source.name, Check("its settings can be read", False, str(error)))
        return
    missing = config.missing()
    if missing:
        yield Finding(source.name, None, f"set {', '.join(missing)} (see .env.example)")
        return
    idle = _idle(settings, source)
    if idle:
        yield Finding(source.name, None, idle)
        return
    patience = dataclasses.replace(settings.patience, attempts=ATTEMPTS, longest_wait=LONGEST_WAIT)
    try:
        checks = source.check(source.connect(config, patience))
    except GtmError as error:
        checks = [Check("it can be asked", False, str(error), error.exit_code)]
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        logger.debug("%s", source.name, exc_info=error)
        advice = f"it answered in a form that is not known here ({type(error).__name__})"
        checks = [Check("it can be asked", False, advice, PermanentError.exit_code)]
    for check in checks:
        yield Finding(source.name, check)


def _idle(settings: Settings, source: Source) -> str | None:
    """Why there is nothing to ask the source for; None also where the warehouse cannot tell."""
    from python_jobs.registry.journal import read_registries
    from python_jobs.warehouse import is_of_an_engine, open_warehouse

    if source.idle is None:
        return None
    if settings.target == "duckdb" and not settings.duckdb_path.exists():
        return source.idle(read_registries(None))
    try:
        with open_warehouse(settings, read_only=True) as warehouse:
            return source.idle(read_registries(warehouse))
    except Exception as error:
        if not isinstance(error, GtmError) and not is_of_an_engine(error):
            raise
        return None


def check_model(settings: Settings) -> Finding:
    """Whether Anthropic takes the key and the configured model can do the work; asking is free."""
    from python_jobs.enrich.commands import engine_named
    from python_jobs.enrich.engines.claude import ClaudeConfig

    try:
        missing = ClaudeConfig.load(settings.sandbox_url).missing()
        if missing:
            return Finding(MODEL, None, f"set {', '.join(missing)} (see .env.example)")
        hurried = settings.model_copy(
            update={"http_attempts": ATTEMPTS, "http_longest_wait": LONGEST_WAIT}
        )
        engine = engine_named("claude", hurried)
    except GtmError as error:
        return Finding(MODEL, _check("the key and the model can be used", error))
    engine.close()
    return Finding(MODEL, _check(f"the key is good, and {engine.model} answers by a schema"))


def check_warehouse(settings: Settings) -> list[Check]:
    """Whether the warehouse is there, may be written, and has its schemas."""
    from python_jobs.warehouse import is_of_an_engine, only_writer, open_warehouse

    if settings.target == "duckdb" and not settings.duckdb_path.exists():
        return [_check_folder(settings)]
    try:
        with only_writer(settings), open_warehouse(settings) as warehouse:
            if settings.target == "snowflake":
                return list(_check_snowflake(settings, warehouse))
            return list(_check_duckdb(settings, warehouse))
    except GtmError as error:
        return [_check("it can be opened", error)]
    except Exception as error:
        if not is_of_an_engine(error):
            raise
        advice = (
            f"the connection was refused ({_short(error)}): check SNOWFLAKE_ACCOUNT, "
            "SNOWFLAKE_USER, SNOWFLAKE_ROLE and the key, and see snowflake/README.md"
        )
        return [_check("it can be opened", ConfigurationError(advice))]


def _check_folder(settings: Settings) -> Check:
    """A DuckDB file that is not there yet is made by the first run."""
    folder = settings.duckdb_path.absolute().parent
    if folder.is_dir() and os.access(folder, os.W_OK):
        return _check(f"{settings.duckdb_path} will be made by the first run")
    advice = f"{folder} is not a folder that can be written to: correct GTM_DUCKDB_PATH"
    return _check(f"{settings.duckdb_path} can be made", ConfigurationError(advice))


def _check_duckdb(settings: Settings, warehouse: Warehouse) -> Iterator[Check]:
    yield _check(f"{settings.duckdb_path} can be opened")
    advice = f"make {settings.duckdb_path} and its folder writable, and see that the disk has room"
    yield _may(
        "it can be written",
        advice,
        warehouse,
        ["create schema if not exists ops", *_table_in("ops")],
    )
    missing = _missing_schemas(warehouse)
    yield _check(
        f"the first run makes the schemas {', '.join(missing)}" if missing else "its schemas exist"
    )


def _check_snowflake(settings: Settings, warehouse: Warehouse) -> Iterator[Check]:
    yield _check(f"account {settings.snowflake_account} lets {settings.snowflake_user} in")
    role, compute = settings.snowflake_role, settings.snowflake_warehouse
    runs = _may(
        f"role {role} may use warehouse {compute} and database {settings.snowflake_database}",
        "run snowflake/02_warehouse.sql to 04_grants.sql, or correct SNOWFLAKE_WAREHOUSE, "
        "SNOWFLAKE_DATABASE and SNOWFLAKE_ROLE",
        warehouse,
        ["select count(*) from information_schema.schemata"],
    )
    yield runs
    if not runs.is_ok:
        return
    missing = _missing_schemas(warehouse)
    if missing:
        advice = f"run snowflake/03_database.sql: {', '.join(missing)} cannot be seen"
        yield _check("its schemas exist", ConfigurationError(advice))
        return
    yield _check("its schemas exist")
    yield from _check_grants(role, warehouse)


def _check_grants(role: str, warehouse: Warehouse) -> Iterator[Check]:
    """A role may load, or build, or both; one that may do neither is of no use."""
    grants = "run snowflake/04_grants.sql"
    loads = _may(
        f"role {role} may load",
        grants,
        warehouse,
        [statement for schema in LOADED for statement in _table_in(schema)],
    )
    builds = _may(
        f"role {role} may build",
        grants,
        warehouse,
        [statement for schema in BUILT for statement in _view_in(schema)],
    )
    if loads.is_ok and not builds.is_ok:
        builds = _check(f"role {role} may not build: use GTM_TRANSFORMER for `gtm build`")
    elif builds.is_ok and not loads.is_ok:
        loads = _check(f"role {role} may not load: use GTM_LOADER for `gtm load` and `gtm ingest`")
    yield loads
    yield builds


def _table_in(schema: str) -> list[str]:
    return [
        f"create or replace table {schema}.{PROBE} (n integer)",
        f"insert into {schema}.{PROBE} values (1)",
        f"drop table {schema}.{PROBE}",
    ]


def _view_in(schema: str) -> list[str]:
    return [
        f"create or replace view {schema}.{PROBE} as select 1 as n",
        f"drop view {schema}.{PROBE}",
    ]


def _missing_schemas(warehouse: Warehouse) -> list[str]:
    from python_jobs.warehouse import SCHEMAS

    found = warehouse.rows("select lower(schema_name) as name from information_schema.schemata")
    existing = {row["name"] for row in found}
    return [schema for schema in SCHEMAS if schema not in existing]


def _may(what: str, advice: str, warehouse: Warehouse, statements: Sequence[str]) -> Check:
    """Whether the warehouse takes the statements."""
    from python_jobs.warehouse import is_of_an_engine

    try:
        for statement in statements:
            warehouse.execute(statement)
    except Exception as error:
        if not is_of_an_engine(error):
            raise
        return _check(what, ConfigurationError(f"{advice} ({_short(error)})"))
    return _check(what)


def _check(what: str, error: GtmError | None = None) -> Check:
    from python_jobs.ingest.connector import Check

    if error is None:
        return Check(what, True)
    return Check(what, False, str(error), error.exit_code)


def _short(error: Exception) -> str:
    """The kind of an engine's error and its number: its text may quote names and values."""
    number = getattr(error, "errno", None)
    return f"{type(error).__name__} {number}" if number else type(error).__name__
