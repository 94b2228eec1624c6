"""What a model's tokens cost, before and after they are spent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from python_jobs.enrich.task import Asked, Task
from python_jobs.errors import ConfigurationError

MILLION = 1_000_000


class Price(BaseModel):
    """US dollars for a million tokens, and the factors on them.

    Attributes:
        long_from: prompts of more tokens than this cost ``long_factor`` times as much, in and out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float
    output: float
    cache_write: float = 2.0
    cache_read: float = 0.1
    batch: float = 0.5
    long_from: int | None = None
    long_factor: float = 1.0


LIST_PRICES: dict[str, Price] = {
    "claude-haiku-5-5": Price(input=0.1, output=0.5, long_from=100_000, long_factor=5),
    "claude-haiku-4-5": Price(input=1, output=5),
    "claude-sonnet-5-5": Price(input=2, output=10, cache_read=0.05),
    "claude-sonnet-5": Price(input=2, output=10),
    "claude-sonnet-4-6": Price(input=3, output=15),
    "claude-sonnet-4-5": Price(input=3, output=15),
    "claude-opus-5-5": Price(input=4, output=20, cache_read=0.05),
    "claude-opus-5": Price(input=5, output=25),
    "claude-opus-4-8": Price(input=5, output=25),
    "claude-opus-4-7": Price(input=5, output=25),
}
"""Anthropic's list of November 2026 (platform.claude.com, pricing); ``GTM_CLAUDE_PRICES`` corrects
it. A cache entry is kept for an hour, which costs twice the input's price once."""


def price_of(model: str, corrections: dict[str, Price], variable: str) -> Price:
    """The price of a model.

    Raises:
        ConfigurationError: none is known; the message names the variable to set.
    """
    price = corrections.get(model) or LIST_PRICES.get(model)
    if price is None:
        raise ConfigurationError(
            f"no price is known of {model}: set {variable}="
            f'\'{{"{model}": {{"input": 1.0, "output": 5.0}}}}\' (US dollars a million tokens)'
        )
    return price


@dataclass(frozen=True)
class Usage:
    """Tokens of one question and its answer. ``input`` is what was neither read from the cache nor
    written to it."""

    input: int
    output: int
    cache_write: int = 0
    cache_read: int = 0

    @property
    def prompt(self) -> int:
        """All tokens that were sent."""
        return self.input + self.cache_write + self.cache_read

    def cost(self, price: Price, in_batch: bool = False) -> float:
        """US dollars."""
        sent = (
            self.input + self.cache_write * price.cache_write + self.cache_read * price.cache_read
        )
        dollars = (sent * price.input + self.output * price.output) / MILLION
        if price.long_from is not None and self.prompt > price.long_from:
            dollars *= price.long_factor
        return dollars * (price.batch if in_batch else 1.0)


SAMPLE = 8
"""So many questions are counted to know how many tokens a character makes."""


@dataclass
class Estimator:
    """What questions will cost at most: counted tokens of some, by their characters for all.

    The longest and the shortest are among those counted, and the most tokens a character is taken
    for all; an answer is as long as it may be.

    Attributes:
        text: everything that is sent for a subject.
        count: the provider's own count of its tokens.
    """

    price: Price
    most_output: int
    text: Callable[[Task, Asked], str]
    count: Callable[[Task, Asked], int]
    _tokens_a_character: dict[str, float] = field(default_factory=dict)

    def at_most(self, task: Task, asked: Sequence[Asked], in_batch: bool) -> float:
        """US dollars for all of them."""
        if not asked:
            return 0.0
        if task.name not in self._tokens_a_character:
            self._tokens_a_character[task.name] = self._measured(task, asked)
        ratio = self._tokens_a_character[task.name]
        lengths = (len(self.text(task, one)) for one in asked)
        # all of it may have to be written to the cache
        return sum(
            Usage(0, self.most_output, cache_write=round(length * ratio)).cost(self.price, in_batch)
            for length in lengths
        )

    def _measured(self, task: Task, asked: Sequence[Asked]) -> float:
        ordered = sorted(asked, key=lambda one: len(self.text(task, one)))
        step = max(1, (len(ordered) - 1) // (SAMPLE - 1))
        sample = [*ordered[::step][: SAMPLE - 1], ordered[-1]]
        return max(self.count(task, one) / len(self.text(task, one)) for one in sample)
