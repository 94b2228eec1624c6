"""Configuration: environment variables (or a ``.env`` file), read once and passed in."""

import getpass
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from python_jobs.errors import ConfigurationError
from python_jobs.http import Patience

PROJECT_DIR = Path(__file__).resolve().parent.parent

TargetName = Literal["duckdb", "snowflake"]
EngineName = Literal["offline", "claude", "cortex"]


class Settings(BaseSettings):
    """Everything a run can be told from outside. Secrets are never printed."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", populate_by_name=True)

    target: TargetName = Field(default="duckdb", alias="GTM_TARGET")
    duckdb_path: Path = Field(default=Path("warehouse.duckdb"), alias="GTM_DUCKDB_PATH")
    threads: int = Field(default=4, alias="GTM_THREADS", gt=0)
    user: str | None = Field(default=None, alias="GTM_USER")

    # Language work.
    engine: EngineName = Field(default="offline", alias="GTM_ENGINE")
    budget: float | None = Field(default=None, alias="GTM_BUDGET", ge=0)

    # Connectors.
    sandbox_url: str | None = Field(default=None, alias="GTM_SANDBOX_URL")
    ingest_days: int = Field(default=400, alias="GTM_INGEST_DAYS", gt=0)
    http_attempts: int = Field(default=6, alias="GTM_HTTP_ATTEMPTS", gt=0)
    http_first_wait: float = Field(default=0.5, alias="GTM_HTTP_FIRST_WAIT", ge=0)
    http_longest_wait: float = Field(default=300, alias="GTM_HTTP_LONGEST_WAIT", ge=0)
    http_timeout: float = Field(default=120, alias="GTM_HTTP_TIMEOUT", gt=0)
    http_largest_answer: float = Field(default=256, alias="GTM_HTTP_LARGEST_ANSWER", gt=0)
    patience_for_warehouse: float = Field(default=600, alias="GTM_WAREHOUSE_WAIT", ge=0)

    snowflake_account: str | None = Field(default=None, alias="SNOWFLAKE_ACCOUNT")
    snowflake_user: str | None = Field(default=None, alias="SNOWFLAKE_USER")
    snowflake_private_key_path: Path | None = Field(
        default=None, alias="SNOWFLAKE_PRIVATE_KEY_PATH"
    )
    snowflake_private_key_passphrase: SecretStr | None = Field(
        default=None, alias="SNOWFLAKE_PRIVATE_KEY_PASSPHRASE"
    )
    snowflake_password: SecretStr | None = Field(default=None, alias="SNOWFLAKE_PASSWORD")
    snowflake_role: str = Field(default="GTM_TRANSFORMER", alias="SNOWFLAKE_ROLE")
    snowflake_warehouse: str = Field(default="GTM_WH", alias="SNOWFLAKE_WAREHOUSE")
    snowflake_database: str = Field(default="GTM", alias="SNOWFLAKE_DATABASE")
    # Only the local emulator needs these three.
    snowflake_host: str | None = Field(default=None, alias="SNOWFLAKE_HOST")
    snowflake_port: int = Field(default=443, alias="SNOWFLAKE_PORT")
    snowflake_protocol: str = Field(default="https", alias="SNOWFLAKE_PROTOCOL")

    @field_validator("snowflake_private_key_path")
    @classmethod
    def _from_home(cls, path: Path | None) -> Path | None:
        """dbt looks for a folder called ~, which no shell has read in a ``.env`` file."""
        return path and path.expanduser()

    @property
    def patience(self) -> Patience:
        """How long a call to a vendor is waited for, how often it is tried, how much is taken."""
        return Patience(
            attempts=self.http_attempts,
            first_wait=self.http_first_wait,
            longest_wait=self.http_longest_wait,
            read_timeout=self.http_timeout,
            largest_answer=self.http_largest_answer,
        )

    def who(self, by: str | None = None) -> str:
        """Who does it, as edits, decisions and plans record it; of itself the machine's user.

        Raises:
            ConfigurationError: none of them says, or ``by`` is given and blank.
        """
        if by is not None and not by.strip():
            raise ConfigurationError("nobody is named: say with --by who does this")
        try:
            return (by or (self.user or "").strip() or getpass.getuser()).strip()
        except (KeyError, OSError):  # a container's user need not have a name
            raise ConfigurationError("nobody is named: set GTM_USER to who does this") from None

    def with_target(self, target: str | None) -> "Settings":
        """These settings for another target; ``None`` keeps the configured one."""
        if target is None:
            return self
        if target not in ("duckdb", "snowflake"):
            raise ConfigurationError(f"unknown target '{target}': use duckdb or snowflake")
        return self.model_copy(update={"target": target})


def load_settings() -> Settings:
    """Read the settings; a value that does not fit is one sentence naming the variable.

    Raises:
        ConfigurationError: a variable has a value of the wrong kind.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = first["loc"][0] if first["loc"] else "a setting"
        raise ConfigurationError(f"{name}: {first['msg'].lower()}") from None


def default_as_of() -> date:
    """The last complete UTC day, unless ``GTM_AS_OF`` pins another."""
    pinned = os.environ.get("GTM_AS_OF")
    if pinned:
        return parse_day(pinned)
    return datetime.now(UTC).date() - timedelta(days=1)


def parse_day(text: str) -> date:
    """Parse ``YYYY-MM-DD``.

    Raises:
        ConfigurationError: the text is not a day.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"'{text}' is not a day: write it as YYYY-MM-DD") from None
