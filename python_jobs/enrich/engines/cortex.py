"""Cortex: a model inside Snowflake, asked by SQL; nothing leaves the warehouse.

A chunk is one statement over its questions. A row that fails is NULL in Snowflake unless its error
is asked for, so it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Sequence
from typing import Any

import snowflake.connector
from pydantic import Field

from python_jobs.enrich.engines.prices import Estimator, Price, Usage, price_of
from python_jobs.enrich.engines.reading import read
from python_jobs.enrich.task import Answer, Asked, Task
from python_jobs.errors import ConfigurationError, TransientError
from python_jobs.ingest.connector import SourceConfig
from python_jobs.warehouse import Warehouse

MOST_TOKENS = 8_192
"""What AI_COMPLETE writes at most."""

_PASSING = re.compile(r"throttl|timed? ?out|unavailable|overload|internal|too many|try again", re.I)
_NO_REASON = "Cortex gave no answer and no reason"


class CortexConfig(SourceConfig):
    """The engine's settings."""

    model: str = Field(default="claude-haiku-4-5", alias="GTM_CORTEX_MODEL")
    max_tokens: int = Field(default=4_096, alias="GTM_CORTEX_MAX_TOKENS", gt=0, le=MOST_TOKENS)
    chunk: int = Field(default=50, alias="GTM_CORTEX_CHUNK", gt=0)
    prices: dict[str, Price] = Field(default_factory=dict, alias="GTM_CORTEX_PRICES")


class Cortex:
    """The engine.

    Raises:
        ConfigurationError: the target is not Snowflake, or the model's price is not known.
    """

    name = "cortex"

    def __init__(self, config: CortexConfig, warehouse: Warehouse) -> None:
        if warehouse.target != "snowflake":
            raise ConfigurationError(
                "the engine cortex runs inside Snowflake: use --target snowflake, or "
                "--engine offline or claude"
            )
        self.model = config.model
        self.chunk = config.chunk
        self._max_tokens = config.max_tokens
        self._price = price_of(config.model, config.prices, "GTM_CORTEX_PRICES")
        self._warehouse = warehouse
        self._estimator = Estimator(self._price, config.max_tokens, prompt, self._count_tokens)

    def estimate(self, task: Task, asked: Sequence[Asked]) -> float:
        if task.in_warehouse is not None:
            return 0.0  # Snowflake bills it with the warehouse's own functions
        return self._estimator.at_most(task, asked, in_batch=False)

    def answer(self, task: Task, asked: Sequence[Asked]) -> Generator[Answer, None, None]:
        way = task.in_warehouse
        text = prompt if way is None else lambda task, one: way.said(one)
        call = self._completion(task) if way is None else way.sql
        selected = " union all ".join("select ? as place, ? as said" for _ in asked)
        values = [v for place, one in enumerate(asked) for v in (place, text(task, one))]
        rows = self._rows(f"select place, {call} as answer from ({selected}) as asked", values)
        given = {int(row["place"]): _parsed(row["answer"]) for row in rows}
        for place, one in enumerate(asked):
            yield self._read(task, one, given.get(place))

    def close(self) -> None:
        """Nothing is held open."""

    def _read(self, task: Task, asked: Asked, given: Any) -> Answer:
        error = given.get("error") if isinstance(given, dict) else None
        value = _parsed(given.get("value")) if isinstance(given, dict) else None
        if value is None:
            problem = f"Cortex: {error}"[:500] if error else _NO_REASON
            return Answer(asked, None, problem, again=not error or bool(_PASSING.search(error)))
        if task.in_warehouse is not None:
            try:
                return Answer(asked, task.in_warehouse.read(asked, value))
            except (KeyError, ValueError, TypeError, IndexError):
                return Answer(asked, None, "Cortex gave another form than its function's")
        usage = Usage(
            int(value["usage"].get("prompt_tokens", 0)),
            int(value["usage"].get("completion_tokens", 0)),
        )
        output = read(task, asked, _answer(value))
        return Answer(
            asked,
            output,
            None if output else "the answer is not of the task's form",
            input_tokens=usage.input,
            output_tokens=usage.output,
            cost=usage.cost(self._price),
        )

    def _completion(self, task: Task) -> str:
        """AI_COMPLETE in the order its arguments have: show_details, then return_error_details."""
        answer_form = {"type": "json", "schema": inlined(task.output.model_json_schema())}
        return (
            f"ai_complete({literal(self.model)}, said, "
            f"{literal({'max_tokens': self._max_tokens})}, {literal(answer_form)}, true, true)"
        )

    def _count_tokens(self, task: Task, asked: Asked) -> int:
        sql = f"select ai_count_tokens('ai_complete', {literal(self.model)}, ?) as tokens"
        return int(self._rows(sql, [prompt(task, asked)])[0]["tokens"])

    def _rows(self, sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        try:
            return self._warehouse.rows(sql, values)
        except snowflake.connector.errors.ProgrammingError as error:
            raise ConfigurationError(
                f"Cortex does not take the statement (Snowflake error {error.errno}): check "
                f"that GTM_CORTEX_MODEL ({self.model}) is allowed in this account and region, and "
                "that the role has USE AI FUNCTIONS and SNOWFLAKE.CORTEX_USER"
            ) from None
        except snowflake.connector.errors.Error as error:
            raise TransientError(f"Snowflake did not answer ({type(error).__name__})") from None


def prompt(task: Task, asked: Asked) -> str:
    """Everything the model is told of a subject, as one text."""
    return f"{asked.instructions()}\n\n{asked.message()}"


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema as Cortex takes it: no references, no titles, every property required."""
    definitions = schema.get("$defs", {})

    def plain(part: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in part:
            return plain(definitions[part["$ref"].rsplit("/", 1)[1]])
        kept: dict[str, Any] = {
            name: part[name] for name in ("type", "enum", "description") if name in part
        }
        if "const" in part:
            kept["enum"] = [part["const"]]
        if "anyOf" in part:
            kept["anyOf"] = [plain(option) for option in part["anyOf"]]
        if "items" in part:
            kept["items"] = plain(part["items"])
        if "properties" in part:
            kept["properties"] = {name: plain(one) for name, one in part["properties"].items()}
            kept["required"] = list(part["properties"])
            kept["additionalProperties"] = False
        return kept

    return plain(schema)


def literal(value: Any) -> str:
    """A value as a Snowflake constant: the functions take their options as no bound values."""
    if isinstance(value, dict):
        inner = ", ".join(f"{literal(name)}: {literal(one)}" for name, one in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, str):
        plain = " ".join(value.split()).replace("\\", "").replace("'", "''")
        return f"'{plain}'"
    return json.dumps(value)


def _answer(value: dict[str, Any]) -> str:
    """The JSON that the model wrote: where a schema was asked for, or among the choices."""
    found: Any = ""
    if value.get("structured_output"):
        found = value["structured_output"][0].get("raw_message", "")
    elif value.get("choices"):
        found = value["choices"][0].get("messages", "")
    return found if isinstance(found, str) else json.dumps(found)


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
