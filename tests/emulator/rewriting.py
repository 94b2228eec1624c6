"""Fewer passes over a statement: fakesnow makes seventy, each for one kind of expression."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from typing import Any

from fakesnow import transforms
from sqlglot import exp

_GUARD = re.compile(r"isinstance\(\s*expression,\s*\(?([^()]*)\)?\s*\)")


class Rewriting:
    """Stands for a statement in fakesnow's chain of ``transform`` calls, and leaves out idle ones.

    A transform that looks at ``isinstance(expression, exp.Show)`` has nothing to do in a statement
    without a ``Show``. One whose guard cannot be read from its source always runs.
    """

    def __init__(self, statement: exp.Expr) -> None:
        self.statement = statement
        self._kinds = _kinds(statement)

    def transform(self, function: Callable[..., exp.Expr], **options: Any) -> Rewriting:
        """Apply one transform, unless the statement has no expression of its kinds."""
        wanted = _wanted(_named(function))
        if wanted is None or wanted & self._kinds:
            self.statement = self.statement.transform(function, **options)
            self._kinds = _kinds(self.statement)
        return self


def _kinds(statement: exp.Expr) -> set[type]:
    kinds = {type(node) for node in statement.walk()}
    return {ancestor for kind in kinds for ancestor in kind.__mro__}


def _named(function: Callable[..., exp.Expr]) -> Callable[..., exp.Expr]:
    """The function of fakesnow's transforms that a lambda passes on to."""
    for name in function.__code__.co_names if function.__name__ == "<lambda>" else ():
        called = getattr(transforms, name, None)
        if inspect.isfunction(called):
            return called
    return function


@functools.cache
def _wanted(function: Callable[..., exp.Expr]) -> frozenset[type] | None:
    """The kinds of expression a transform looks for; None if its source does not say."""
    guards = _GUARD.findall(inspect.getsource(function))
    names = re.findall(r"exp\.(\w+)", " ".join(guards))
    kinds = [getattr(exp, name, None) for name in names]
    if not kinds or None in kinds:
        return None
    return frozenset(kind for kind in kinds if kind is not None)
