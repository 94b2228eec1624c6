"""Who does something: the option, else GTM_USER, else the machine's user."""

from __future__ import annotations

import getpass

import pytest

from python_jobs.errors import ConfigurationError
from python_jobs.settings import Settings


def test_who_is_named_is_taken_before_the_machines_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GTM_USER", raising=False)
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    assert Settings().who() == "root"
    monkeypatch.setenv("GTM_USER", "anna")
    assert Settings().who() == "anna"
    assert Settings().who("ben") == "ben"


def test_a_machine_user_without_a_name_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError("no username set in the environment")

    monkeypatch.delenv("GTM_USER", raising=False)
    monkeypatch.setattr(getpass, "getuser", nobody)
    with pytest.raises(ConfigurationError, match="set GTM_USER"):
        Settings().who()
