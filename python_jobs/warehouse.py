"""The warehouse behind a target: one DuckDB file, or Snowflake. The same few verbs on both."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa
from filelock import FileLock, Timeout

from python_jobs.errors import ConfigurationError, GtmError, PermanentError, TransientError
from python_jobs.settings import Settings

SCHEMAS = (
    "raw",
    "registry",
    "staging",
    "intermediate",
    "signals",
    "sync",
    "enrich",
    "ai",
    "marts",
    "ops",
)


_NO_NAMES = frozenset({*SCHEMAS, "raw_staging", "replay", "system", "temp"})
"""Names that would mean two things: DuckDB calls a database by its file's name, up to a dot."""


class Warehouse(Protocol):
    """What jobs need of a warehouse. Column names come back in lower case on both engines."""

    target: str

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """All rows of a query, one dict each. Placeholders are ``?``."""
        ...

    def arrow(self, sql: str, params: Sequence[Any] = ()) -> pa.Table:
        """The result of a query as an Arrow table, for many rows."""
        ...

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """Run one statement whose result nobody reads."""
        ...

    def has_table(self, schema: str, table: str) -> bool:
        """Whether a table or view of that name is there."""
        ...

    def close(self) -> None: ...


def json_parameter(warehouse: Warehouse) -> str:
    """A placeholder whose text becomes a JSON column."""
    return "parse_json(?)" if warehouse.target == "snowflake" else "cast(? as json)"


def json_value(value: Any) -> Any:
    """What a JSON column holds: both engines give it as text."""
    return json.loads(value) if isinstance(value, str) else value


