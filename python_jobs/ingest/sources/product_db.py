"""The product's own database: PostgreSQL, or Amazon Redshift, which speaks its protocol.

| entity | from | grain | schedule |
|---|---|---|---|
| users | the users table | user and value of updated_at | daily |
| events | the events table | event | daily |

Rows are read in pages along (updated_at, id), from two hours before the last row there was: loads
into a warehouse overtake each other. The SQL is what Redshift and PostgreSQL share; there is no
named cursor (Redshift would materialise the whole result on its leader node). No key is trusted to
be unique. A row without ``updated_at`` is never seen, and neither is one that was deleted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar, NamedTuple

import duckdb
import psycopg
import pyarrow as pa
import tenacity
from psycopg import sql
from psycopg.types.string import TextLoader
from pydantic import Field, SecretStr

from python_jobs.errors import ConfigurationError, PermanentError, RecordError, TransientError
from python_jobs.http import Api, Patience, Refused
from python_jobs.ingest.connector import (
    Check,
    Entity,
    Page,
    Pull,
    Record,
    Source,
    SourceConfig,
    State,
    tried,
)
from python_jobs.ingest.contracts import PRODUCT_EVENTS, PRODUCT_USERS, Contract
from python_jobs.ingest.reading import quoted
from python_jobs.ingest.records import EPOCH, as_text, as_time

PAGE = 50_000
OVERLAP = timedelta(hours=2)
START_SECONDS = 120.0

_AS_TEXT = ("timestamp", "timestamptz", "date", "json", "jsonb", "numeric", "uuid")
"""Types that stay the text they came as: the contract reads them, and sets aside what is none."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")


class ProductDbConfig(SourceConfig):
    """Where the database is, and under which names it has what we want."""

    dsn: SecretStr | None = Field(None, alias="PRODUCT_DB_DSN")
    users_table: str = Field("users", alias="PRODUCT_DB_USERS_TABLE")
    users_columns: str = Field("", alias="PRODUCT_DB_USERS_COLUMNS")
    events_table: str = Field("events", alias="PRODUCT_DB_EVENTS_TABLE")
    events_columns: str = Field("", alias="PRODUCT_DB_EVENTS_COLUMNS")
    statement_seconds: int = Field(600, alias="PRODUCT_DB_STATEMENT_SECONDS", gt=0)

    needs: ClassVar[tuple[str, ...]] = ("dsn",)
    in_sandbox: ClassVar[dict[str, str]] = {
        "dsn": "{url}/product_db/start",
        "users_table": "users",
        "users_columns": "signup_source",
        "events_table": "events",
        "events_columns": "app_version",
    }


@dataclass(frozen=True)
class Table:
    """A table as configured.

    Attributes:
        name: as in SQL, with its schema if need be.
        columns: name in the contract to name in the table; what the contract does not know is kept
            beside it.
        named: those of ``columns`` that the user names: they must be there.
        moved: the contract's name of the column that says when a row was last written.
        key: the contract's name of the id.
    """

    name: str
    columns: Mapping[str, str]
    named: frozenset[str]
    moved: str
    key: str

    @property
    def must(self) -> frozenset[str]:
        """The columns without which it cannot be read."""
        return self.named | {self.moved, self.key}


class Place(NamedTuple):
    """The last row that was read: when it was written, and its id, both as text."""

    at: str
    key: str


def users_table(config: ProductDbConfig) -> Table:
    """The users table as configured."""
    names = {column.name: column.name for column in PRODUCT_USERS.columns}
    named = _named("PRODUCT_DB_USERS_COLUMNS", config.users_columns)
    return Table(config.users_table, names | named, frozenset(named), "updated_at", "user_id")


def events_table(config: ProductDbConfig) -> Table:
    """The events table as configured; an event is known from the moment its row was written."""
    names = {column.name: column.name for column in PRODUCT_EVENTS.columns}
    names["known_at"] = "updated_at"
    named = _named("PRODUCT_DB_EVENTS_COLUMNS", config.events_columns)
    return Table(config.events_table, names | named, frozenset(named), "known_at", "event_id")


def _named(variable: str, text: str) -> dict[str, str]:
    """``user_id=id, signup_source`` as {"user_id": "id", "signup_source": "signup_source"}.

    Raises:
        ConfigurationError: it is not written so.
    """
    named = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        ours, _, theirs = (piece.strip() for piece in part.partition("="))
        if not _NAME.fullmatch(ours) or (theirs and not _NAME.fullmatch(theirs)):
            raise ConfigurationError(
                f"{variable}: '{part}' is not a column: write our_name=their_name, … "
                "(see `gtm load --describe product_users`)"
            )
        named[ours] = theirs or ours
    return named


