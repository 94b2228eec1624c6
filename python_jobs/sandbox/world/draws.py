"""Where every random number of the world comes from.

Two kinds, both fixed by the world's seed and by absolute time, never by the as-of date:

- ``stream(seed, view, index)``: a numpy Generator for one view and one day, week or cycle.
- ``uniform(seed, purpose, *keys)``: a number in [0, 1) that belongs to a thing (a visitor, a
  person) and is the same whenever it is asked for.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]

_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def stream(seed: int, view: str, index: int = 0) -> np.random.Generator:
    """The generator of one view (``web``, ``intent`` …) for one day, week or cycle."""
    return np.random.default_rng([seed, zlib.crc32(view.encode()), index + 100_000])


def _scramble(value: Hashes) -> Hashes:
    """The splitmix64 finaliser: a bijection on 64-bit integers."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def hashed(seed: int, purpose: str, *keys: Any) -> Hashes:
    """A 64-bit hash per element of the broadcast integer ``keys``; unique for a single key."""
    start = (seed * 0x9E3779B97F4A7C15 + zlib.crc32(purpose.encode())) % 2**64
    with np.errstate(over="ignore"):
        value = _scramble(np.array([start], dtype=np.uint64))
        for key in keys:
            value = _scramble((value ^ np.asarray(key).astype(np.uint64)) + _GOLDEN)
    return value


def uniform(seed: int, purpose: str, *keys: Any) -> Floats:
    """A number in [0, 1) per element of the broadcast integer ``keys``."""
    return (hashed(seed, purpose, *keys) >> np.uint64(11)) * 2.0**-53


def pick(weights: Floats, chance: Floats) -> Ints:
    """Indexes drawn with ``weights`` (any scale) from uniform numbers ``chance``."""
    cumulative = np.cumsum(weights) / np.sum(weights)
    return np.minimum(np.searchsorted(cumulative, chance, side="right"), len(weights) - 1)


def hex_ids(hashes: Hashes, prefix: str = "") -> pa.Array:
    """One text a hash: ``prefix`` and sixteen hexadecimal digits."""
    count, lead = len(hashes), len(prefix)
    width = 16 + lead
    octets = np.ascontiguousarray(hashes).astype(">u8").view(np.uint8).reshape(count, 8)
    text = np.empty((count, width), dtype=np.uint8)
    text[:, :lead] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    text[:, lead::2] = _HEX[octets >> 4]
    text[:, lead + 1 :: 2] = _HEX[octets & 15]
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    return pa.Array.from_buffers(
        pa.string(), count, [None, pa.py_buffer(offsets), pa.py_buffer(text)]
    )
