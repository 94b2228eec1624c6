"""Settings of the connectors: documented, secret, and never mixed with the sandbox's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from python_jobs.enrich.engines.claude import ClaudeConfig
from python_jobs.enrich.engines.cortex import CortexConfig
from python_jobs.errors import ConfigurationError
from python_jobs.ingest.connector import Source, SourceConfig
from python_jobs.ingest.sources import SOURCES
from python_jobs.settings import PROJECT_DIR, Settings

ENV_EXAMPLE = (PROJECT_DIR / ".env.example").read_text()

each_source = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)


CONFIGS = {name: source.config for name, source in SOURCES.items()} | {
    "claude": ClaudeConfig,
    "cortex": CortexConfig,
}


def variables(config: type[SourceConfig]) -> dict[str, bool]:
    """The environment variables of some settings, and whether each is a secret."""
    return {
        str(field.alias): "SecretStr" in str(field.annotation)
        for field in config.model_fields.values()
    }


def aliases(source: Source) -> dict[str, bool]:
    """The environment variables of a source, and whether each is a secret."""
    return variables(source.config)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_every_variable_is_in_the_example_file_without_a_value_if_it_is_secret(
    config: type[SourceConfig],
) -> None:
    for name, is_secret in variables(config).items():
        line = re.search(rf"^(# )?{name}=(.*)$", ENV_EXAMPLE, re.MULTILINE)
        assert line, f"{name} of {config.__name__} is not in .env.example"
        if is_secret:
            assert line[2] == "", f"{name} has a value in .env.example"


def test_the_example_file_names_no_variable_that_nothing_reads() -> None:
    known = {str(field.alias) for field in Settings.model_fields.values()}
    for config in CONFIGS.values():
        known |= set(variables(config))
    named = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", ENV_EXAMPLE, re.MULTILINE))
    assert named <= known


@each_source
def test_in_the_sandbox_every_address_and_credential_is_the_sandbox_s(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = "not-for-the-sandbox"
    for name in aliases(source):
        if not name.endswith(("_RUN", "_DAYS", "_ROWS", "_SECOND", "_MINUTE", "_HOUR", "_DAY")):
            monkeypatch.setenv(name, real)
    kept = {
        name
        for name, field in source.config.model_fields.items()
        if name.endswith(("_url", "_host", "_dsn")) or "SecretStr" in str(field.annotation)
    }
    assert kept <= set(source.config.in_sandbox), f"{source.name} would keep {kept}"
    assert set(source.config.needs) <= set(source.config.in_sandbox)


@each_source
def test_a_secret_is_never_shown(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, is_secret in aliases(source).items():
        if is_secret:
            monkeypatch.setenv(name, "s3cr3t-value")
    config = source.config()
    assert "s3cr3t-value" not in repr(config) + str(config)
    secrets = [value for value in vars(config).values() if isinstance(value, SecretStr)]
    assert len(secrets) == sum(aliases(source).values())


@each_source
def test_the_source_is_in_the_table_of_connectors(source: Source) -> None:
    table = Path(PROJECT_DIR / "python_jobs" / "ingest" / "sources" / "README.md").read_text()
    for entity in source.entities:
        assert re.search(rf"^\| {source.name} \| [^|]*\b{entity.name}\b", table, re.MULTILINE), (
            f"{source.name} {entity.name} is not in python_jobs/ingest/sources/README.md"
        )


def test_a_setting_of_the_wrong_kind_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESFORCE_PAGE_ROWS", "many")
    with pytest.raises(ConfigurationError, match="SALESFORCE_PAGE_ROWS: input should be a valid"):
        SOURCES["salesforce"].config.load(None)