class ProductDb:
    """A session that reads, and opens itself again when it is cut."""

    def __init__(self, config: ProductDbConfig, patience: Patience) -> None:
        self.config = config
        self.calls = 0
        self._patience = patience
        self._session: psycopg.Connection[Any] | None = None

    def open(self) -> psycopg.Connection[Any]:
        """The session: in UTC, with a time limit, and in transactions that only read.

        Raises:
            ConfigurationError: the DSN is none, or the user, password or database is not accepted.
            TransientError: the server does not answer.
        """
        if self._session is None or self._session.closed:
            self._session = self._connected()
            for name in _AS_TEXT:
                self._session.adapters.register_loader(name, TextLoader)
            self._session.read_only = True
            limit = self.config.statement_seconds * 1000
            self._session.execute(f"set statement_timeout to {limit}")
            self._session.execute("set timezone to 'UTC'")
            self._session.commit()
            try:
                self._session.execute("set default_transaction_read_only to on")
                self._session.commit()
            except psycopg.Error:
                # Not every server has it; each transaction says the same.
                self._session.rollback()
        return self._session

    def rows(
        self, statement: sql.SQL | sql.Composed, params: Mapping[str, Any] | None = None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of a query; sent again when the connection was cut or refused.

        Raises:
            ConfigurationError: a table or column is not there, or may not be read.
            TransientError: it takes too long, or the server does not come back.
            PermanentError: the server refuses it.
        """
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Again),
            stop=tenacity.stop_after_attempt(self._patience.attempts),
            wait=tenacity.wait_exponential_jitter(
                self._patience.first_wait, self._patience.longest_backoff
            ),
            reraise=True,
        )
        return retrying(self._once, statement, params)

    def close(self) -> None:
        """End the session."""
        if self._session is not None:
            self._session.close()

    def _once(
        self, statement: sql.SQL | sql.Composed, params: Mapping[str, Any] | None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        session = self.open()
        self.calls += 1
        try:
            cursor = session.execute(statement, params)
            names = [column.name for column in cursor.description or ()]
            rows = cursor.fetchall()
            session.rollback()
            return names, rows
        except psycopg.errors.QueryCanceled:
            session.close()
            raise TransientError(
                f"the product database did not answer within {self.config.statement_seconds} s: "
                "sort the table by the column that says when a row was written, or raise "
                "PRODUCT_DB_STATEMENT_SECONDS"
            ) from None
        except (
            psycopg.errors.UndefinedTable,
            psycopg.errors.UndefinedColumn,
            psycopg.errors.InvalidSchemaName,
            psycopg.errors.InsufficientPrivilege,
        ) as error:
            session.close()
            raise ConfigurationError(
                "the product database has no such table or column, or does not let its user read "
                f"it (SQLSTATE {error.sqlstate}): check PRODUCT_DB_* and the grants"
            ) from None
        except (psycopg.OperationalError, psycopg.InterfaceError):
            session.close()
            raise _Again("the product database cut the connection: run again later") from None
        except psycopg.Error as error:
            session.close()
            # Redshift: a load has changed the table meanwhile.
            if isinstance(error, psycopg.errors.SerializationFailure) or "1023" in str(error):
                raise _Again(
                    "the product database could not serialise a query: run again later"
                ) from None
            raise PermanentError(
                f"the product database refused a query (SQLSTATE {error.sqlstate})"
            ) from None

    def _connected(self) -> psycopg.Connection[Any]:
        try:
            return psycopg.connect(
                self._dsn(),
                connect_timeout=int(self._patience.connect_timeout),
                # Parameters are written into the query: Redshift cannot guess their types.
                cursor_factory=psycopg.ClientCursor,
                client_encoding="utf8",
                application_name="gtm",
                # Load balancers forget connections that are silent for some minutes.
                keepalives_idle=60,
            )
        except psycopg.ProgrammingError:
            raise ConfigurationError(
                "PRODUCT_DB_DSN is not a connection string: write "
                "postgresql://USER:PASSWORD@HOST:5439/DATABASE?sslmode=verify-full"
            ) from None
        except psycopg.OperationalError as error:
            if re.search(r"authentication|password|does not exist|pg_hba", str(error)):
                raise ConfigurationError(
                    "the product database does not accept the user, password or database of "
                    "PRODUCT_DB_DSN"
                ) from None
            raise _Again(
                "the product database does not answer: check the host and port of PRODUCT_DB_DSN, "
                "and that this machine may reach it"
            ) from None

    def _dsn(self) -> str:
        """The configured DSN; a web address is asked for one, as the sandbox's is."""
        dsn = self.config.dsn.get_secret_value() if self.config.dsn else ""
        if not dsn.startswith(("http://", "https://")):
            return dsn
        patience = replace(self._patience, read_timeout=START_SECONDS)
        try:
            answer = Api("product_db", dsn, patience=patience).json("POST", "", reads=True)
        except Refused as error:
            raise ConfigurationError(error.response.json()["message"]) from None
        return str(answer["dsn"])


class _Again(TransientError):
    """What passes by itself, perhaps: the query is sent again as often as there is patience."""


def columns_there(db: ProductDb, table: Table) -> dict[str, str]:
    """Those of the table's configured columns that it has: our name to theirs, in its own case.

    Raises:
        ConfigurationError: one that must be there is not.
    """
    nothing = sql.SQL("select * from {} where 1 = 0").format(_identifier(table.name))
    there = {name.lower(): name for name in db.rows(nothing)[0]}
    found = {
        ours: there[theirs.lower()]
        for ours, theirs in table.columns.items()
        if theirs.lower() in there
    }
    missing = sorted(table.columns[ours] for ours in table.must - found.keys())
    if missing:
        raise ConfigurationError(
            f"table {table.name} of the product database has no column {', '.join(missing)}: name "
            "its own in PRODUCT_DB_USERS_COLUMNS or PRODUCT_DB_EVENTS_COLUMNS (our_name=their_name)"
        )
    return found


def read_users(pull: Pull) -> Iterator[Page]:
    """Users as they are; everything there is in the first pull, then what was written since."""
    begin = pull.since("updated_at", OVERLAP)
    if pull.mode != "backfill" and not pull.state:
        begin = EPOCH
    for names, rows, place in _pages(pull, users_table(pull.config), begin):
        records = [dict(zip(names, row, strict=True)) for row in rows]
        yield Page([_with_plain_times(record) for record in records], _checkpoint(pull, place))


def read_events(pull: Pull) -> Iterator[Page]:
    """Events by when their row was written."""
    table, begin = events_table(pull.config), pull.since("updated_at", OVERLAP)
    con = duckdb.connect(":memory:")
    con.execute("set timezone = 'UTC'; set enable_progress_bar = false; set memory_limit = '400MB'")
    try:
        for names, rows, place in _pages(pull, table, begin):
            values = zip(*rows, strict=True)
            texts = {name: _texts(column) for name, column in zip(names, values, strict=True)}
            events = _as_events(con, pa.table(texts))
            yield Page(events, _checkpoint(pull, place))
    finally:
        con.close()


def _pages(
    pull: Pull, table: Table, begin: datetime
) -> Iterator[tuple[list[str], list[tuple[Any, ...]], Place]]:
    """Pages along (moved, id): our column names, the rows, and the last row's place."""
    db: ProductDb = pull.api
    columns = columns_there(db, table)
    moved, key = sql.Identifier(columns[table.moved]), sql.Identifier(columns[table.key])
    statement = sql.SQL(
        "select {columns} from {table} "
        "where {moved} >= %(at)s and {moved} <= %(end)s "
        "and ({moved} > %(at)s or coalesce(cast({key} as varchar), '') > %(key)s) "
        "order by {moved}, coalesce(cast({key} as varchar), '') limit {page}"
    ).format(
        columns=sql.SQL(", ").join(
            sql.SQL("{} as {}").format(sql.Identifier(theirs), sql.Identifier(ours))
            for ours, theirs in columns.items()
        ),
        table=_identifier(table.name),
        moved=moved,
        key=key,
        page=sql.Literal(PAGE),
    )
    place, end = Place(begin.isoformat(" "), ""), pull.end.isoformat(" ")
    while True:
        names, rows = db.rows(statement, {"at": place.at, "key": place.key, "end": end})
        if not rows:
            return
        last = dict(zip(names, rows[-1], strict=True))
        place = Place(str(last[table.moved]), as_text(last[table.key]) or "")
        yield names, rows, place
        if len(rows) < PAGE:
            return


def _checkpoint(pull: Pull, place: Place) -> State | None:
    try:
        reached = as_time(place.at)
    except RecordError:
        return None
    return {"updated_at": min(reached or pull.begin, pull.end).isoformat()}


def _identifier(table: str) -> sql.Identifier:
    parts = table.split(".")
    if not all(_NAME.fullmatch(part) for part in parts):
        raise ConfigurationError(f"'{table}' is not a table: write table or schema.table")
    return sql.Identifier(*parts)


def _texts(values: Sequence[Any]) -> pa.Array:
    return pa.array([v if v is None or type(v) is str else as_text(v) for v in values], pa.string())


def _with_plain_times(record: Record) -> Record:
    """The contract's times in UTC without an offset, as `gtm load` writes them; nulls left out."""
    plain = {name: value for name, value in record.items() if value is not None}
    for column in PRODUCT_USERS.columns:
        if column.kind == "timestamp" and column.name in plain:
            try:
                plain[column.name] = str(as_time(plain[column.name]))
            except RecordError:
                continue
    return plain


def _as_events(con: duckdb.DuckDBPyConnection, rows: pa.Table) -> pa.Table:
    """Texts under our names as the contract's columns; what it does not know goes to properties.

    Of a row to be set aside, ``original`` has the times as they came.
    """
    expressions = []
    known = {column.name: column.kind for column in PRODUCT_EVENTS.columns}
    extras = [name for name in rows.column_names if name not in known]
    for name, kind in known.items():
        if name not in rows.column_names:
            value = "null::timestamp" if kind == "timestamp" else "null::varchar"
        elif kind == "timestamp":
            time = f"try_cast({quoted(name)} as timestamptz)"
            value = f"case when isfinite({time}) then {time} at time zone 'UTC' end"
        else:
            value = f"nullif(replace({quoted(name)}, chr(0), ''), '')"
        expressions.append((name, value))
    values = dict(expressions)
    values["properties"] = _folded(values["properties"], extras)
    listed = ", ".join(f"{value} as {name}" for name, value in values.items())
    times = ", ".join(
        f"'{name}', {quoted(name)}"
        for name, kind in known.items()
        if kind == "timestamp" and name in rows.column_names
    )
    is_lacking = " or ".join(f"{name} is null" for name in PRODUCT_EVENTS.required)
    con.register("rows_of_page", rows)
    return con.sql(
        f"select * exclude (as_sent), case when {is_lacking} then as_sent end as original "
        f"from (select {listed}, json_object({times})::varchar as as_sent from rows_of_page)"
    ).to_arrow_table()


def _folded(properties: str, extras: Sequence[str]) -> str:
    """The expression of one JSON object: the event's own properties over the columns beside it."""
    own = f"case when json_type(try_cast({properties} as json)) = 'OBJECT' then {properties} end"
    if not extras:
        return own
    pairs = ", ".join(f"'{name}', {quoted(name)}" for name in extras)
    beside = f"json_merge_patch('{{}}', json_object({pairs}))"
    return f"json_merge_patch({beside}, coalesce({own}, '{{}}'))::varchar"


def check(db: ProductDb) -> list[Check]:
    """The session opens, the tables and columns are there, and nothing can be written."""
    opens = tried("the product database opens", db.open)
    if not opens.is_ok:
        return [opens]
    tables = [
        tried(f"table {name} has its columns", partial(_find_columns, db, table))
        for name, table in (
            (db.config.users_table, users_table),
            (db.config.events_table, events_table),
        )
    ]
    return [opens, *tables, tried("the session cannot write", partial(_refuse_writes, db))]


def _find_columns(db: ProductDb, table: Callable[[ProductDbConfig], Table]) -> None:
    columns_there(db, table(db.config))


def _refuse_writes(db: ProductDb) -> None:
    _, [(is_read_only,)] = db.rows(sql.SQL("show transaction_read_only"))
    if is_read_only != "on":
        raise ConfigurationError("give PRODUCT_DB_DSN a user who holds only SELECT")


USERS = Contract(
    source="product_db",
    entity="users",
    shape="state",
    meaning=PRODUCT_USERS.meaning,
    key=PRODUCT_USERS.key,
    columns=PRODUCT_USERS.columns,
    version_from=PRODUCT_USERS.version_from,
    first_known_from="created_at",
)

EVENTS = Contract(
    source="product_db",
    entity="events",
    shape="events",
    meaning=PRODUCT_EVENTS.meaning,
    key=PRODUCT_EVENTS.key,
    columns=PRODUCT_EVENTS.columns,
)

SOURCE = Source(
    name="product_db",
    title="Product database",
    config=ProductDbConfig,
    connect=ProductDb,
    entities=(Entity(USERS, read_users), Entity(EVENTS, read_events)),
    check=check,
)
