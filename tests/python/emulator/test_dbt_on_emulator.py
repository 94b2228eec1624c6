"""The real dbt-snowflake adapter does on the emulator what the project needs of Snowflake."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from python_jobs.settings import PROJECT_DIR, Settings
from python_jobs.warehouse import open_warehouse
from tests.emulator import emulator
from tests.small_project import run_dbt

FILES = {
    "dbt_project.yml": """
        name: emulated
        config-version: 2
        profile: gtm
        flags: {send_anonymous_usage_stats: false}
        vars: {day: "2026-01-01", factor: 1, kind: view}
        seeds: {emulated: {+schema: registry}}
        models: {emulated: {+schema: marts}}
        snapshots: {emulated: {+schema: intermediate}}
    """,
    "macros/generate_schema_name.sql": """
        {% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}
    """,
    "seeds/things.csv": "id,name,amount,made_at\n1,it's,1.5,2026-01-01 00:00:00\n2,b\\c,2.5,\n",
    "models/scaled_things.sql": """
        {{ config(materialized='view') }}
        select id, upper(name) as name, amount * {{ var('factor') }} as scaled, made_at
        from {{ ref('things') }}
    """,
    "models/contracted.sql": """
        {{ config(materialized='table') }}
        select cast(id as integer) as id, cast(name as varchar) as name,
            cast(scaled as double) as scaled, cast(made_at as timestamp) as made_at,
            to_variant(object_construct_keep_null('scaled', scaled)) as detail
        from {{ ref('scaled_things') }}
    """,
    "models/changing_kind.sql": """
        {{ config(materialized=var('kind')) }}
        select id from {{ ref('scaled_things') }}
    """,
    "models/changing_back.sql": """
        {{ config(materialized='view' if var('kind') == 'table' else 'table') }}
        select id from {{ ref('scaled_things') }}
    """,
    "models/merged.sql": """
        {{ config(materialized='incremental', unique_key='id', incremental_strategy='merge') }}
        select id, scaled, cast('{{ var("day") }}' as date) as built_on
        from {{ ref('scaled_things') }}
        {% if is_incremental() %}
        where cast('{{ var("day") }}' as date) > (select max(built_on) from {{ this }})
        {% endif %}
    """,
    "models/replaced.sql": """
        {{ config(
            materialized='incremental',
            unique_key='built_on',
            incremental_strategy='delete+insert',
            on_schema_change='append_new_columns',
        ) }}
        select id, scaled, cast('{{ var("day") }}' as date) as built_on
            {% if var('factor') > 1 %}, 'new' as added{% endif %}
        from {{ ref('scaled_things') }}
    """,
    "models/schema.yml": """
        models:
          - name: scaled_things
            config: {persist_docs: {relation: true, columns: true}}
            description: "It's a view."
            columns: [{name: id, description: "It's a key."}]
          - name: contracted
            config:
              contract: {enforced: true}
              persist_docs: {relation: true, columns: true}
            description: "It's a table."
            columns:
              - {name: id, data_type: integer, data_tests: [unique, not_null]}
              - {name: name, data_type: varchar, description: "It's a name."}
              - {name: scaled, data_type: double}
              - {name: made_at, data_type: timestamp}
              - {name: detail, data_type: variant}
        unit_tests:
          - name: names_are_raised
            model: scaled_things
            overrides: {vars: {factor: 2}}
            given:
              - input: ref('things')
                rows: [{id: 1, name: x, amount: 2}]
            expect:
              rows: [{id: 1, name: X, scaled: 4}]
          - name: a_day_is_merged_once
            model: merged
            overrides: {macros: {is_incremental: true}, vars: {day: "2026-01-01"}}
            given:
              - input: ref('scaled_things')
                rows: [{id: 1, scaled: 2}]
              - input: this
                format: sql
                rows: select 1 as id, cast('2026-01-01' as date) as built_on
            expect:
              rows: []
    """,
    "snapshots/snapshots.yml": """
        snapshots:
          - name: thing_history
            relation: ref('contracted')
            config: {unique_key: id, strategy: check, check_cols: [scaled], schema: intermediate}
    """,
    "tests/nothing_negative.sql": "select * from {{ ref('contracted') }} where scaled < 0",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        lines = text.splitlines()
        path.write_text("\n".join(line.removeprefix("        ") for line in lines) + "\n")
    shutil.copy(PROJECT_DIR / "profiles.example.yml", tmp_path / "profiles.yml")
    return tmp_path


def build(project: Path, env: dict[str, str], variables: dict[str, object]) -> None:
    """Run ``dbt build`` and expect every node to succeed."""
    run_dbt(project, env, "build", "--vars", json.dumps(variables))


def test_every_feature_over_repeated_builds(project: Path) -> None:
    """Seeds, views, tables, contracts, both incremental strategies, snapshots and tests."""
    days = [date(2026, 1, 1), date(2026, 1, 2)]
    with emulator() as env:
        build(project, env, {"day": "2026-01-01"})
        build(project, env, {"day": "2026-01-02", "factor": 2, "kind": "table"})
        with open_warehouse(Settings(**env)) as warehouse:
            things = warehouse.rows("select * from registry.things order by id")
            assert [(row["name"], row["made_at"] is None) for row in things] == [
                ("it's", False),
                ("b\\c", True),
            ]
            merged = warehouse.rows("select * from marts.merged order by id")
            assert [(row["scaled"], row["built_on"]) for row in merged] == [
                (3, days[1]),
                (5, days[1]),
            ]
            replaced = warehouse.rows("select * from marts.replaced order by built_on, id")
            assert [(row["scaled"], row["built_on"], row["added"]) for row in replaced] == [
                (1.5, days[0], None),
                (2.5, days[0], None),
                (3, days[1], "new"),
                (5, days[1], "new"),
            ]
            history = warehouse.rows(
                "select scaled, dbt_valid_to is null as is_current "
                "from intermediate.thing_history where id = 1 order by scaled"
            )
            assert [tuple(row.values()) for row in history] == [(1.5, False), (3.0, True)]
            assert warehouse.has_table("marts", "changing_kind")
            assert warehouse.has_table("marts", "changing_back")
            contracted = warehouse.rows("select * from marts.contracted order by id")
            assert json.loads(contracted[0]["detail"]) == {"scaled": 3}
            assert contracted[1]["made_at"] is None
