"""What each registry is: its key and its fields. The seeds and the staging models have the same."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from python_jobs.errors import ConfigurationError

Kind = Literal["text", "number", "integer", "boolean", "timestamp"]
Row = dict[str, Any]

ANY = "*"
# So many points an event: with a decay of one a day, sums over a build of a year and a half still
# fit into a double.
MOST_WEIGHT = 1_000_000
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?")
_TRUE = ("true", "yes", "1")
_FALSE = ("false", "no", "0")


@dataclass(frozen=True)
class Field:
    """One field of a registry row. ``default`` is taken when a row is made without it."""

    name: str
    kind: Kind = "text"
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Registry:
    """One registry: a seed of this name, a view ``stg_registry__<name>``, and its edits.

    Shipped rows of one that ``is_kept`` are read by models under their names: they can be changed,
    not deleted.
    """

    name: str
    key: str
    fields: tuple[Field, ...]
    is_kept: bool = False

    def field(self, name: str) -> Field:
        """The field of that name.

        Raises:
            ConfigurationError: there is none; the sentence lists those there are.
        """
        for field in self.fields:
            if field.name == name:
                return field
        names = ", ".join(field.name for field in self.fields)
        raise ConfigurationError(f"{self.name} has no field '{name}': it has {names}")

    def coerce(self, raw: Mapping[str, Any]) -> Row:
        """A row from a CSV file, the warehouse or the journal, with plain Python values.

        Text that is empty is None; timestamps stay text, ``YYYY-MM-DD HH:MM:SS`` in UTC.

        Raises:
            ConfigurationError: a value is not of its field's kind.
        """
        return {field.name: parse(self, field, raw.get(field.name)) for field in self.fields}


def parse(registry: Registry, field: Field, value: Any) -> Any:
    """One value as its field's kind; empty text is None.

    Raises:
        ConfigurationError: the value is not of that kind.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return _PARSERS[field.kind](value)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"{registry.name}.{field.name}: '{value}' is not {_ARTICLES[field.kind]}"
            f"{plainly(value)}"
        ) from None


def plainly(value: Any) -> str:
    """What to do about a number that was typed as it is printed."""
    return ": write it without commas" if _GROUPED.fullmatch(str(value).strip()) else ""


def registry(name: str) -> Registry:
    """The registry of that name.

    Raises:
        ConfigurationError: there is none; the sentence lists those there are.
    """
    if name not in REGISTRIES:
        raise ConfigurationError(f"there is no registry '{name}': use {', '.join(REGISTRIES)}")
    return REGISTRIES[name]


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _integer(value: Any) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError(value)
    return int(number)


