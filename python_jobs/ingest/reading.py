"""From files, or a query over files, to one DuckDB relation per input, nothing interpreted yet.

Text formats are read as text: what a value means is the contract's business (``parsing``), so that
one bad value costs one row and not the file. A line that cannot be read at all is set aside here.
"""

from __future__ import annotations

import csv
import glob
import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import duckdb

from python_jobs.errors import ConfigurationError

SUFFIXES = (".csv", ".parquet", ".json", ".jsonl")
MAX_LINE_BYTES = 64 * 1024 * 1024
"""The longest line of a CSV or JSONL file that is read; a longer one is set aside."""

_SHOWN_CHARACTERS = 8_192

_REJECTED = {
    "INVALID ENCODING": "the line is not valid UTF-8",
    "INVALID UNICODE": "the line is not valid UTF-8",
    "MISSING COLUMNS": "the line has fewer columns than the header",
    "TOO MANY COLUMNS": "the line has more columns than the header",
    "UNQUOTED VALUE": "the line has a quote that does not close",
    "LINE SIZE OVER MAXIMUM": "the line is too long",
}


@dataclass
class Input:
    """One readable relation: the view ``relation`` with ``columns`` (name, DuckDB type) as found.

    ``name`` is what a message calls it. ``rejects`` are the lines that could not be read: the start
    of the line, and why. ``relation`` is empty when there is nothing to read.
    """

    name: str
    relation: str = ""
    columns: list[tuple[str, str]] = field(default_factory=list)
    rejects: list[tuple[str, str]] = field(default_factory=list)


def quoted(name: str) -> str:
    """A DuckDB identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A DuckDB text literal."""
    return "'" + text.replace("'", "''") + "'"