class DuckDBWarehouse:
    """One DuckDB file. It has one writer at a time; readers open, read and close."""

    target = "duckdb"

    def __init__(self, path: Path, read_only: bool = False) -> None:
        name = path.name.lstrip(".").split(".")[0]
        if name.lower() in _NO_NAMES or "#" in path.name:
            raise ConfigurationError(
                f"a DuckDB file cannot be called {path.name}: dbt reads no #, and {name} is a "
                "schema's name or one of DuckDB's own; give it another (GTM_DUCKDB_PATH)"
            )
        if read_only and not path.exists():
            raise ConfigurationError(
                f"there is no warehouse at {path.absolute()}: run `gtm ingest` or `gtm load`, then "
                "`gtm build`, or set GTM_DUCKDB_PATH"
            )
        try:
            self._connection = duckdb.connect(str(path), read_only=read_only)
        except duckdb.Error as error:
            raise _why_not_opened(path, error) from None
        self._connection.execute("set timezone = 'UTC'")

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        cursor = self._connection.execute(sql, list(params))
        names = [column[0].lower() for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def arrow(self, sql: str, params: Sequence[Any] = ()) -> pa.Table:
        return self._connection.sql(sql, params=list(params)).to_arrow_table()

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        self._connection.execute(sql, list(params))

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The open connection, for loaders that bring rows in as Arrow."""
        return self._connection

    def has_table(self, schema: str, table: str) -> bool:
        return _has_table(self, schema, table)

    def close(self) -> None:
        self._connection.close()


LANDING_MEMORY = "200MB"
"""What DuckDB may hold while rows land: a pull goes on for hours beside other programs."""


class BriefWarehouse:
    """Opens the warehouse for each statement and closes it again, so that another may hold it.

    With ``wait`` every statement, or everything within ``held``, also takes the right to write
    (``only_writer``), for which it waits so many seconds. ``memory`` is what DuckDB may then hold.
    """

    def __init__(
        self, settings: Settings, wait: float | None = None, memory: str = LANDING_MEMORY
    ) -> None:
        self._settings = settings
        self._wait = wait
        self._memory = memory
        self._open: Warehouse | None = None
        self.target: str = settings.target

    @contextmanager
    def held(self) -> Iterator[Warehouse]:
        """The warehouse, open until the block ends."""
        if self._open is not None:
            yield self._open
            return
        writing = nullcontext() if self._wait is None else only_writer(self._settings, self._wait)
        with writing, open_warehouse(self._settings) as warehouse:
            if self._wait is not None and isinstance(warehouse, DuckDBWarehouse):
                warehouse.execute(f"set memory_limit = '{self._memory}'")
            self._open = warehouse
            try:
                yield warehouse
            finally:
                self._open = None

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        with self.held() as warehouse:
            return warehouse.rows(sql, params)

    def arrow(self, sql: str, params: Sequence[Any] = ()) -> pa.Table:
        with self.held() as warehouse:
            return warehouse.arrow(sql, params)

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        with self.held() as warehouse:
            warehouse.execute(sql, params)

    def has_table(self, schema: str, table: str) -> bool:
        return _has_table(self, schema, table)

    def close(self) -> None:
        """Nothing is held open."""


class SnowflakeWarehouse:
    """A Snowflake database through the official connector."""

    target = "snowflake"

    def __init__(self, settings: Settings) -> None:
        import snowflake.connector  # takes a second, which DuckDB need not wait for

        try:
            self._connection = snowflake.connector.connect(**snowflake_options(settings))
        except snowflake.connector.errors.OperationalError as error:
            raise TransientError(f"Snowflake cannot be reached: {_first_line(error)}") from None
        except snowflake.connector.errors.Error as error:
            raise ConfigurationError(
                f"Snowflake refused to connect: {_first_line(error)}: check the SNOWFLAKE_ settings"
            ) from None
        except (OSError, TypeError, ValueError) as error:
            if settings.snowflake_private_key_path is None:
                raise
            # what the connector raises of the key's file, before it connects
            why = getattr(error, "strerror", None) or _first_line(error)
            raise ConfigurationError(
                f"the private key {settings.snowflake_private_key_path} cannot be read ({why}): "
                "check SNOWFLAKE_PRIVATE_KEY_PATH and SNOWFLAKE_PRIVATE_KEY_PASSPHRASE"
            ) from None

    @property
    def connection(self) -> Any:
        """The open connection of the official connector."""
        return self._connection

    def _run(self, sql: str, params: Sequence[Any]) -> Any:
        cursor = self._connection.cursor()
        cursor.execute(sql, tuple(params)) if params else cursor.execute(sql)
        return cursor

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        cursor = self._run(sql, params)
        names = [column[0].lower() for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def arrow(self, sql: str, params: Sequence[Any] = ()) -> pa.Table:
        cursor = self._run(sql, params)
        chunks = list(cursor.fetch_arrow_batches(force_microsecond_precision=True))
        table = together(chunks or [cursor.fetch_arrow_all(force_return_table=True)])
        return table.rename_columns([name.lower() for name in table.column_names])

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        self._run(sql, params)

    def has_table(self, schema: str, table: str) -> bool:
        return _has_table(self, schema, table)

    def close(self) -> None:
        self._connection.close()


def together(chunks: Sequence[pa.Table]) -> pa.Table:
    """The chunks of one result as a table. Snowflake sends whole numbers as narrow as a chunk's own
    values let it, so that the types of two chunks may differ; the widest holds them all."""
    return pa.concat_tables(chunks, promote_options="permissive")


def snowflake_options(settings: Settings) -> dict[str, Any]:
    """Options for the connector: key-pair authentication first, a password only without a key.

    Raises:
        ConfigurationError: the account, the user or every credential is missing.
    """
    missing = [
        name
        for name, value in (
            ("SNOWFLAKE_ACCOUNT", settings.snowflake_account),
            ("SNOWFLAKE_USER", settings.snowflake_user),
            (
                "SNOWFLAKE_PRIVATE_KEY_PATH",
                settings.snowflake_private_key_path or settings.snowflake_password,
            ),
        )
        if not value
    ]
    if missing:
        raise ConfigurationError(
            f"the snowflake target needs {', '.join(missing)}: set them in the environment "
            "(see profiles.example.yml)"
        )
    options: dict[str, Any] = {
        "account": settings.snowflake_account,
        "user": settings.snowflake_user,
        "role": settings.snowflake_role,
        "warehouse": settings.snowflake_warehouse,
        "database": settings.snowflake_database,
        "paramstyle": "qmark",
        "session_parameters": {"QUERY_TAG": "gtm", "TIMEZONE": "UTC"},
    }
    if settings.snowflake_private_key_path:
        options["private_key_file"] = str(settings.snowflake_private_key_path)
        if settings.snowflake_private_key_passphrase:
            options["private_key_file_pwd"] = (
                settings.snowflake_private_key_passphrase.get_secret_value()
            )
    elif settings.snowflake_password:
        options["password"] = settings.snowflake_password.get_secret_value()
    if settings.snowflake_host:
        options |= {
            "host": settings.snowflake_host,
            "port": settings.snowflake_port,
            "protocol": settings.snowflake_protocol,
        }
    return options


@contextmanager
def open_warehouse(settings: Settings, read_only: bool = False) -> Iterator[Warehouse]:
    """Open the warehouse of the configured target and close it again.

    Raises:
        ConfigurationError: the file is no DuckDB database, or Snowflake is not configured.
        TransientError: another process is writing to the DuckDB file.
    """
    warehouse: Warehouse
    if settings.target == "snowflake":
        warehouse = SnowflakeWarehouse(settings)
    else:
        warehouse = DuckDBWarehouse(settings.duckdb_path, read_only=read_only)
    try:
        yield warehouse
    finally:
        warehouse.close()


@contextmanager
def only_writer(settings: Settings, wait: float = 0) -> Iterator[None]:
    """Hold the right to write, waiting up to ``wait`` seconds for it.

    A second run meanwhile is one clear sentence, and harms nothing. The lock is a file beside the
    DuckDB file; the operating system frees it when a process dies. On Snowflake, statements are
    transactional; the lock keeps two runs of this machine apart.

    Raises:
        TransientError: another run holds it.
        ConfigurationError: the file's folder cannot be written to.
    """
    busy = f"another gtm run is writing to {settings.duckdb_path}: wait until it ends and run again"
    with held_lock(beside(settings.duckdb_path, "lock"), busy, wait):
        yield


def beside(path: Path, suffix: str) -> Path:
    """A file beside the DuckDB file, the same by whichever name that is reached."""
    return Path(f"{path.resolve()}.{suffix}")


@contextmanager
def held_lock(path: Path, busy: str, wait: float = 0) -> Iterator[None]:
    """Hold a lock file, waiting up to ``wait`` seconds for it; freed when the process dies.

    Raises:
        TransientError: another process holds it; the sentence is ``busy``.
        ConfigurationError: the file cannot be made.
    """
    lock = FileLock(path)
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise TransientError(busy) from None
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written ({error.strerror}): check the folder and its permissions, "
            "or set GTM_DUCKDB_PATH"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _has_table(warehouse: Warehouse, schema: str, table: str) -> bool:
    found = warehouse.rows(
        "select count(*) as n from information_schema.tables "
        "where lower(table_schema) = ? and lower(table_name) = ?",
        [schema, table],
    )
    return bool(found[0]["n"])


def _why_not_opened(path: Path, error: Exception) -> GtmError:
    if re.search(r"[Cc]onflicting lock|being used by another process", str(error)):
        return TransientError(
            f"another process has {path} open: close it, or wait until it ends, and run again"
        )
    if path.is_dir():
        return ConfigurationError(f"{path} is a folder: set GTM_DUCKDB_PATH to a file")
    if "Permission denied" in str(error) or "read-only" in str(error).lower():
        return ConfigurationError(
            f"{path} may not be opened: check the permissions of the file and of its folder"
        )
    return what_broke(error) or ConfigurationError(
        f"{path} cannot be read as a DuckDB database: restore it from a copy, "
        "or move it away and load again"
    )


def is_of_an_engine(error: BaseException) -> bool:
    """Whether DuckDB or Snowflake raised it."""
    import snowflake.connector  # takes a second, which runs without an error need not wait for

    return isinstance(error, (duckdb.Error, snowflake.connector.Error))


_MISSING = re.compile(
    r"Table with name \"?([\w.]+)\"? does not exist"
    r"|Object '([^']+)' does not exist or not authorized"
)
"""How DuckDB and Snowflake say that a table is not there."""


def not_built(error: BaseException) -> ConfigurationError | None:
    """The sentence for an error about a table that nobody has built yet; None if it is another.
    Snowflake says the same of one that the role may not read."""
    missing = _MISSING.search(str(error))
    if missing is None or not is_of_an_engine(error):
        return None
    if missing[1]:
        return ConfigurationError(f"{missing[1].lower()} is not there yet: run `gtm build` first")
    return ConfigurationError(
        f"{missing[2].lower()} is not there yet, or the role may not read it: run `gtm build` "
        "first, or `gtm doctor`"
    )


def what_broke(error: BaseException) -> GtmError | None:
    """The sentence for an error that is the disk's fault; None if it is not."""
    if isinstance(error, duckdb.Error | OSError) and "No space left on device" in str(error):
        return TransientError("the disk is full: make room and run again; nothing was lost")
    if not isinstance(error, duckdb.Error):
        return None
    if re.search(r"Corrupt database file|[Cc]hecksum|FATAL Error", str(error)):
        return PermanentError(
            "the warehouse file is damaged: restore it from a copy, or move it away and load again"
        )
    return None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
