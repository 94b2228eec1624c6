"""What the emulator's cursor must do more than fakesnow's for dbt-snowflake to run on it."""

from __future__ import annotations

import threading
from typing import Any

import fakesnow.conn
import fakesnow.server
from fakesnow.cursor import FakeSnowflakeCursor
from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from tests.emulator import parsing, staging, transforms
from tests.emulator.kinds import Catalog
from tests.emulator.rewriting import Rewriting

# DuckDB refuses temporary objects outside its own catalog; every name dbt uses is unique anyway.
_NO_SUCH_PROPERTY = (exp.TemporaryProperty, exp.TransientProperty)
# One statement at a time: DDL of several sessions would conflict in DuckDB's catalog.
_ONE_AT_A_TIME = threading.RLock()
# Of one server: its tests and jobs see the same relations.
_catalog = Catalog()


class EmulatorCursor(FakeSnowflakeCursor):
    """fakesnow's cursor with temporary relations, changes of kind and native merges."""

    def execute(self, command: str, *args: Any, **kwargs: Any) -> FakeSnowflakeCursor:
        """Run one statement; whatever goes wrong is an SQL error, as it would be in Snowflake.

        fakesnow answers an unforeseen error with HTTP 500, which the connector keeps retrying.
        """
        with _ONE_AT_A_TIME:
            try:
                for statement in parsing.statements(command):
                    self._execute_one(staging.plain_stage(statement), *args, **kwargs)
                return self
            except ProgrammingError:
                raise
            except Exception as error:
                message = f"{type(error).__name__}: {error}"
                raise ProgrammingError(msg=message, errno=1003, sqlstate="42000") from error

    def _execute_one(self, statement: str, *args: Any, **kwargs: Any) -> None:
        copy = staging.json_copy(statement, self._conn.database)
        if copy is None:
            super().execute(statement, *args, **kwargs)
            return
        table, path = copy
        columns = self._duck_conn.execute(f"describe {table.sql(dialect='duckdb')}").fetchall()
        kinds = [(name, kind) for name, kind, *_ in columns]
        self._duck_conn.execute(staging.insert_json_lines(table.sql(dialect="duckdb"), kinds, path))
        (count,) = self._duck_conn.fetchall()[0]
        super().execute(f"select 'LOADED' as status, {count} as rows_loaded")

    def _transform_explode(self, expression: exp.Expr) -> list[exp.Expr]:
        """Keep a merge whole: DuckDB has its own."""
        if isinstance(expression, exp.Merge):
            return [expression]
        return super()._transform_explode(expression)

    def _transform(self, expression: exp.Expr, params: Any) -> exp.Expr:
        if isinstance(expression, exp.Create):
            _drop_properties(expression)
        _catalog.take(expression)
        transforms.correct(expression)
        return super()._transform(Rewriting(expression), params).statement

    def _execute(self, transformed: exp.Expr, params: Any = None) -> None:
        if isinstance(transformed, exp.Create) and transformed.args.get("replace"):
            self._drop_other_kind(transformed)
        super()._execute(transformed, params)
        if isinstance(transformed, exp.Merge):
            self._report_merge()

    def _drop_other_kind(self, create: exp.Create) -> None:
        """Drop a table where a view is to be made, and a view where a table is."""
        table = create.find(exp.Table)
        kind = str(create.args.get("kind")).upper()
        if table is None or kind not in ("TABLE", "VIEW"):
            return
        other = "VIEW" if kind == "TABLE" else "TABLE"
        found = self._duck_conn.execute(
            "select 1 from information_schema.tables where upper(table_catalog) = upper(?) "
            "and upper(table_schema) = upper(?) and upper(table_name) = upper(?) "
            "and (table_type = 'VIEW') = ?",
            [
                table.catalog or self._conn.database,
                table.db or self._conn.schema,
                table.name,
                other == "VIEW",
            ],
        ).fetchone()
        if found:
            self._duck_conn.execute(f"drop {other} {table.sql(dialect='duckdb')}")

    def _report_merge(self) -> None:
        """Name the number of merged rows as Snowflake does; DuckDB counts both kinds together."""
        assert self._arrow_table is not None
        merged = self._arrow_table.column(0)[0].as_py()
        super()._execute(
            exp.select(
                exp.alias_(exp.Literal.number(merged), "number of rows inserted", quoted=True),
                exp.alias_(exp.Literal.number(0), "number of rows updated", quoted=True),
            )
        )
        self._rowcount = merged


def _drop_properties(create: exp.Create) -> None:
    properties = create.args.get("properties")
    if properties is None:
        return
    kept = [one for one in properties.expressions if not isinstance(one, _NO_SUCH_PROPERTY)]
    create.set("properties", exp.Properties(expressions=kept) if kept else None)


def install() -> None:
    """Make every session of fakesnow's server use this cursor."""
    transforms.install()
    fakesnow.conn.FakeSnowflakeCursor = EmulatorCursor
    fakesnow.server.FakeSnowflakeCursor = EmulatorCursor
