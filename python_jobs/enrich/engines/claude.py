"""Claude: each subject a message with a schema for its answer, or many of them a batch.

The anthropic SDK does the HTTP, its retries and their waits. What a kill leaves of a batch is found
again by ``claude_batches``. Neither prompts nor answers are logged, at any level.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import anthropic
import httpx2
from anthropic.types import Message, ModelInfo
from pydantic import Field, SecretStr

from python_jobs.enrich.engines.claude_batches import Batches, Submission
from python_jobs.enrich.engines.prices import Estimator, Price, Usage, price_of
from python_jobs.enrich.engines.reading import read
from python_jobs.enrich.task import Answer, Asked, Task
from python_jobs.errors import (
    ConfigurationError,
    GtmError,
    PermanentError,
    QuotaExhausted,
    TransientError,
)
from python_jobs.http import Patience
from python_jobs.ingest.connector import SourceConfig
from python_jobs.warehouse import BriefWarehouse

logger = logging.getLogger(__name__)

MOST_MISSES = 10
"""So many failures in a row, of whatever subjects, are a failure of the service."""

_NOT_ITS_FORM = "the answer is not of the task's form"
_STOPPED = {
    "refusal": "the model declined to answer",
    "max_tokens": "the answer was cut off at GTM_CLAUDE_MAX_TOKENS: a higher one counts for what "
    "is asked from then on",
    "model_context_window_exceeded": "the rows do not fit into the model's context",
}
"""Why an answer that came with HTTP 200 is none, by its stop reason."""
_PASSING = (
    anthropic.InternalServerError,
    anthropic.ConflictError,
    anthropic.RequestTimeoutError,
)
"""Refusals that say nothing against the question; 503, 504 and 529 are the first's kinds."""


class ClaudeConfig(SourceConfig):
    """The engine's settings."""

    needs: ClassVar[tuple[str, ...]] = ("api_key",)
    in_sandbox: ClassVar[dict[str, str]] = {
        "api_key": "sandbox-anthropic-key",
        "base_url": "{url}/anthropic",
        "poll_seconds": "0.1",
    }

    api_key: SecretStr | None = Field(default=None, alias="ANTHROPIC_API_KEY")
    base_url: str = Field(default="https://api.anthropic.com", alias="ANTHROPIC_BASE_URL")
    model: str = Field(default="claude-haiku-5-5", alias="GTM_CLAUDE_MODEL")
    effort: Literal["low", "medium", "high", "xhigh", "max"] = Field(
        default="low", alias="GTM_CLAUDE_EFFORT"
    )
    max_tokens: int = Field(default=4_096, alias="GTM_CLAUDE_MAX_TOKENS", gt=0)
    workers: int = Field(default=8, alias="GTM_CLAUDE_WORKERS", gt=0)
    batch_from: int = Field(default=1_000, alias="GTM_CLAUDE_BATCH_FROM", gt=0)
    poll_seconds: float = Field(default=60, alias="GTM_CLAUDE_POLL_SECONDS", gt=0)
    prices: dict[str, Price] = Field(default_factory=dict, alias="GTM_CLAUDE_PRICES")


@dataclass(frozen=True)
class _Form:
    """What is alike for every question of a task."""

    output_config: dict[str, Any]
    text: str


