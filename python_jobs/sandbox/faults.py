"""Bad days, by name and seed: which requests go wrong, how, and how often before they pass.

Whether a request goes wrong depends on the seed and on the request alone (vendor, method, path,
query, body), never on time or order; it goes wrong once or a few times and then passes. Only a lost
scope stays lost until the faults are changed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

# Share of requests that each fault befalls, in percent; the order is that of trying.
RATES: dict[str, int] = {
    "429-storm": 25,
    "500": 20,
    "expired-token": 15,
    "timeout": 8,
    "reset": 15,
    "malformed-json": 15,
    "slow-drip": 15,
    "duplicate-page": 30,
    "malformed-record": 30,
    "lost-scope": 100,
    "clock-skew": 100,
}
FAULTS = tuple(RATES)

# What a language model does wrong, for good, in its answer to a request, or in a statement of it.
MODEL_RATES: dict[str, int] = {
    "refusal": 15,
    "truncation": 15,
    "not-the-schema": 15,
    "lost-rows": 25,
    "lies": 35,
}
MODEL_FAULTS = tuple(MODEL_RATES)

# How often a fault befalls one request at most, where that is not twice. A token that has just been
# given out has not expired.
MOST_TIMES = {"429-storm": 3, "expired-token": 1}

MOST_FAULTS = 4
"""What one request meets at most before it passes, whatever is switched on."""

# Those that are answered instead of, or over, the vendor's own answer, request by request.
_ANSWERED = ("429-storm", "500", "expired-token", "timeout", "reset", "malformed-json", "slow-drip")


@dataclass
class Faults:
    """The faults that are switched on.

    Attributes:
        names: of ``FAULTS`` and ``MODEL_FAULTS``.
        seed: another seed, other requests.
        stall: seconds a timeout lasts.
        retry_after: what a 429 of a storm tells to wait, in seconds.
    """

    names: tuple[str, ...] = ()
    seed: int = 0
    stall: float = 300.0
    retry_after: int = 1
    happened: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often which fault befell which vendor."""
    _attempts: Counter[str] = field(default_factory=Counter)

    def set(self, names: Iterable[str], seed: int) -> None:
        """Switch these on and all others off.

        Raises:
            ValueError: there is no such fault.
        """
        wanted = tuple(names)
        known = FAULTS + MODEL_FAULTS
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise ValueError(f"there is no fault '{unknown[0]}': use {', '.join(known)}")
        self.names, self.seed = wanted, seed
        self._attempts.clear()

    def befalls(self, key: str, can_expire: bool) -> str | None:
        """The fault that this request meets now, or None."""
        if self._attempts[key] >= MOST_FAULTS:
            return None
        for name in _ANSWERED:
            if name not in self.names or (name == "expired-token" and not can_expire):
                continue
            draw = self._draw(name, key)
            times = 1 + draw % MOST_TIMES.get(name, 2)
            tried = f"{name} {key}"
            if draw < RATES[name] and self._attempts[tried] < times:
                self._attempts.update([tried, key])
                self.happened[_vendor_of(key), name] += 1
                return name
        return None

    def repeats_page(self, key: str) -> bool:
        """Whether the page after this one is this one again."""
        return self._hits("duplicate-page", key)

    def spoils_record(self, key: str) -> bool:
        """Whether a record that no one can read is put into this page."""
        return self._hits("malformed-record", key)

    def misleads(self, name: str, key: str) -> bool:
        """Whether a model's answer, or a statement of one, is spoilt by this one of its faults."""
        return self._hits(name, key)

    def lost(self, vendor: str, scopes: Iterable[str]) -> str | None:
        """The scope that the credentials have lost, if the vendor has scopes."""
        known = sorted(scopes)
        if "lost-scope" not in self.names or not known:
            return None
        self.happened[vendor, "lost-scope"] += 1
        return known[self.seed % len(known)]

    @property
    def skew(self) -> float:
        """Hours by which the vendor's clock is off."""
        if "clock-skew" not in self.names:
            return 0.0
        return float(self._draw("clock-skew", "") % 25 - 12) or 5.0

    def _hits(self, name: str, key: str) -> bool:
        rate = RATES.get(name, MODEL_RATES.get(name, 0))
        hit = name in self.names and self._draw(name, key) < rate
        self.happened[_vendor_of(key), name] += hit
        return hit

    def _draw(self, name: str, key: str) -> int:
        digest = hashlib.blake2b(f"{self.seed} {name} {key}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % 100


def _vendor_of(key: str) -> str:
    return key.split(" ")[0]
