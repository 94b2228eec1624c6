"""Files with odd names, damaged files, and files written by programs with habits of their own."""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from python_jobs.errors import ConfigurationError, PermanentError
from python_jobs.ingest.reading import expand, files_of_folder, literal, read_file
from python_jobs.ingest.writing import scratch
from tests.python.ingest.conftest import Loader

MANY_ROWS = "account_id,name\n" + "".join(f"a{i},name {i * i}\n" for i in range(20_000))
MANY_OBJECTS = "".join(json.dumps({"account_id": i, "name": i * i}) + "\n" for i in range(20_000))


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as con:
        yield con


def _rows(con: duckdb.DuckDBPyConnection, path: Path, content: bytes) -> list[tuple[Any, ...]]:
    """Write a file, packed if its name says so, and read it."""
    path.write_bytes(gzip.compress(content) if path.suffix.lower() == ".gz" else content)
    found = read_file(con, path, "found")
    assert found.rejects == []
    return con.execute("from found").fetchall() if found.relation else []


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "parquet"])
@pytest.mark.parametrize(
    ("named", "neighbour"),
    [("x[1]", "x1"), ("star*", "starfish"), ("q?", "q1"), ("it's[a]", "it'sa")],
)
def test_only_the_named_file_is_read_whatever_its_name(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, named: str, neighbour: str, suffix: str
) -> None:
    kind = {"csv": "(header)", "parquet": "(format parquet)"}.get(suffix, "(format json)")
    for name in (named, neighbour):
        plain = tmp_path / "plain"
        con.execute(f"copy (select {literal(name)} as account_id) to '{plain}' {kind}")
        plain.rename(tmp_path / f"{name}.{suffix}")
    (path,) = expand([str(tmp_path / f"{named}.{suffix}")])
    assert read_file(con, path, "found").rejects == []
    ((account,),) = con.execute("select account_id from found").fetchall()
    assert account.strip('"') == named


def _cut(packed: bytes) -> bytes:
    return packed[: len(packed) // 2]


def _without_its_end(packed: bytes) -> bytes:
    return packed[:-6]


def _overwritten(packed: bytes) -> bytes:
    middle = len(packed) // 2
    return packed[:middle] + bytes(range(40)) + packed[middle + 40 :]


def _with_another_checksum(packed: bytes) -> bytes:
    return packed[:-8] + b"\0\0\0\0" + packed[-4:]


def _with_zeros_after_it(packed: bytes) -> bytes:
    return packed + bytes(100)


@pytest.mark.parametrize(
    "damage", [_cut, _without_its_end, _overwritten, _with_another_checksum, _with_zeros_after_it]
)
@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.csv.gz", MANY_ROWS, "CSV"),
        ("a.jsonl.gz", MANY_OBJECTS, "JSONL"),
        ("a.json.gz", MANY_OBJECTS, "JSON"),
    ],
)
def test_a_damaged_gz_is_one_sentence(
    con: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    name: str,
    content: str,
    kind: str,
    damage: Callable[[bytes], bytes],
) -> None:
    path = tmp_path / name
    path.write_bytes(damage(gzip.compress(content.encode())))
    with pytest.raises(ConfigurationError) as caught:
        read_file(con, path, "found")
    assert str(caught.value) == (
        f"{path} is not a readable {kind} file: export it again, or give it its right suffix"
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\naccount_id,name\na1,One\n", "the first line of .* is blank: delete the lines above"),
        (b"  \r\n,\r\naccount_id\r\na1\r\n", "the first line of .* is blank"),
        (b'account_id,"name\na1,One\na2,"Two"\n', "a column name of .* has a quote that does not"),
        (b"account_id,%s\na1,One\n" % (b"n" * 200_000), "is not a readable CSV file"),
    ],
)
def test_a_csv_that_cannot_be_read_is_one_sentence(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, content: bytes, says: str
) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        _rows(con, tmp_path / "a.csv", content)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.json", "a.json.gz", "a.jsonl.gz"])
@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"\r\n" * 2_000])
def test_a_file_of_blanks_is_no_rows(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, name: str, content: bytes
) -> None:
    assert _rows(con, tmp_path / name, content) == []


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_lines_may_end_as_old_excel_for_mac_ends_them(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, name: str
) -> None:
    content = b'account_id,name\ra1,"One\rInc"\ra2,Two\r'
    assert _rows(con, tmp_path / name, content) == [("a1", "One\rInc"), ("a2", "Two")]


@pytest.mark.parametrize(
    "content", [b'{"a":1}\r\n{"a":2}\n{"a":3}\r\n', b'{"a":1}\n{"a":2}\r{"a":3}\r\n']
)
def test_objects_may_end_in_several_ways(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, content: bytes
) -> None:
    assert _rows(con, tmp_path / "a.jsonl", content) == [("1",), ("2",), ("3",)]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
@pytest.mark.parametrize(
    "content",
    [
        b'account_id,name\r\na1,"One, Inc"\na2,Two\r\n',
        b'account_id,name\r\na1,"One, Inc"\r\na2,Two\n',
        b'account_id,name\na1,"One, Inc"\ra2,Two\r\n',
        b'account_id,name\r\r\na1,"One, Inc"\r\r\na2,Two\r\r\n',
    ],
)
def test_lines_of_one_file_may_end_in_several_ways(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, name: str, content: bytes
) -> None:
    assert _rows(con, tmp_path / name, content) == [("a1", "One, Inc"), ("a2", "Two")]