class Claude:
    """The engine.

    Raises:
        ConfigurationError: there is no key or no price, or the model cannot do it.
    """

    name = "claude"
    chunk = 5_000

    def __init__(self, config: ClaudeConfig, patience: Patience, warehouse: BriefWarehouse) -> None:
        missing = config.missing()
        if missing:
            raise ConfigurationError(
                f"the engine claude needs {', '.join(missing)} (see .env.example); "
                "--engine offline needs no key"
            )
        self._config = config
        self.model = config.model
        self._price = price_of(config.model, config.prices, "GTM_CLAUDE_PRICES")
        self._client = connect(config, patience)
        self._batches = Batches(self._client, warehouse, config.poll_seconds)
        self._estimator = Estimator(self._price, config.max_tokens, self._sent, self._count_tokens)
        self._forms: dict[str, _Form] = {}
        self._supports_effort = self._checked_model()

    def estimate(self, task: Task, asked: Sequence[Asked]) -> float:
        return self._estimator.at_most(task, asked, self._goes_by_batch(task, asked))

    def answer(self, task: Task, asked: Sequence[Asked]) -> Generator[Answer, None, None]:
        stamp = task.stamp(self.name, self.model)
        subjects = {one.cache_key(stamp): one for one in asked}
        with _sentences():
            under_way = self._batches.under_way(task.name, subjects)
            known = {key for submission in under_way for key in submission.keys}
            fresh = {key: one for key, one in subjects.items() if key not in known}
            if fresh:
                # costs nothing, and tells of a question that no model would take
                self._count_tokens(task, next(iter(fresh.values())))
            # as it was estimated: by how many were wanted, not by how many of them are left to ask
            if fresh and self._goes_by_batch(task, asked):
                params = {key: self._params(task, one) for key, one in fresh.items()}
                under_way += self._batches.submit(task.name, params)
                fresh = {}
        yield from self._ask_each(task, list(fresh.values()))
        for submission in under_way:
            yield from self._collect(task, subjects, submission)

    def close(self) -> None:
        self._client.close()

    def _goes_by_batch(self, task: Task, asked: Sequence[Asked]) -> bool:
        return bool(asked) and (task.can_wait or len(asked) >= self._config.batch_from)

    def _checked_model(self) -> bool:
        """See that the model can be had and writes by a schema; whether it knows efforts."""
        with _sentences():
            found = self._client.models.retrieve(self.model)
        why_not = why_unfit(found)
        if why_not:
            raise ConfigurationError(f"{self.model} {why_not}: set GTM_CLAUDE_MODEL to another")
        if found.lifecycle == "deprecated":
            logger.warning("%s is to be retired on %s", self.model, found.retires_at)
        return bool(found.capabilities and found.capabilities.effort.supported)

    def _ask_each(self, task: Task, asked: Sequence[Asked]) -> Iterator[Answer]:
        """A message each, several at a time. What is in flight when it ends is waited for: it is
        paid."""
        failure: GtmError | None = None
        misses = 0
        with ThreadPoolExecutor(self._config.workers) as pool:
            futures = [pool.submit(self._ask, task, one) for one in asked]
            try:
                for future in as_completed(futures):
                    if future.cancelled():
                        continue
                    try:
                        answer = future.result()
                    except GtmError as error:
                        failure = failure or error
                        _cancel(futures)
                        continue
                    misses = misses + 1 if answer.again else 0
                    if misses >= MOST_MISSES and failure is None:
                        failure = TransientError("Anthropic fails again and again: run again later")
                        _cancel(futures)
                    yield answer
            finally:
                # whoever wants no more answers asks no more questions: leaving the pool waits for
                # all that are in it
                _cancel(futures)
        if failure is not None:
            raise failure

    def _ask(self, task: Task, asked: Asked) -> Answer:
        try:
            with _sentences():
                message = self._client.messages.create(**self._params(task, asked))
        except PermanentError as error:
            return Answer(asked, None, str(error))
        except TransientError as error:
            return Answer(asked, None, str(error), again=True)
        return self._read(task, asked, message, in_batch=False)

    def _collect(
        self, task: Task, subjects: dict[str, Asked], submission: Submission
    ) -> Iterator[Answer]:
        """The answers of a batch, in the order they come in; each row by its key, one that has no
        message as a failure that the next run makes good."""
        with _sentences():
            for key, row in self._batches.results(submission):
                asked = subjects.get(key)
                if asked is None:
                    continue
                if row.type == "succeeded":
                    yield self._read(task, asked, row.message, in_batch=True)
                elif row.type == "errored":
                    kind = row.error.error.type
                    again = kind != "invalid_request_error"
                    yield Answer(asked, None, f"in the batch it failed ({kind})", again=again)
                else:
                    yield Answer(asked, None, f"in the batch it was {row.type}", again=True)

    def _read(self, task: Task, asked: Asked, message: Message, in_batch: bool) -> Answer:
        usage = Usage(
            message.usage.input_tokens,
            message.usage.output_tokens,
            message.usage.cache_creation_input_tokens or 0,
            message.usage.cache_read_input_tokens or 0,
        )
        output = None
        problem = _STOPPED.get(message.stop_reason or "")
        if problem is None and message.stop_reason != "end_turn":
            problem = f"it stopped for another reason than its end ({message.stop_reason})"
        if problem is None:
            text = "".join(block.text for block in message.content if block.type == "text")
            output = read(task, asked, text)
            problem = None if output else _NOT_ITS_FORM
        return Answer(
            asked,
            output,
            problem,
            input_tokens=usage.prompt,
            output_tokens=usage.output,
            cost=usage.cost(self._price, in_batch),
        )

    def _params(self, task: Task, asked: Asked) -> dict[str, Any]:
        return {
            "model": self.model,
            "max_tokens": self._config.max_tokens,
            **self._question(task, asked),
        }

    def _question(self, task: Task, asked: Asked) -> dict[str, Any]:
        """What is alike for all subjects first, so that it is read from the cache."""
        return {
            "system": [
                {
                    "type": "text",
                    "text": asked.instructions(),
                    "cache_control": {"type": "ephemeral", "ttl": "1h"},
                }
            ],
            "messages": [{"role": "user", "content": asked.message()}],
            "output_config": self._form(task).output_config,
        }

    def _form(self, task: Task) -> _Form:
        if task.name not in self._forms:
            schema = anthropic.transform_schema(task.output)
            config: dict[str, Any] = {"format": {"type": "json_schema", "schema": schema}}
            if self._supports_effort:
                config["effort"] = self._config.effort
            self._forms[task.name] = _Form(config, json.dumps(schema))
        return self._forms[task.name]

    def _sent(self, task: Task, asked: Asked) -> str:
        return asked.instructions() + self._form(task).text + asked.message()

    def _count_tokens(self, task: Task, asked: Asked) -> int:
        with _sentences():
            counted = self._client.messages.count_tokens(
                model=self.model, **self._question(task, asked)
            )
        return counted.input_tokens