def _boolean(value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE + _FALSE:
        raise ValueError(value)
    return text in _TRUE


def _timestamp(value: Any) -> str:
    time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if time.tzinfo is not None:
        time = time.astimezone(UTC).replace(tzinfo=None)
    return time.isoformat(sep=" ")


_PARSERS: dict[Kind, Any] = {
    "text": str,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "timestamp": _timestamp,
}
_ARTICLES: dict[Kind, str] = {
    "text": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "timestamp": "a time: write it as YYYY-MM-DD HH:MM:SS",
}

_ALL = (
    Registry(
        "event_rules",
        "rule_id",
        (
            Field("rule_id", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("priority", "integer", required=True),
            Field("event_name", default=ANY),
            Field(
                "match_type",
                required=True,
                choices=("path_regex", "path_prefix", "contains", "equals"),
            ),
            Field("match_value", required=True),
            Field("content_type"),
            Field("lane"),
            Field("weight_override", "number", at_least=0, at_most=MOST_WEIGHT),
            Field("score_config_id"),
            Field("notes"),
        ),
    ),
    Registry(
        "score_configs",
        "score_config_id",
        (
            Field("score_config_id", required=True),
            Field(
                "status", required=True, default="draft", choices=("active", "draft", "archived")
            ),
            Field("lambda_decay", "number", required=True, at_least=0, at_most=1),
            Field("normalize_k", "number", required=True),
            Field("cold_max", "integer", required=True, at_least=0),
            Field("warm_max", "integer", required=True),
            Field("surge_surging_min", "number", required=True, at_least=0),
            Field("surge_exploding_min", "number", required=True),
            Field("false_discovery_rate", "number", required=True, default=0.10),
            Field("notes"),
            Field("created_at", "timestamp"),
        ),
    ),
    Registry(
        "score_weights",
        "score_weight_id",
        (
            Field("score_weight_id", required=True),
            Field("score_config_id", required=True),
            Field("event_name", required=True),
            Field("content_type"),
            Field("cta_id"),
            Field("weight", "number", required=True, at_least=0, at_most=MOST_WEIGHT),
        ),
    ),
    Registry(
        "prompt_templates",
        "template_id",
        (
            Field("template_id", required=True),
            Field("task", required=True, default="account_brief"),
            Field("lane", required=True, default=ANY),
            Field(
                "persona", required=True, default=ANY, choices=("sales", "marketing", "exec", ANY)
            ),
            Field("intent_stage", required=True, default=ANY, choices=("Cold", "Warm", "Hot", ANY)),
            Field("version", "integer", required=True, default=1, at_least=1),
            Field("enabled", "boolean", required=True, default=True),
            Field("system_prompt", required=True),
            Field("user_prompt", required=True),
            Field("max_words", "integer", required=True, default=180, at_least=1),
        ),
    ),
    Registry(
        "brief_plays",
        "play_id",
        (
            Field("play_id", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field(
                "section",
                required=True,
                choices=(
                    "buying_stage",
                    "next_sales",
                    "next_marketing",
                    "personalisation",
                    "risks",
                ),
            ),
            Field(
                "statement_kind",
                required=True,
                default="advice",
                choices=("fact", "hypothesis", "advice"),
            ),
            Field("row_kind", required=True),
            Field("row_subject", required=True, default=ANY),
            Field("priority", "integer", required=True, default=100),
            Field("text", required=True),
        ),
    ),
    Registry(
        "message_angles",
        "signal_name",
        (
            Field("signal_name", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("angle", required=True),
            Field("opening", required=True),
            Field("call_to_action", required=True),
        ),
    ),
    Registry(
        "redactions",
        "redaction_id",
        (
            Field("redaction_id", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("task", required=True, default="*"),
            Field("pattern", required=True),
            Field("replacement", required=True),
            Field("notes"),
        ),
    ),
    Registry(
        "message_rules",
        "rule_id",
        (
            Field("rule_id", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("gate", required=True, choices=("length", "reading_level", "banned_claim")),
            Field("kind", required=True, choices=("max_words", "max_grade", "pattern")),
            Field("value", required=True),
            Field("reason"),
        ),
    ),
    Registry(
        "account_aliases",
        "alias_domain",
        (
            Field("alias_domain", required=True),
            Field("account_key", required=True),
            Field("note"),
        ),
    ),
    Registry(
        "account_parents",
        "account_key",
        (
            Field("account_key", required=True),
            Field("parent_account_key", required=True),
            Field("note"),
        ),
    ),
    Registry(
        "job_boards",
        "board_id",
        (
            Field("board_id", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("provider", required=True, choices=("greenhouse", "lever", "ashby")),
            Field("board", required=True),
            Field("account_domain"),
            Field("company_name"),
        ),
    ),
    Registry(
        "lanes",
        "lane",
        (
            Field("lane", required=True),
            Field("label", required=True),
            Field("sort_order", "integer", required=True),
        ),
    ),
    Registry(
        "key_events",
        "key",
        (
            Field("key", required=True),
            Field("label", required=True),
            Field("event_name", required=True),
            Field("content_type"),
            Field("cta_id"),
            Field("sort_order", "integer", required=True),
        ),
    ),
    Registry(
        "signals",
        "signal_name",
        (
            Field("signal_name", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("label", required=True),
            Field("base_strength", "integer", required=True, at_least=0, at_most=100),
            Field("cool_down_days", "integer", required=True, default=30, at_least=0),
            Field("valid_days", "integer", required=True, default=7, at_least=0),
            Field("sequence_key", required=True),
            Field("notes"),
        ),
    ),
    Registry(
        "signal_modifiers",
        "modifier_id",
        (
            Field("modifier_id", required=True),
            Field("signal_name", required=True),
            Field("modifier", required=True),
            Field("points", "integer", required=True),
            Field("threshold", "number"),
            Field("notes"),
        ),
    ),
    Registry(
        "signal_settings",
        "setting_id",
        (
            Field("setting_id", required=True),
            Field("signal_name", required=True),
            Field("setting", required=True),
            Field(
                "kind",
                required=True,
                choices=("number", "integer", "boolean", "text", "list", "pattern"),
            ),
            Field("value", required=True),
            Field("notes"),
        ),
        is_kept=True,
    ),
    Registry(
        "job_roles",
        "job_role",
        (
            Field("job_role", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("label", required=True),
            Field("title_pattern", required=True),
            Field("sort_order", "integer", required=True),
        ),
    ),
    Registry(
        "field_mappings",
        "mapping_id",
        (
            Field("mapping_id", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("destination", required=True, choices=("salesforce", "outreach")),
            Field("object", required=True),
            Field("field", required=True),
            Field("expression", required=True),
            Field(
                "kind",
                required=True,
                default="text",
                choices=("text", "number", "boolean", "date", "datetime"),
            ),
            Field("null_meaning", required=True, default="leave", choices=("clear", "leave")),
            Field("overwrite", required=True, default="always", choices=("always", "when_empty")),
            Field(
                "write_on",
                required=True,
                default="difference",
                choices=("difference", "move", "with_others"),
            ),
            Field("tolerance", "number", at_least=0),
            Field("tolerated"),
            Field("max_length", "integer", at_least=1),
            Field("notes"),
        ),
    ),
    Registry(
        "sync_settings",
        "setting_id",
        (
            Field("setting_id", required=True),
            Field("destination", required=True, choices=("salesforce", "outreach")),
            Field("setting", required=True),
            Field("kind", required=True, choices=("number", "integer", "boolean", "text", "list")),
            Field("value", required=True),
            Field("notes"),
        ),
        is_kept=True,
    ),
    Registry(
        "personas",
        "persona",
        (
            Field("persona", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("label", required=True),
            Field("level_pattern", required=True),
            Field("function_pattern", required=True),
            Field("except_pattern"),
            Field("seniority_order", "integer", required=True, at_least=1),
            Field("relevance_order", "integer", required=True, default=1, at_least=1),
            Field("notes"),
        ),
    ),
    Registry(
        "eligibility_rules",
        "rule",
        (
            Field("rule", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("rule_order", "integer", required=True),
            Field("limit_value", "integer", at_least=0),
            Field("retry_days", "integer", at_least=1),
            Field("sentence", required=True),
            Field("notes"),
        ),
        is_kept=True,
    ),
    Registry(
        "suppressions",
        "suppression_id",
        (
            Field("suppression_id", required=True),
            Field(
                "kind",
                required=True,
                choices=("account", "domain", "email", "industry", "segment"),
            ),
            Field("value", required=True),
            Field("reason", required=True),
            Field("approved_by"),
            Field("approved_at", "timestamp"),
            Field("valid_from", "timestamp"),
            Field("valid_until", "timestamp"),
            Field("notes"),
        ),
    ),
    Registry(
        "sequences",
        "sequence_key",
        (
            Field("sequence_key", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("outreach_sequence_name", required=True),
            Field("daily_capacity", "integer", at_least=0),
            Field("notes"),
        ),
    ),
    Registry(
        "mailboxes",
        "mailbox_email",
        (
            Field("mailbox_email", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("is_default", "boolean", required=True, default=False),
            Field("daily_capacity", "integer", at_least=0),
            Field("crm_owner_id"),
            Field("notes"),
        ),
    ),
    Registry(
        "sync_guards",
        "guard_id",
        (
            Field("guard_id", required=True),
            Field(
                "guard",
                required=True,
                choices=(
                    "source_empty",
                    "too_many_changed",
                    "nulls_flood",
                    "key_collisions",
                    "quota",
                    "stale_destination",
                    "stale_build",
                    "stale_plan",
                ),
            ),
            Field("destination", required=True, default=ANY),
            Field("entity", required=True, default=ANY),
            Field("enabled", "boolean", required=True, default=True),
            Field("limit_value", "number", required=True, at_least=0),
            Field("at_least", "integer", at_least=0),
            Field("notes"),
        ),
        is_kept=True,
    ),
    Registry(
        "identity_rules",
        "rule",
        (
            Field("rule", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("confidence", "number", required=True, at_least=0, at_most=1),
            Field("allows_two_addresses", "boolean", required=True, default=False),
            Field("label", required=True),
            Field("notes"),
        ),
        is_kept=True,
    ),
    Registry(
        "identity_overrides",
        "override_id",
        (
            Field("override_id", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("action", required=True, choices=("merge", "separate")),
            Field("identity", required=True),
            Field("other_identity", required=True),
            Field("decided_at", "timestamp"),
            Field("notes"),
        ),
    ),
    Registry(
        "sentiment_phrases",
        "phrase",
        (
            Field("phrase", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("weight", "number", required=True, at_least=-1, at_most=1),
            Field("notes"),
        ),
    ),
    Registry(
        "coaching_measures",
        "measure",
        (
            Field(
                "measure",
                required=True,
                choices=(
                    "talk_ratio",
                    "longest_monologue_seconds",
                    "our_questions_per_10_minutes",
                    "turns_per_minute",
                    "patience_seconds",
                    "sentiment_score",
                    "next_step_share",
                ),
            ),
            Field("enabled", "boolean", required=True, default=True),
            Field("weight", "number", required=True, at_least=0),
            Field("poor_value", "number", required=True),
            Field("good_value", "number", required=True),
            Field("coach_at", "number"),
            Field("label", required=True),
            Field("advice", required=True),
            Field("notes"),
        ),
        is_kept=True,
    ),
    Registry(
        "coaching_settings",
        "setting",
        (
            Field("setting", required=True),
            Field("setting_value", "number", required=True, at_least=0),
            Field("label"),
        ),
        is_kept=True,
    ),
    Registry(
        "objection_categories",
        "category",
        (
            Field("category", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field(
                "kind",
                required=True,
                default="objection",
                choices=("objection", "pain_point", "good_fit", "poor_fit", "aside"),
            ),
            Field("label", required=True),
            Field("pattern", required=True),
            Field("weight", "integer", required=True, default=2, at_least=1, at_most=3),
            Field("response"),
            Field("messaging"),
            Field("call_to_action"),
            Field("notes"),
        ),
    ),
    Registry(
        "competitors",
        "competitor",
        (
            Field("competitor", required=True),
            Field("enabled", "boolean", required=True, default=True),
            Field("label", required=True),
            Field("pattern", required=True),
            Field("positioning"),
            Field("notes"),
        ),
    ),
    Registry(
        "closed_lost_settings",
        "setting",
        (
            Field("setting", required=True),
            Field("kind", required=True, choices=("number", "integer", "text")),
            Field("value", required=True),
            Field("notes"),
        ),
        is_kept=True,
    ),
)

REGISTRIES = {registry.name: registry for registry in _ALL}
