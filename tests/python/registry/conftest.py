"""The shipped registries, and a way to break one row of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from python_jobs.registry.edits import Edit
from python_jobs.registry.journal import Change, Registries, read_registries

NOW = datetime(2026, 3, 1, 9, 30)


@pytest.fixture
def shipped() -> Registries:
    return read_registries(None)


@pytest.fixture
def edit(shipped: Registries) -> Edit:
    return Edit(shipped, "anna", NOW, "why not")


@pytest.fixture
def made() -> Callable[..., tuple[Registries, list[Change]]]:
    """Apply one edit function to registries: what is in force afterwards, and the changes."""

    def apply(
        registries: Registries, function: Callable[..., None], *args: Any
    ) -> tuple[Registries, list[Change]]:
        edit = Edit(registries, "anna", NOW)
        function(edit, *args)
        changes = edit.checked() if edit.changes else []
        return registries.after(changes), changes

    return apply