def connect(config: ClaudeConfig, patience: Patience) -> anthropic.Anthropic:
    """A client that waits as long, and tries as often, as all of our calls."""
    assert config.api_key is not None
    # at level DEBUG it writes down whole requests, with their prompts; at INFO every retry
    logging.getLogger("anthropic").setLevel(logging.WARNING)

    def never_too_long(response: httpx2.Response) -> None:
        seconds = response.headers.get("retry-after")
        if seconds is not None and seconds.isdigit() and int(seconds) > patience.longest_wait:
            response.headers["x-should-retry"] = "false"

    return anthropic.Anthropic(
        api_key=config.api_key.get_secret_value(),
        base_url=config.base_url,
        max_retries=patience.attempts - 1,
        timeout=anthropic.Timeout(patience.read_timeout, connect=patience.connect_timeout),
        # the key is in a header of Anthropic's own, which would go along to another address
        http_client=anthropic.DefaultHttpxClient(
            event_hooks={"response": [never_too_long]}, follow_redirects=False
        ),
    )


def why_unfit(model: ModelInfo) -> str | None:
    """Why a model cannot be used, or None."""
    if model.lifecycle == "retired":
        return "has been retired"
    if model.capabilities and not model.capabilities.structured_outputs.supported:
        return "does not answer by a schema"
    return None


@contextmanager
def _sentences() -> Iterator[None]:
    """What goes wrong with the provider, as one of our own errors: a sentence that quotes nothing
    of what was sent."""
    try:
        yield
    except (json.JSONDecodeError, httpx2.HTTPError):
        raise TransientError("Anthropic's answer did not come whole: run again") from None
    except anthropic.AnthropicError as error:
        raise sentence(error) from None


def sentence(error: anthropic.AnthropicError) -> GtmError:
    """One of our own errors for the SDK's."""
    if isinstance(error, anthropic.AuthenticationError | anthropic.PermissionDeniedError):
        return ConfigurationError("Anthropic refused the key: correct ANTHROPIC_API_KEY")
    if isinstance(error, anthropic.NotFoundError):
        return ConfigurationError("Anthropic knows no such model: correct GTM_CLAUDE_MODEL")
    if isinstance(error, anthropic.PaymentRequiredError):
        return QuotaExhausted("Anthropic's credit is used up: what was answered is kept")
    if isinstance(error, anthropic.RateLimitError):
        return QuotaExhausted(
            "Anthropic's rate limit is reached: what was answered is kept, run again later, "
            "or with a smaller GTM_CLAUDE_WORKERS"
        )
    passing = (
        anthropic.InternalServerError | anthropic.ConflictError | anthropic.RequestTimeoutError
    )
    if isinstance(error, anthropic.APIStatusError) and not isinstance(error, passing):
        return PermanentError(f"Anthropic does not take the question (HTTP {error.status_code})")
    return TransientError(f"Anthropic did not answer ({type(error).__name__})")


def _cancel(futures: Sequence[Future[Answer]]) -> None:
    for future in futures:
        future.cancel()
