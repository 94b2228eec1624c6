"""A vector of the words said, with no model and nothing to download.

Each word stem has a direction of its own, drawn from its hash (feature hashing and a random
projection in one step), and a call lies where its words point, said often counting little more than
said once. It knows no meaning: two calls are near when they share words that few calls need.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import snowballstemmer

from python_jobs.enrich.task import Asked
from python_jobs.enrich.tasks.call_embedding.schema import CallEmbedding

DIMENSIONS = 256
PLACES = 8
"""Places of the vector that a word touches, up or down."""
_WORD = re.compile(r"[^\W\d_][\w'-]+")
_COMMON = """
a about actually after afternoon again all also always am an and any anybody anything are as at
away back be because been before being both but by bye can cannot come could course day did do
does done don't each even every everybody everything exactly fine first for from get give go going
good goodbye great had happy has have he hear hello her here hi him his how i i'm if in into is it
it's its just kind know last let like little look lot loud made make many may me mean might minute
more most much must my need never new next no nobody not nothing now of off okay on once one only
or other our out over own people please put quite rather really right said same say see send she
should show so some somebody something still such sure take talk tell than thank thanks that
that's the their them then there these they thing things think this those thought three through
time to today tomorrow too two understood up us use very want was way we week well were what when
where which while who why will with without work would yeah year yes yet you you're your
"""
_EVERYWHERE = frozenset(_COMMON.split())
"""Words of any call: they say nothing of what it is about."""


def write(asked: Asked) -> CallEmbedding:
    """The vector of one call."""
    return CallEmbedding(vector=embedded(said(asked)))


def said(asked: Asked) -> str:
    """Title and sentences of a call as one text."""
    return "\n".join([str(asked.input.get("title") or ""), *asked.evidence.values()])


def embedded(text: str) -> list[float]:
    """The vector of a text; of one without words, the first direction."""
    counts = Counter(word for word in _WORD.findall(text.lower()) if word not in _EVERYWHERE)
    stems: dict[str, int] = {}
    for word, count in counts.items():
        stem = _stem(word)
        stems[stem] = stems.get(stem, 0) + count
    vector = np.zeros(DIMENSIONS)
    for stem, count in stems.items():
        places, signs = _direction(stem)
        np.add.at(vector, places, signs * (1 + math.log(count)))
    length = float(np.linalg.norm(vector))
    if not length:
        vector[0] = length = 1.0
    return [round(float(number), 4) for number in vector / length]


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    return str(_stemmer.stemWord(word))


@lru_cache(maxsize=200_000)
def _direction(stem: str) -> tuple[np.ndarray, np.ndarray]:
    digest = blake2b(stem.encode(), digest_size=PLACES * 2).digest()
    places = np.frombuffer(digest[:PLACES], dtype=np.uint8).astype(np.int64)
    signs = np.where(np.frombuffer(digest[PLACES:], dtype=np.uint8) % 2, 1.0, -1.0)
    return places, signs


_stemmer = snowballstemmer.stemmer("english")
