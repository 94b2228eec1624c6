"""Values are the same by type, whoever wrote them."""

from __future__ import annotations

from typing import Any

import pytest

from python_jobs.activate.compare import same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, ""),
        (" Jane ", "Jane"),
        ("a\r\nb", "a\nb"),
        (88, 88.0),
        (88, "88"),
        (0.1 + 0.2, 0.3),
        ("2026-07-01T09:00:00Z", "2026-07-01T11:00:00.000+0200"),
        ("2026-07-01 09:00:00", "2026-07-01T09:00:00.000+0000"),
        ("0010AjwCvNbpiIJ", "0010AjwCvNbpiIJQUY"),
        ("Jane@Acme.com", "jane@acme.com"),
        (True, True),
    ],
)
def test_the_same(one: Any, other: Any) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, 0),
        (None, False),
        (True, 1),
        ("Hot", "hot"),
        (88, 89),
        (88, "eighty-eight"),
        ("2026-07-01T09:00:00Z", "2026-07-01T09:00:01Z"),
        ("2026-13-41T09:00:00Z", "2026-13-42T09:00:00Z"),
        ("0010AjwCvNbpiIJ", "0010ajwcvnbpiijQUY"),
    ],
)
def test_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert not same(other, one)
