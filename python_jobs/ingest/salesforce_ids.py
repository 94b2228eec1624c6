"""Salesforce ids: 15 characters in which case counts, or 18 that survive its loss."""

from __future__ import annotations

_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def id18(text: str) -> str:
    """The 18-character form of a Salesforce id; any other text is returned as it is.

    Each of the three added characters tells which of five characters are capitals.
    Macro ``salesforce_id18`` is the same in SQL.
    """
    if len(text) != 15:
        return text
    added = [
        sum(1 << place for place, char in enumerate(text[start : start + 5]) if "A" <= char <= "Z")
        for start in (0, 5, 10)
    ]
    return text + "".join(_CHECKSUM[bits] for bits in added)