def count_rows(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    """Rows of a table or view."""
    return int(con.execute(f"select count(*) from {relation}").fetchall()[0][0])


def expand(patterns: Sequence[str]) -> list[Path]:
    """The files that names and globs stand for, in order, each once.

    Raises:
        ConfigurationError: a file is missing, a glob matches nothing, a folder was given, or the
            suffix is none we read.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        path = Path(pattern)
        if path.is_dir():
            raise ConfigurationError(
                f"{pattern} is a folder: name files or a glob such as '{pattern}/*.parquet', "
                f"or use `gtm load all {pattern}`"
            )
        matches = [path] if path.exists() else [Path(m) for m in sorted(glob.glob(pattern))]
        matches = [match for match in matches if match.is_file()]
        if not matches:
            raise ConfigurationError(f"there is no file {pattern}: check the path")
        for match in matches:
            if _suffix(match) not in SUFFIXES:
                raise ConfigurationError(
                    f"{match} is not a csv, parquet, json or jsonl file by its name: "
                    "rename or convert it first"
                )
            found[match] = None
    return list(found)


def files_of_folder(folder: str, entities: Sequence[str]) -> dict[str, list[str]]:
    """The files of a folder that are named for an entity, per entity.

    Raises:
        ConfigurationError: there is no such folder, or nothing in it is named for an entity.
    """
    path = Path(folder)
    if not path.is_dir():
        raise ConfigurationError(f"there is no folder {folder}: check the path")
    found: dict[str, list[str]] = {}
    for entity in entities:
        names = [f"{entity}{suffix}{zipped}" for suffix in SUFFIXES for zipped in ("", ".gz")]
        files = [str(path / name) for name in names if (path / name).is_file()]
        if files:
            found[entity] = files
    if not found:
        raise ConfigurationError(
            f"{folder} holds no file named for an entity: name them accounts.csv, "
            "web_events.parquet, … (csv, parquet, json or jsonl)"
        )
    return found


def read_file(con: duckdb.DuckDBPyConnection, path: Path, relation: str) -> Input:
    """Make ``relation`` a view over the file.

    Raises:
        ConfigurationError: the file is not what its suffix says.
    """
    if path.stat().st_size == 0:
        return Input(str(path))
    suffix = _suffix(path)
    _check_content(path, suffix)
    if suffix == ".parquet":
        return _read_parquet(con, path, relation)
    if suffix == ".csv":
        return _read_csv(con, path, relation)
    return _read_json(con, path, relation, lines=suffix == ".jsonl")


def read_sql(con: duckdb.DuckDBPyConnection, sql: str, relation: str) -> Input:
    """Make ``relation`` a view of the result of one ``select`` over files.

    Raises:
        ConfigurationError: the text is not one query, or DuckDB cannot run it.
    """
    name = "the query"
    try:
        statements = con.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise ConfigurationError("--sql takes exactly one select over files")
        con.execute(f"create or replace temp table query_rows as {statements[0].query}")
        con.execute(f"create or replace temp view {relation} as from query_rows")
    except duckdb.Error as error:
        raise ConfigurationError(f"--sql cannot be run: {_without_values(error)}") from None
    return Input(name, relation, _columns(con, relation))


def _read_parquet(con: duckdb.DuckDBPyConnection, path: Path, relation: str) -> Input:
    try:
        con.execute(
            f"create or replace temp view {relation} as "
            f"select * from read_parquet({literal(str(path))})"
        )
        return Input(str(path), relation, _columns(con, relation))
    except duckdb.Error:
        raise _not_what_it_says(path, "Parquet") from None


def _read_csv(con: duckdb.DuckDBPyConnection, path: Path, relation: str) -> Input:
    """Every column as text, separator and header taken from the first record."""
    delimiter, header = _header(path)
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header)
    _forget_rejects(con)
    con.execute(
        "create or replace temp table csv_rows as select * from read_csv("
        f"{literal(str(path))}, auto_detect = false, header = true, delim = {literal(delimiter)}, "
        f"quote = '\"', escape = '\"', columns = {{{columns}}}, store_rejects = true, "
        f"rejects_limit = 0, max_line_size = {MAX_LINE_BYTES})"
    )
    con.execute(f"create or replace temp view {relation} as from csv_rows")
    return Input(str(path), relation, _columns(con, relation), _rejects(con))


def _read_json(con: duckdb.DuckDBPyConnection, path: Path, relation: str, lines: bool) -> Input:
    """One column per key found in any object: text for text, JSON for the rest."""
    _forget_rejects(con)
    if lines:
        con.execute(
            "create or replace temp table json_lines as select line from read_csv("
            f"{literal(str(path))}, auto_detect = false, header = false, delim = '', quote = '', "
            "escape = '', columns = {'line': 'VARCHAR'}, store_rejects = true, rejects_limit = 0, "
            f"max_line_size = {MAX_LINE_BYTES}) where trim(line, chr(9) || chr(13) || ' ') <> ''"
        )
    else:
        try:
            con.execute(
                "create or replace temp table json_lines as select json::varchar as line "
                f"from read_json_objects({literal(str(path))}, format = 'auto', "
                f"maximum_object_size = {MAX_LINE_BYTES})"
            )
        except duckdb.Error:
            raise _not_what_it_says(path, "JSON") from None
    con.execute(
        "create or replace temp table json_objects as select line::json as object from json_lines "
        "where case when json_valid(line) then json_type(line) = 'OBJECT' else false end"
    )
    broken = con.execute(
        f"select left(line, {_SHOWN_CHARACTERS}), case when json_valid(line) "
        "then 'the line is not a JSON object' else 'the line is not valid JSON' end "
        "from json_lines where case when json_valid(line) then json_type(line) <> 'OBJECT' "
        "else true end"
    ).fetchall()
    keys = [
        key
        for (key,) in con.execute(
            "select key from (select unnest(json_keys(object)) as key from json_objects) "
            "group by key order by key"
        ).fetchall()
    ]
    found = Input(str(path), rejects=[*_rejects(con), *broken])
    if keys:
        names = _unique(keys)
        values = ", ".join(
            f"json_extract(object, {literal(_json_path(key))}) as {quoted(name)}"
            for key, name in zip(keys, names, strict=True)
        )
        con.execute(f"create or replace temp view {relation} as select {values} from json_objects")
        found.relation = relation
        found.columns = _columns(con, relation)
    return found


def _json_path(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'$."{escaped}"'


def _header(path: Path) -> tuple[str, list[str]]:
    """The separator (comma, semicolon, tab or bar) and the column names of a CSV file."""
    with _open_bytes(path) as raw:
        first = raw.readline(MAX_LINE_BYTES).decode("utf-8-sig", errors="replace")
    outside_quotes = "".join(first.split('"')[::2])
    delimiter = max((",", ";", "\t", "|"), key=outside_quotes.count)
    names = next(csv.reader([first], delimiter=delimiter), [])
    return delimiter, _unique([name.strip() for name in names])


def _unique(names: Sequence[str]) -> list[str]:
    """Names that differ without regard to case; an empty one gets its position."""
    taken: set[str] = set()
    result = []
    for position, original in enumerate(names, start=1):
        name = original or f"column_{position}"
        candidate, count = name, 1
        while candidate.lower() in taken:
            count += 1
            candidate = f"{name}_{count}"
        taken.add(candidate.lower())
        result.append(candidate)
    return result


def _columns(con: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    described = con.execute(f"describe select * from {relation}").fetchall()
    return [(row[0], row[1]) for row in described]


def _forget_rejects(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("drop table if exists reject_errors; drop table if exists reject_scans")


def _rejects(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The lines DuckDB could not read, once each, with the reason in plain words."""
    if not con.execute("from duckdb_tables() where table_name = 'reject_errors'").fetchall():
        return []
    rows = con.execute(
        f"select left(trim(any_value(csv_line), chr(10) || chr(13)), {_SHOWN_CHARACTERS}), "
        "min(error_type::varchar) from reject_errors group by line order by line"
    ).fetchall()
    return [(line or "", _REJECTED.get(kind, "the line cannot be read")) for line, kind in rows]


def _suffix(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    suffix = suffixes[-1] if suffixes else ""
    return {".ndjson": ".jsonl"}.get(suffix, suffix)


def _open_bytes(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def _check_content(path: Path, suffix: str) -> None:
    """The first bytes must fit the suffix."""
    try:
        with _open_bytes(path) as raw:
            start = raw.read(512)
    except (OSError, EOFError) as error:
        raise ConfigurationError(
            f"{path} cannot be read ({type(error).__name__}): check the file and its permissions"
        ) from None
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigurationError(f"{path} is UTF-16 text: save it as UTF-8")
    is_parquet = start.startswith(b"PAR1")
    if suffix == ".parquet" and not is_parquet:
        raise _not_what_it_says(path, "Parquet")
    if suffix != ".parquet" and (is_parquet or start.startswith((b"PK\x03\x04", b"\x1f\x8b"))):
        raise _not_what_it_says(path, suffix.removeprefix(".").upper())
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if suffix in (".json", ".jsonl") and text and text[:1] not in b"{[":
        raise _not_what_it_says(path, suffix.removeprefix(".").upper())


def _not_what_it_says(path: Path, kind: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path} is not a readable {kind} file: export it again, or give it its right suffix"
    )


def _without_values(error: duckdb.Error) -> str:
    """What DuckDB says about the user's own query; a conversion error would quote a record."""
    if isinstance(
        error,
        duckdb.ParserException
        | duckdb.BinderException
        | duckdb.CatalogException
        | duckdb.IOException,
    ):
        return str(error).strip().splitlines()[0]
    return f"{type(error).__name__}; use try_cast for values that may not convert"
