"""From files, or a query over files, to one DuckDB relation per input, nothing interpreted yet.

Text formats are read as text: what a value means is the contract's business (``parsing``), so that
one bad value costs one row and not the file. A line that cannot be read at all is set aside here.
"""

from __future__ import annotations

import csv
import glob
import gzip
import io
import os
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path, PurePath
from typing import IO

import duckdb

from python_jobs.errors import ConfigurationError
from python_jobs.scratch import scratch_folder

SUFFIXES = (".csv", ".parquet", ".json", ".jsonl")
MAX_LINE_BYTES = 64 * 1024 * 1024
"""The longest line of a CSV or JSONL file that is read; a longer one is set aside."""

# Options of read_csv: nothing is guessed, a folder's name is no column, bad lines are set aside.
_AS_IT_STANDS = (
    "auto_detect = false, hive_partitioning = false, store_rejects = true, rejects_limit = 0, "
    f"max_line_size = {MAX_LINE_BYTES}"
)
_SHOWN_CHARACTERS = 8_192
_BLANKS = b"\xef\xbb\xbf \t\r\n"

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


def the_file(path: Path) -> str:
    """A DuckDB text literal that stands for this file only, whatever its name looks like."""
    return literal(glob.escape(str(path)))


def count_rows(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    """Rows of a table or view."""
    return int(con.execute(f"select count(*) from {relation}").fetchall()[0][0])


def expand(patterns: Sequence[str]) -> list[Path]:
    """The files that names and globs stand for, in order, each once.

    Raises:
        ConfigurationError: a file is missing, a glob matches nothing, a folder was given, the
            suffix is none we read, or the name is none that DuckDB opens.
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
            if (name := os.fsencode(match).decode(errors="replace")) != str(match):
                raise ConfigurationError(f"the name of {name} is not UTF-8: rename the file first")
            found[match] = None
    return list(found)


def files_of_folder(folder: str, entities: Sequence[str]) -> dict[str, list[str]]:
    """The files of a folder that are named for an entity, in any case, per entity.

    Raises:
        ConfigurationError: there is no such folder, or nothing in it is named for an entity.
    """
    path = Path(folder)
    if not path.is_dir():
        raise ConfigurationError(f"there is no folder {folder}: check the path")
    found: dict[str, list[str]] = {}
    for entity in entities:
        files = [
            str(file)
            for file in sorted(path.iterdir())
            if _unpacked_name(file).stem == entity and _suffix(file) in SUFFIXES and file.is_file()
        ]
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
        ConfigurationError: the file is not what its suffix says, or is damaged.
        duckdb.OutOfMemoryException: neither memory nor the disk holds the file.
    """
    suffix = _suffix(path)
    try:
        start = _start(path)
        if not start:
            return Input(str(path))
        _check_start(path, suffix, start)
        if suffix == ".parquet":
            return _read_parquet(con, path, relation)
        if suffix == ".json":
            return _read_json(con, path, relation, _values_of_json(path, start))
        with _with_one_line_end(path) as readable:
            if suffix == ".csv":
                return _read_csv(con, path, relation, readable)
            return _read_json(con, path, relation, _lines_of(readable))
    except duckdb.OutOfMemoryException:
        raise
    except (duckdb.Error, csv.Error, gzip.BadGzipFile, zlib.error, EOFError):
        raise _not_what_it_says(path, suffix) from None
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read ({type(error).__name__}): check the file and its permissions"
        ) from None


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
    con.execute(
        f"create or replace temp view {relation} as "
        f"select * from read_parquet({the_file(path)}, hive_partitioning = false)"
    )
    return Input(str(path), relation, _columns(con, relation))


def _read_csv(con: duckdb.DuckDBPyConnection, path: Path, relation: str, readable: Path) -> Input:
    """Every column as text, separator and header taken from the first record."""
    delimiter, header = _header(path)
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header)
    _forget_rejects(con)
    con.execute(
        "create or replace temp table csv_rows as select * from read_csv("
        f"{the_file(readable)}, header = true, delim = {literal(delimiter)}, quote = '\"', "
        f"escape = '\"', columns = {{{columns}}}, {_AS_IT_STANDS})"
    )
    con.execute(f"create or replace temp view {relation} as from csv_rows")
    return Input(str(path), relation, _columns(con, relation), _rejects(con))


@contextmanager
def _with_one_line_end(path: Path) -> Iterator[Path]:
    """The file, or a copy where its lines end in several ways, as those of joined files do.

    DuckDB takes such a line for a part of the one before, or refuses the file.
    """
    if not _mixes_line_ends(path):
        yield path
        return
    with scratch_folder("read") as folder:
        copy = Path(folder) / "copy"
        with _as_characters(path) as found, copy.open("w", encoding="latin-1", newline="\n") as out:
            shutil.copyfileobj(found, out)
        yield copy


def _mixes_line_ends(path: Path) -> bool:
    with _as_characters(path) as text:
        while text.read(1024 * 1024):
            if isinstance(text.newlines, tuple):
                return True
    return False


