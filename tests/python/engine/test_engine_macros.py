"""Every engine macro gives the same value on DuckDB and on Snowflake: the one written here."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from python_jobs.settings import PROJECT_DIR, Settings
from python_jobs.warehouse import Warehouse, open_warehouse
from tests.small_project import run_dbt

RECORD = (
    '{"text": "it", "number": 1.5, "digits": "7", "flag": true, "no": "Off", "nothing": null, '
    '"at": "2026-01-31 08:00:00.250000", "iso": "2026-01-31T08:00:00", "day": "2026-01-31", '
    '"offset": "2026-01-31T08:00:00-05:00", "zulu": "2026-01-31T08:00:00.005Z", '
    '"bare": "2026-01-31T08:00:00.000+0100", "millis": 1769846401000, '
    '"object": {"a": 1}, "words": "many", "list": ["x", {"y": 1}, null]}'
)
LITERAL = RECORD.replace('"', '\\"')
RECORDS = f"select {{{{ json_parse(\"'{LITERAL}'\") }}}} as record"
ROWS = (
    "select 'a' as k, 1 as o, 2.5 as v union all select 'b', 3, null "
    "union all select 'c', 2, 4 union all select 'd', 3, 8"
)
TEXTS = "select 'xabcx' as text, 'a(.)c' as pattern"
DAYS = "select cast('2026-01-30' as date) as a, cast('2026-02-02' as date) as b, 4 as n"

# name: (expression, query it reads from, expected)
VALUES: dict[str, tuple[str, str, Any]] = {
    "text": ("json_text('record', 'text')", RECORDS, "it"),
    "text_of_number": ("json_text('record', 'number')", RECORDS, "1.5"),
    "text_of_boolean": ("json_text('record', 'flag')", RECORDS, "true"),
    "text_of_null": ("json_text('record', 'nothing')", RECORDS, None),
    "text_of_missing": ("json_text('record', 'missing')", RECORDS, None),
    "text_of_object": ("json_text('record', 'object')", RECORDS, '{"a":1}'),
    "text_of_field": ("json_text(json_field('record', 'object'), 'a')", RECORDS, "1"),
    "field_of_null": ("json_field('record', 'nothing') ~ ' is null'", RECORDS, True),
    "number": ("json_number('record', 'number')", RECORDS, 1.5),
    "number_of_digits": ("json_number('record', 'digits')", RECORDS, 7.0),
    "number_of_words": ("json_number('record', 'words')", RECORDS, None),
    "integer": ("json_integer('record', 'digits')", RECORDS, 7),
    "integer_of_words": ("json_integer('record', 'words')", RECORDS, None),
    "boolean": ("json_boolean('record', 'flag')", RECORDS, True),
    "boolean_off": ("json_boolean('record', 'no')", RECORDS, False),
    "boolean_of_words": ("json_boolean('record', 'words')", RECORDS, None),
    "item": ("json_text(json_item(json_field('record', 'list'), 1), 'y')", RECORDS, "1"),
    "item_past_the_end": ("json_text(json_item('record', 7), 'y')", RECORDS, None),
    "utc_of_offset": ("json_utc('record', 'offset')", RECORDS, datetime(2026, 1, 31, 13, 0)),
    "utc_of_zulu": ("json_utc('record', 'zulu')", RECORDS, datetime(2026, 1, 31, 8, 0, 0, 5000)),
    "utc_without_colon": ("json_utc('record', 'bare')", RECORDS, datetime(2026, 1, 31, 7, 0)),
    "utc_of_none": ("json_utc('record', 'iso')", RECORDS, datetime(2026, 1, 31, 8, 0)),
    "utc_of_words": ("json_utc('record', 'words')", RECORDS, None),
    "epoch_ms": ("json_epoch_ms('record', 'millis')", RECORDS, datetime(2026, 1, 31, 8, 0, 1)),
    "removed": ("regexp_removed('text', \"'[ab]'\")", TEXTS, "xcx"),
    "address": ("clean_email('text')", "select ' Ann+x@Acme.com ' as text", "ann+x@acme.com"),
    "address_that_was_pasted": (
        "clean_email('text')",
        "select chr(160) || 'Ann@acme.com' || chr(10) || chr(12288) as text",
        "ann@acme.com",
    ),
    "address_in_brackets": (
        "clean_email('text')",
        "select 'Ann Lee <Ann@Acme.com>' as text",
        "ann@acme.com",
    ),
    "address_of_none": ("clean_email('text')", "select 'n/a' as text", None),
    "address_of_nothing": ("clean_email('text')", "select '' as text", None),
    "domain_of_address": ("email_domain('text')", "select 'Ann <a@Acme.com>' as text", "acme.com"),
    "domain_of_no_address": ("email_domain('text')", "select 'n/a' as text", None),
    "plain_text": (
        "plain_text('text')",
        "select '&lt;p&gt;R&amp;amp;D  lead,&amp;nbsp;we&amp;#39;re &amp;lt; 9&lt;/p&gt;' as text",
        "R&D lead, we're < 9",
    ),
    "plain_text_of_html": (
        "plain_text('text')",
        "select '<p>R&amp;D  lead,&nbsp;we&#39;re</p>' as text",
        "R&D lead, we're",
    ),
    "literal": (
        "text_literal(\"it's \\\\' || 1 {{ x }} \\\\n \\\\\")",
        "select 1 as n",
        "it's \\' || 1 {{ x }} \\n \\",
    ),
    "timestamp": (
        "json_timestamp('record', 'at')",
        RECORDS,
        datetime(2026, 1, 31, 8, 0, 0, 250000),
    ),
    "timestamp_iso": ("json_timestamp('record', 'iso')", RECORDS, datetime(2026, 1, 31, 8)),
    "timestamp_of_day": ("json_timestamp('record', 'day')", RECORDS, datetime(2026, 1, 31)),
    "timestamp_of_digits": ("json_timestamp('record', 'digits')", RECORDS, None),
    "date": ("json_date('record', 'day')", RECORDS, date(2026, 1, 31)),
    "date_of_timestamp": ("json_date('record', 'at')", RECORDS, date(2026, 1, 31)),
    "date_of_words": ("json_date('record', 'words')", RECORDS, None),
    "parse_of_no_json": ("json_parse(\"'{x'\") ~ ' is null'", "select 1 as one", True),
    "parse_of_null": ("json_parse('cast(null as varchar)') ~ ' is null'", "select 1 as one", True),
    "to_text": ("json_to_text(json_parse(\"'[1, 2]'\"))", "select 1 as one", [1, 2]),
    "build": (
        "json_build({'k': 'k', 'missing': 'v', 'inner': json_build({'o': 'o'})})",
        f"select * from ({ROWS}) as given where k = 'b'",
        {"k": "b", "missing": None, "inner": {"o": 3}},
    ),
    "array_agg": ("json_array_agg('v', 'k desc')", ROWS, [8.0, 4.0, 2.5]),
    "array_agg_of_none": (
        "json_array_agg('v', 'k')",
        f"select * from ({ROWS}) as given where k = 'z'",
        [],
    ),
    "array_agg_of_objects": (
        "json_array_agg(json_build({'k': 'k'}), 'k')",
        f"select * from ({ROWS}) as given where k < 'c'",
        [{"k": "a"}, {"k": "b"}],
    ),
    "array_text": (
        'json_array_text(json_parse("\'[\\"2× a\\", \\"b\\"]\'"), \', \')',
        "select 1 as one",
        "2× a, b",
    ),
    "array_text_of_none": ("json_array_text(json_parse(\"'[]'\"), ', ')", "select 1 as one", ""),
    "add_days": ("add_days('a', 3)", DAYS, date(2026, 2, 2)),
    "add_days_of_column": ("add_days('a', '-n')", DAYS, date(2026, 1, 26)),
    "days_between": ("days_between('a', 'b')", DAYS, 3),
    "days_between_backwards": ("days_between('b', 'a')", DAYS, -3),
    "day_end": ("day_end('a')", DAYS, datetime(2026, 1, 31)),
    "found": ("regexp_found('text', 'pattern')", TEXTS, True),
    "found_literal": ("regexp_found('text', \"'^a'\")", TEXTS, False),
    "found_in_null": ("regexp_found('cast(null as varchar)', 'pattern')", TEXTS, None),
    "sha256": (
        "sha256_hex(\"'ann@acme.com'\")",
        "select 1 as one",
        "f9669db96e65a194239696238f1c70f32c9cba34c3d842b805cf2c9e42b1f3a5",
    ),
    "group": ("regexp_group('text', 'pattern')", TEXTS, "b"),
    "group_literal": ("regexp_group('text', \"'(x)(a)'\", 2)", TEXTS, "a"),
    "group_not_found": ("regexp_group('text', \"'(z)'\")", TEXTS, None),
    "group_not_found_column": ("regexp_group(\"'no'\", 'pattern')", TEXTS, None),
    "type_json": ("'cast(record as ' ~ type_json() ~ ')'", RECORDS, json.loads(RECORD)),
    "text_literal": (
        "json_text_literal('text') ~ \" = '\\\"xabcx\\\"'\"",
        TEXTS,
        True,
    ),
    "join_present": (
        "join_present([\"'a'\", 'cast(null as varchar)', \"'b'\"]) ~ \" = 'a,b'\"",
        "select 1 as one",
        True,
    ),
    "join_of_none": (
        "join_present(['cast(null as varchar)']) ~ \" = ''\"",
        "select 1 as one",
        True,
    ),
    "as_json": ("json_to_text(as_json(\"'[1,2]'\"))", "select 1 as one", [1, 2]),
    "second_largest": ("array_item(largest_values('o', 2), 1)", ROWS, 3),
    "largest_past_the_end": ("array_item(largest_values('o', 9), 8)", ROWS, None),
}

QUERIES: dict[str, tuple[str, list[Any]]] = {
    "series": ("select n from ({{ number_series(3) }}) as series order by n", [0, 1, 2]),
    "array_rows": (
        f"with records as ({RECORDS}), "
        "lists as (select {{ json_field('record', 'list') }} as list from records), "
        "elements as ({{ json_array_rows('lists', 'list') }}) "
        "select element_text from elements order by position",
        ["x", '{"y":1}', None],
    ),
    "array_positions": (
        "with lists as (select {{ json_parse(\"'[5, 6]'\") }} as list "
        "union all select {{ json_parse(\"'[]'\") }} "
        "union all select {{ json_parse('cast(null as varchar)') }}), "
        "elements as ({{ json_array_rows('lists', 'list') }}) "
        "select position from elements order by position",
        [0, 1],
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dbt project with the engine macros, and one model per case."""
    folder = tmp_path_factory.mktemp("engine")
    shutil.copytree(PROJECT_DIR / "macros" / "engine", folder / "macros")
    shutil.copy(PROJECT_DIR / "macros" / "project" / "identity.sql", folder / "macros")
    shutil.copy(PROJECT_DIR / "profiles.example.yml", folder / "profiles.yml")
    (folder / "dbt_project.yml").write_text(
        "name: engine\nconfig-version: 2\nprofile: gtm\n"
        "flags: {send_anonymous_usage_stats: false}\n"
    )
    models = folder / "models"
    models.mkdir()
    values = "select\n" + ",\n".join(
        f"(select {{{{ {expression} }}}} from ({query}) as given) as case_{name}"
        for name, (expression, query, _) in VALUES.items()
    )
    (models / "every_value.sql").write_text(values)
    for name, (query, _) in QUERIES.items():
        (models / f"query_{name}.sql").write_text(query)
    return folder


