"""Reading calls: search by words and by meaning, one call's analysis, a seller's coaching plan."""

from __future__ import annotations


def titled(title: str | None) -> str:
    """What a call is called in a text: a recorder need not give it a title."""
    return title or "Untitled call"
