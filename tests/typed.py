"""``gtm`` as a user types it, in this process: to start another takes a second."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import pytest
from _pytest.capture import MultiCapture, SysCapture

from python_jobs import cli


class Printed(NamedTuple):
    """What a command ended with and printed."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both streams as one line of words."""
        return " ".join((self.out + self.err).split())


def gtm(*arguments: str, env: Mapping[str, str] = MappingProxyType({})) -> Printed:
    """Run ``gtm …`` with these variables beside those that are set."""
    code = 0
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["gtm", *arguments])
        capture = MultiCapture(in_=None, out=SysCapture(1), err=SysCapture(2))
        capture.start_capturing()
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            out, err = capture.readouterr()
            capture.stop_capturing()
    return Printed(code, out, err)


def done(*arguments: str) -> None:
    """Run ``gtm …``; it must succeed."""
    printed = gtm(*arguments)
    assert printed.code == 0, printed.err
