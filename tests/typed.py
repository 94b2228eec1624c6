"""``gtm`` as a user types it, for tests that want nothing of it but that it succeeds."""

from __future__ import annotations

import sys

import pytest

from python_jobs import cli


def gtm(patch: pytest.MonkeyPatch, *arguments: str) -> None:
    """Run ``gtm …`` in this process; it must succeed."""
    patch.setattr(sys, "argv", ["gtm", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