def test_a_line_that_is_no_utf8_is_set_aside_however_lines_end(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"account_id,name\r\na1,One\na2,T\xffo\r\na3,Three,3\r\n")
    found = read_file(con, path, "found")
    assert con.execute("from found").fetchall() == [("a1", "One")]
    assert [reason for _, reason in found.rejects] == [
        "the line is not valid UTF-8",
        "the line has more columns than the header",
    ]


def test_a_column_name_may_have_several_lines(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    content = b'account_id,"the\nname"\na1,One\n'
    assert _rows(con, tmp_path / "a.csv", content) == [("a1", "One")]
    assert [name for name, *_ in con.execute("describe found").fetchall()] == [
        "account_id",
        "the name",
    ]


def test_a_column_name_may_have_a_quote_in_it(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert _rows(con, tmp_path / "a.csv", b'account_id,5" pipe\na1,One\n') == [("a1", "One")]
    assert [name for name, *_ in con.execute("describe found").fetchall()][1] == '5" pipe'


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "parquet"])
def test_a_folder_that_is_named_as_a_partition_adds_no_column(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, suffix: str
) -> None:
    kind = {"csv": "(header)", "parquet": "(format parquet)"}.get(suffix, "(format json)")
    path = tmp_path / "day=1" / f"a.{suffix}"
    path.parent.mkdir()
    con.execute(f"copy (select 'a1' as account_id) to {literal(str(path))} {kind}")
    read_file(con, path, "found")
    assert [name for name, *_ in con.execute("describe found").fetchall()] == ["account_id"]


@pytest.mark.parametrize("name", ["a.json", "a.JSON", "a.json.gz", "a.JSON.GZ"])
@pytest.mark.parametrize("before", ["", "\ufeff", "\ufeff\r\n "])
def test_a_json_array_may_begin_with_a_byte_order_mark(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, name: str, before: str
) -> None:
    content = f'{before}[{{"account_id": "a1"}},\n {{"account_id": "a2"}}]'.encode()
    assert _rows(con, tmp_path / name, content) == [('"a1"',), ('"a2"',)]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_json_key_may_be_any_text(loader: Loader, name: str) -> None:
    odd = {key: f"of {key}" for key in ("a/b", "a~1b", 'a"b', "a\\b", "a.b", "*", "$", "0", "é")}
    path = loader.file(name, json.dumps({"account_id": "a1", "": "nameless", **odd}) + "\n")
    assert loader.counts("accounts", path) == (1, 1, 0, 0)
    (payload,) = loader.values("select payload from raw.accounts")
    assert json.loads(payload) == {"account_id": "a1", "column_1": "nameless", **odd}


def test_json_keys_that_differ_only_in_case_are_one_column(loader: Loader) -> None:
    rows = [
        {"Account_ID": "A1", "NAME": "One", "Tier": 1},
        {"account_id": "a2", "name": None, "Name": "Two", "TIER": [2]},
        {"ACCOUNT_ID": "a3", "name": "Three", "NAME": "not this one", "tier": False},
    ]
    path = loader.file("a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert loader.counts("accounts", path) == (3, 3, 0, 0)
    payloads = loader.values("select payload from raw.accounts order by record_id")
    assert [json.loads(payload) for payload in payloads] == [
        {"account_id": "A1", "name": "One", "tier": 1},
        {"account_id": "a2", "name": "Two", "tier": [2]},
        {"account_id": "a3", "name": "Three", "tier": False},
    ]


def test_the_files_of_a_folder_are_found_whatever_their_case_and_suffix(tmp_path: Path) -> None:
    found = ["Web_Events.CSV.GZ", "web_events.jsonl", "web_events.ndjson", "web_events.parquet"]
    others = ["web_events.old.csv", "web_events.txt", "my_web_events.csv", "web_events"]
    for name in [*found, *others, "contacts.CSV"]:
        (tmp_path / name).touch()
    (tmp_path / "accounts.csv").mkdir()
    assert files_of_folder(str(tmp_path), ["contacts", "accounts", "web_events"]) == {
        "contacts": [str(tmp_path / "contacts.CSV")],
        "web_events": [str(tmp_path / name) for name in found],
    }


def test_too_little_room_is_not_blamed_on_the_file(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("python_jobs.ingest.load.scratch", partial(scratch, memory="10MB"))
    with pytest.raises(PermanentError, match="check the file, and that there is room"):
        loader.load("accounts", loader.file("a.jsonl", json.dumps({"name": "x" * 20_000_000})))


def test_a_file_that_may_not_be_opened_is_one_sentence(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError

    monkeypatch.setattr("python_jobs.ingest.reading._open_bytes", refuse)
    with pytest.raises(ConfigurationError, match=r"cannot be read \(PermissionError\)"):
        read_file(con, tmp_path / "a.csv", "found")


@pytest.mark.skipif(sys.platform == "darwin", reason="has no such names")
def test_a_file_whose_name_is_not_utf_8_is_one_sentence(tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/exp\xf6rt.csv"))
    file.write_text("account_id\na1\n", encoding="utf-8")
    for given in (str(file), str(tmp_path / "*.csv")):
        with pytest.raises(ConfigurationError, match=r"exp\ufffdrt\.csv is not UTF-8"):
            expand([given])