def _as_characters(path: Path) -> io.TextIOWrapper:
    """The bytes of a file, a character each, with every line end read as one."""
    return io.TextIOWrapper(_open_bytes(path), encoding="latin-1")


def _lines_of(path: Path) -> str:
    """A query for the lines of a file that are not blank."""
    return (
        f"select line from read_csv({the_file(path)}, header = false, delim = '', quote = '', "
        f"escape = '', columns = {{'line': 'VARCHAR'}}, {_AS_IT_STANDS}) "
        "where trim(line, chr(9) || chr(13) || ' ') <> ''"
    )


def _values_of_json(path: Path, start: bytes) -> str:
    """A query for the members of the array in a file, or for the objects one after another."""
    layout = "array" if start.startswith(b"[") else "auto"
    return (
        f"select json::varchar as line from read_json_objects({the_file(path)}, "
        f"format = '{layout}', hive_partitioning = false, maximum_object_size = {MAX_LINE_BYTES})"
    )


def _read_json(con: duckdb.DuckDBPyConnection, path: Path, relation: str, lines: str) -> Input:
    """One column per key found in any object.

    Keys that differ only in case are one column; where an object has several, lower case first.
    """
    _forget_rejects(con)
    con.execute(f"create or replace temp table json_lines as {lines}")
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
    spellings: dict[str, list[str]] = {}
    for (key,) in con.execute(
        "select key from (select unnest(json_keys(object)) as key from json_objects) "
        "group by key order by lower(key), key desc"
    ).fetchall():
        spellings.setdefault(key.lower(), []).append(key)
    found = Input(str(path), rejects=[*_rejects(con), *broken])
    if spellings:
        names = _unique([keys[0] for keys in spellings.values()])
        values = ", ".join(
            f"{_first_value(keys)} as {quoted(name)}"
            for keys, name in zip(spellings.values(), names, strict=True)
        )
        con.execute(f"create or replace temp view {relation} as select {values} from json_objects")
        found.relation = relation
        found.columns = _columns(con, relation)
    return found


def _first_value(keys: Sequence[str]) -> str:
    """The value of the first of these keys that an object has one for."""
    pointers = ["/" + key.replace("~", "~0").replace("/", "~1") for key in keys]
    values = [f"nullif(json_extract(object, {literal(pointer)}), 'null')" for pointer in pointers]
    return f"coalesce({', '.join(values)})"


def _header(path: Path) -> tuple[str, list[str]]:
    """The separator (comma, semicolon, tab or bar) and the column names of a CSV file."""
    with io.TextIOWrapper(_open_bytes(path), encoding="utf-8-sig", errors="replace") as text:
        first = text.readline(MAX_LINE_BYTES)
        outside_quotes = "".join(first.split('"')[::2])
        delimiter = max((",", ";", "\t", "|"), key=outside_quotes.count)
        # a name may have several lines, as a spreadsheet's cell
        lines = chain([first], iter(lambda: text.readline(MAX_LINE_BYTES), ""))
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            record = next(reader, [])
        except csv.Error:
            if reader.line_num == 1:
                raise
            raise ConfigurationError(
                f"a column name of {path} has a quote that does not close: mend the first line of "
                "the file"
            ) from None
    names = [" ".join(name.split()) for name in record]
    if not any(names):
        raise ConfigurationError(
            f"the first line of {path} is blank: delete the lines above the column names"
        )
    return delimiter, _unique(names)


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
    suffix = _unpacked_name(path).suffix
    return {".ndjson": ".jsonl"}.get(suffix, suffix)


def _unpacked_name(path: Path) -> PurePath:
    """The file's name in lower case and without ``.gz``."""
    return PurePath(path.name.lower().removesuffix(".gz"))


def _is_packed(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


def _open_bytes(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if _is_packed(path) else path.open("rb")  # type: ignore[return-value]


def _start(path: Path) -> bytes:
    """The first bytes that are not blank; none in a file of blanks.

    A packed file is read to its end: its checksum is there, and DuckDB does not look at it.
    """
    start = b""
    with _open_bytes(path) as raw:
        while block := raw.read(1024 * 1024):
            start = start or block.lstrip(_BLANKS)
            if start and not _is_packed(path):
                break
    return start


def _check_start(path: Path, suffix: str, start: bytes) -> None:
    """The first bytes must fit the suffix."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigurationError(f"{path} is UTF-16 text: save it as UTF-8")
    is_parquet = start.startswith(b"PAR1")
    is_binary = is_parquet or start.startswith((b"PK\x03\x04", b"\x1f\x8b"))
    is_json = start.startswith((b"{", b"["))
    fits = {".parquet": is_parquet, ".csv": not is_binary}.get(suffix, is_json)
    if not fits:
        raise _not_what_it_says(path, suffix)


def _not_what_it_says(path: Path, suffix: str) -> ConfigurationError:
    kind = "Parquet" if suffix == ".parquet" else suffix.removeprefix(".").upper()
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
