"""What is said in a recorded call: a short transcript, made of a call's row, always the same.

Every seller has habits: some pitch, some ask; some hurry, some wait.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from python_jobs.sandbox.world.lines import (
    ASIDES,
    CONCERNS,
    ENDINGS,
    FEELINGS,
    OPENINGS,
    PHRASINGS,
    PITCHES,
    SMALL,
    THEM,
    TOPICS,
    US,
    Line,
)

FEWEST_SENTENCES, MOST_SENTENCES = 10, 40
SECONDS_PER_SENTENCE = 15
PAUSES_MS = {"hurries": (50, 250), "": (300, 900), "waits": (900, 2500)}
"""How long somebody of ours waits before they speak, at least and at most; others as most do."""


@dataclass(frozen=True)
class Turn:
    """What one speaker says without a break.

    ``speaker`` is a place in ``speakers_of``; sentences are start and end in milliseconds from the
    beginning of the call, and text.
    """

    speaker: int
    topic: str
    sentences: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True)
class Speaker:
    """Somebody in a call: ``owner_id`` of ours; the rest is of the buyer's people."""

    owner_id: str | None
    contact_id: str | None = None
    email: str | None = None
    name: str | None = None
    title: str | None = None


def speakers_of(call: Mapping[str, Any]) -> list[Speaker]:
    """Everybody in a call, ours first."""
    ours = [Speaker(owner) for owner in (call["owner_id"], call["second_owner_id"]) if owner]
    return ours + [Speaker(None, **guest) for guest in json.loads(call["participants"])]


class Planted(NamedTuple):
    """A sentence of a transcript that carries truth: its place in the call, what it is
    (``objection``, ``mention``, ``negative`` or ``positive``), of which category, if any."""

    sentence: int
    kind: str
    category: str | None


class _Spoken(NamedTuple):
    speaker: int
    topic: str
    text: str
    planted: tuple[str, str | None] | None


class _Exchange(NamedTuple):
    topic: str
    lines: tuple[Line, ...]
    planted: tuple[str, str | None] | None = None
    """What their lines of it carry."""


def habits_of(owner_id: str) -> tuple[str, str]:
    """How a seller talks: ``pitches``, ``asks`` or neither; ``hurries``, ``waits`` or neither."""
    number = int(owner_id[-2:])
    return ("", "pitches", "asks")[number % 3], ("", "hurries", "waits", "")[number % 4]


def transcript(call: Mapping[str, Any], seller_name: str) -> list[Turn]:
    """The transcript of a call (a row of ``calls``): 10 to 40 sentences that fill its time."""
    rng = random.Random(call["transcript_seed"])
    spoken = _spoken(rng, call, seller_name)
    ours = {place for place, speaker in enumerate(speakers_of(call)) if speaker.owner_id}
    _, pace = habits_of(call["owner_id"])
    return _timed(rng, spoken, int(call["duration_seconds"]) * 1000, ours, pace)


def planted(call: Mapping[str, Any]) -> list[Planted]:
    """Which sentences of a call's transcript carry what is true of it."""
    spoken = _spoken(random.Random(call["transcript_seed"]), call, "")
    return [Planted(number, *line.planted) for number, line in enumerate(spoken) if line.planted]


def _spoken(rng: random.Random, call: Mapping[str, Any], seller_name: str) -> list[_Spoken]:
    speakers = speakers_of(call)
    ours = [place for place, speaker in enumerate(speakers) if speaker.owner_id]
    theirs = [place for place, speaker in enumerate(speakers) if not speaker.owner_id]
    said = {
        "guest": (speakers[theirs[0]].name or "").split(" ")[0],
        "company": call["company_name"],
        "seller": seller_name,
        "service": call["service"],
        "rival": call["rival"].capitalize(),
        "files": str(rng.randrange(2, 60) * 10),
    }
    spoken: list[_Spoken] = []
    for topic, exchange, carries in _exchanges(rng, call):
        who = {US: rng.choice(ours) if rng.random() < 0.2 else ours[0], THEM: rng.choice(theirs)}
        spoken += [
            _Spoken(who[side], topic, text.format(**said), carries if side == THEM else None)
            for side, text in exchange
        ]
    return spoken


