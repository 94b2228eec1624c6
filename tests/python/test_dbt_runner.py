"""What a failed model says of itself."""

from __future__ import annotations

import duckdb
import pytest

from python_jobs.dbt_runner import _reason

WHERE = "Runtime Error in model stg_people (models/staging/stg_people.sql)\n  "


@pytest.mark.parametrize(
    "query",
    [
        "select cast('ann.o''brien@acme.com' as integer)",
        "select cast('ann@acme.com' as date)",
        "select strptime('ann@acme.com', '%Y')",
        """select '{"mail": "ann@acme.com' :: json""",
        "select cast('ann@acme.com' || chr(10) || 'Street 1' as uuid)",
    ],
)
def test_a_reason_quotes_no_value_of_duckdb(query: str) -> None:
    with duckdb.connect() as con, pytest.raises(duckdb.Error) as error:
        con.sql(query).fetchall()
    said = _reason(WHERE + str(error.value))
    assert "acme" not in said
    assert said.startswith(("Conversion Error: ", "Invalid Input Error: "))
    assert "…" in said


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "100038 (22018): Numeric value 'ann@acme.com' is not recognized",
            "100038 (22018): Numeric value '…' is not recognized",
        ),
        (
            '100071 (22000): Failed to cast variant value "ann@acme.com" to FIXED',
            '100071 (22000): Failed to cast variant value "…" to FIXED',
        ),
        ('Binder Error: Referenced column "mail" not found', None),
        ("Catalog Error: Table with name it's_there does not exist", None),
    ],
)
def test_a_reason_keeps_names_and_leaves_out_values(said: str, told: str | None) -> None:
    assert _reason(f"Database Error in model stg_people\n  {said}\n  more") == (told or said)
