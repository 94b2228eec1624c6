"""Settings: who does something, and the key that signs in to Snowflake."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from python_jobs.enrich.engines.claude import ClaudeConfig
from python_jobs.errors import ConfigurationError
from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse


def test_who_is_named_is_taken_before_the_machines_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GTM_USER", raising=False)
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    assert Settings().who() == "root"
    monkeypatch.setenv("GTM_USER", "anna")
    assert Settings().who() == "anna"
    assert Settings().who(" ben ") == "ben"
    monkeypatch.setenv("GTM_USER", " ")
    assert Settings().who() == "root"


def test_nobody_decides_under_an_empty_name() -> None:
    """A script's `--by "$APPROVER"`, unset, must not decide as the machine's user."""
    for nobody in ("", " \t"):
        with pytest.raises(ConfigurationError, match="nobody is named"):
            Settings().who(nobody)


def test_a_machine_user_without_a_name_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError("no username set in the environment")

    monkeypatch.delenv("GTM_USER", raising=False)
    monkeypatch.setattr(getpass, "getuser", nobody)
    with pytest.raises(ConfigurationError, match="set GTM_USER"):
        Settings().who()


def test_prices_that_are_no_json_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GTM_CLAUDE_PRICES", "{bad")
    with pytest.raises(ConfigurationError, match="GTM_CLAUDE_PRICES is not JSON"):
        ClaudeConfig.load(None)


def signed_in_by(path: Path, passphrase: str | None = None) -> Settings:
    """Settings of an account that is not asked: the key is read before."""
    return Settings(
        GTM_TARGET="snowflake",
        SNOWFLAKE_ACCOUNT="acme",
        SNOWFLAKE_USER="GTM_SERVICE",
        SNOWFLAKE_HOST="localhost",
        SNOWFLAKE_PORT=9,
        SNOWFLAKE_PRIVATE_KEY_PATH=path,
        SNOWFLAKE_PRIVATE_KEY_PASSPHRASE=passphrase,
    )


def test_a_key_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    """Whether it is not there, is none, or has another passphrase."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    locked, other = tmp_path / "key.p8", tmp_path / "other.p8"
    locked.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    )
    other.write_text("no key")
    for path, passphrase, why in (
        (tmp_path / "none.p8", None, "No such file"),
        (tmp_path, None, "Is a directory"),
        (other, None, "PEM"),
        (locked, None, "encrypted"),
        (locked, "another", "password"),
    ):
        said = rf"cannot be read \(.*{why}.*\): check SNOWFLAKE_PRIVATE_KEY_PATH"
        with (
            pytest.raises(ConfigurationError, match=said),
            open_warehouse(signed_in_by(path, passphrase)),
        ):
            pass


def test_a_key_may_be_named_from_home_in_a_file_that_no_shell_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = signed_in_by(Path("~/.gtm/key.p8"))
    assert settings.snowflake_private_key_path == tmp_path / ".gtm" / "key.p8"