def _exchanges(rng: random.Random, call: Mapping[str, Any]) -> list[_Exchange]:
    """Opening, what the call is about, what the buyer says of it and of us, and how it ends."""
    wanted = int(call["duration_seconds"]) // SECONDS_PER_SENTENCE
    wanted = max(FEWEST_SENTENCES, min(MOST_SENTENCES, wanted))
    topic, way = call["title"].rpartition(" - ")[2], PHRASINGS.index(call["phrasing"])
    style, _ = habits_of(call["owner_id"])
    about = [_Exchange(topic, lines) for lines in TOPICS[call["kind"]]]
    small = [_Exchange("Small talk", lines) for lines in SMALL]
    if style == "asks":
        small = [
            one for one in small if any(line[0] == US and "?" in line[1] for line in one.lines)
        ]
    rng.shuffle(about)
    rng.shuffle(small)
    told = [about[0]]
    if style == "pitches":
        told += [_Exchange(topic, lines) for lines in rng.sample(PITCHES, 2)]
    if call["concern"]:
        lines = rng.choice(CONCERNS[call["concern"]][way])
        told.append(_Exchange("Objections", lines, ("objection", call["concern"])))
    if call["aside"]:
        lines = rng.choice(ASIDES[call["aside"]][way])
        told.append(_Exchange(topic, lines, ("mention", call["aside"])))
    told += [_Exchange(topic, lines, (mood, None)) for mood, lines in _feelings(rng, call, way)]
    opening = _Exchange("Opening", rng.choice(OPENINGS))
    ending = _Exchange("Next steps", rng.choice(ENDINGS))
    count = sum(len(exchange.lines) for exchange in [opening, *told, ending])
    for exchange in about[1:] + small:
        if count + len(exchange.lines) <= wanted:
            told.append(exchange)
            count += len(exchange.lines)
    first, *rest = told
    rng.shuffle(rest)
    return [opening, first, *rest, ending]


def _feelings(
    rng: random.Random, call: Mapping[str, Any], way: int
) -> list[tuple[str, tuple[Line, ...]]]:
    """What the buyer says of how they feel: mostly as the call's mood is, now and then not."""
    counts = {"negative": 0, "positive": 0}
    if call["mood"] == "neutral":
        both = int(rng.random() < 0.3)
        counts = {"negative": both, "positive": both}
    else:
        other = "positive" if call["mood"] == "negative" else "negative"
        counts[call["mood"]] = rng.choice((2, 2, 3))
        counts[other] = int(rng.random() < 0.3)
    return [
        (mood, lines)
        for mood, count in counts.items()
        for lines in rng.sample(FEELINGS[mood][way], count)
    ]


def _timed(
    rng: random.Random, spoken: list[_Spoken], duration: int, ours: set[int], pace: str
) -> list[Turn]:
    """The sentences spread over the call, each as long as its words, with pauses between."""
    pauses = [
        rng.randint(*PAUSES_MS[pace if line.speaker in ours else ""])
        if number and line.speaker != spoken[number - 1].speaker
        else PAUSES_MS[""][0]
        for number, line in enumerate(spoken)
    ]
    words = [len(line.text.split()) + 2 for line in spoken]
    per_word = (duration - sum(pauses)) / sum(words)
    turns: list[Turn] = []
    at = 0
    for line, count, pause in zip(spoken, words, pauses, strict=True):
        at += pause
        end = at + int(per_word * count)
        sentence = ((at, end, line.text),)
        if turns and turns[-1].speaker == line.speaker and turns[-1].topic == line.topic:
            turns[-1] = Turn(line.speaker, line.topic, turns[-1].sentences + sentence)
        else:
            turns.append(Turn(line.speaker, line.topic, sentence))
        at = end
    return turns