@pytest.fixture(scope="module", params=["duckdb", "snowflake"])
def built(
    request: pytest.FixtureRequest, project: Path, snowflake_env: dict[str, str]
) -> Iterator[Warehouse]:
    """The warehouse in which dbt has built every case as a table."""
    env = snowflake_env
    if request.param == "duckdb":
        env = {"GTM_TARGET": "duckdb", "GTM_DUCKDB_PATH": str(project / "engine.duckdb")}
    run_dbt(project, env, "run", "--target-path", f"target_{request.param}")
    with ExitStack() as stack:
        yield stack.enter_context(open_warehouse(Settings(**env)))


@pytest.mark.parametrize("name", VALUES)
def test_value(built: Warehouse, name: str) -> None:
    expected = VALUES[name][2]
    found = built.rows(f"select case_{name} as found from staging.every_value")[0]["found"]
    if isinstance(expected, (dict, list)):
        found = json.loads(found)
    assert found == expected
    assert not isinstance(expected, (bool, date)) or type(found) is type(expected)


@pytest.mark.parametrize("name", QUERIES)
def test_query(built: Warehouse, name: str) -> None:
    found = built.rows(f"select * from staging.query_{name} order by 1")
    values = [value for row in found for value in row.values()]
    assert sorted(values, key=str) == sorted(QUERIES[name][1], key=str)
