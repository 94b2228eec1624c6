"""Reading calls: search by words and by meaning, one call's analysis, a seller's coaching plan."""

from __future__ import annotations


def titled(title: str | None) -> str:
    """What a call is called in a text: a recorder need not give it a title."""
    return title or "Untitled call"


def counted(count: float, noun: str) -> str:
    """``1 call``, ``2 calls``."""
    return f"{count:,.0f} {noun}{'' if count == 1 else 's'}"
