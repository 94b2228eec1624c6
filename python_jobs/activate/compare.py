"""Whether two values of a field are the same, each as another system has written it."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any

from python_jobs.ingest.salesforce_ids import id18

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.]\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")


def same(one: Any, other: Any) -> bool:
    """Equal by type: '' is None, times are instants, numbers are numbers also as text, line ends
    and outer spaces do not count, nor capitals in an e-mail address, nor the form of an id."""
    one, other = _plain(one), _plain(other)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if one == other:
        return True
    if one is None or other is None:
        return False
    if isinstance(one, int | float) or isinstance(other, int | float):
        try:
            return math.isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-9)
        except (TypeError, ValueError):
            return False
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    if _TIME.fullmatch(one) and _TIME.fullmatch(other):
        return _instant(one) is not None and _instant(one) == _instant(other)
    if _ID.fullmatch(one) and _ID.fullmatch(other) and len(one) != len(other):
        return id18(one) == id18(other)
    return "@" in one and one.casefold() == other.casefold()


def _plain(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return value.replace("\r\n", "\n").strip() or None


def _instant(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
