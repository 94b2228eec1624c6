"""Reads a text into clauses: what each says, of whom, how many, when, and whether it denies it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from text_to_num import alpha2digit

from python_jobs.enrich.check import words as lexicon
from python_jobs.enrich.check.words import concept

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_SIGN = rf"[{re.escape(lexicon.SIGNS)}]"
_CODE = "|".join(name for name in lexicon.CURRENCIES if name.isalpha() and len(name) == 3)
_MONEY = "|".join(name for name in lexicon.CURRENCIES if name.isalpha())
_TOKEN = re.compile(
    rf"""
    (?P<iso>\d{{4}}-\d{{2}}-\d{{2}})
        (?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?(?:Z|[+-]\d{{2}}:?\d{{2}})?)?
    | (?P<dmy>\d{{1,2}}(?:st|nd|rd|th)?\ (?:of\ )?{_MONTH}(?:,?\ \d{{4}})?)
    | (?P<mdy>{_MONTH}\ \d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:,?\ \d{{4}})?)
    | (?P<my>{_MONTH},?\ \d{{4}})
    | (?P<quarter>(?:Q[1-4]|[1-4](?:st|nd|rd|th)\ quarter)(?:[ /-](?:of\ )?\d{{4}})?)
    | (?P<year>(?:(?<=\bin\ )|(?<=\bsince\ )|(?<=\bof\ ))(?:19|20)\d{{2}}\b)
    | (?P<month>(?:(?<=in\ )|(?<=since\ )|(?<=of\ )|(?!May)){_MONTH})
    | (?P<weekday>\b{_WEEKDAY}s?\b)
    | (?P<number>(?:(?P<currency>{_SIGN}|\b(?i:{_CODE})\ )\s?)?
        (?<![\w.])[-+]?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?
        (?:\s?(?P<scale>k|K|m|M|mn|bn|thousand|million|billion)\b)?
        (?:\s?(?P<suffix>%|×|{_SIGN}(?!\s?\d)|(?:percent|x|d|h|st|nd|rd|th|(?i:{_MONEY}))\b))?
        (?![\w]))
    | (?P<word>[^\W_]+(?:[.@][^\W_]+)*)
    | (?P<end>[.!?](?=\s|$|["”)])|\n) | (?P<arrow>→) | (?P<break>[,;:()\[\]|{{}}•–—"“”]|\s-\s)
    """,
    re.VERBOSE,
)
_CONTRASTS = ("but", "while", "whereas", "yet", "however")
_LEADS = ("whether", "because", "so")
"""Words that begin a clause and belong to it."""
_FORMERLY = (["having", "been"], ["after", "being"], ["was", "in"], ["been", "in"])
_HEADS = (":", '"', "“")
"""What stands before a question that is not part of it."""
_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_STOPS = {"in", "on", "at", "by", "for", "from", "with", "to", "and", "or", "than", "while", "but",
          "over", "is", "are", "was", "were"}  # fmt: skip
_ORDER = re.compile(
    r"(?i)\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|prompt|rule|above|previous)"
    r"|\b(?:system|developer) (?:prompt|message)\b|\byou are (?:an?|now) (?:\w+ )?"
    r"(?:ai|assistant|bot|language model|chatbot)\b|\b(?:note|message|instructions?) (?:to|for) "
    r"(?:the )?(?:ai|assistant|model|summari[sz]er|bot|llm)\b|\bas an ai\b|\blanguage model\b"
    r"|\b(?:in|into) (?:your|the) (?:summary|brief|output|answer|response)\b.{0,30}"
    r"\b(?:say|state|write|mention|include|add|claim)\b"
    r"|\b(?:answer|respond|reply|output) only\b|\bdo not (?:summari[sz]e|report|mention)\b"
    r"|\b(?:previous|prior|above|earlier) instructions?\b|<\/?(?:system|assistant|instructions?)>"
    r"|\b(?:ai (?:assistant|bot|agent)|note[- ]?takers?|summari[sz]ers?)\s*[,:]"
    r"|(?:^|[.!?;:,] |\b(?:attention|dear|hey|hi|hello|okay|ok|so|to|for) )(?:the )?"
    r"(?:ai|bot|(?:virtual |digital )?assistant|model)\s*[,:]"
    r"|\b(?:who|what|which)ever (?:ai |model |bot )?"
    r"(?:summari[sz]es?|writes?|reads?|transcribes?)\b"
    r"|\bwhen (?:you|it|the ai) (?:summari[sz]es?|writes?) (?:this|it|the call)\b"
    r"|\b(?:put|write|add|record|note|enter|include|state)\b[^.!?]{0,60}\b(?:in|into|to) "
    r"(?:your|the) (?:call )?(?:notes|minutes|summary)\b"
    r"|\bsummary (?:must|should|has to|needs to|ought to|for the record)\b"
    r"|\bfor the (?:notes|minutes|summary)\s*[,:]"
)


@dataclass(frozen=True)
class Number:
    """``unit``: what is counted, as far as the text says; ``bound``: more or less than that."""

    value: float
    decimals: int
    unit: str | None
    noun: str | None
    bound: str | None
    turn: str | None


@dataclass(frozen=True)
class Day:
    """As much of a date as the text gives."""

    year: int | None = None
    quarter: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None

    def borne_out_by(self, other: Day) -> bool:
        """Whether every part of this one is a part of the other or follows from it."""
        quarter = other.quarter or (other.month and (other.month + 2) // 3)
        given = Day(other.year, quarter, other.month, other.day, other.weekday)
        return all(
            getattr(self, part) in (None, getattr(given, part))
            for part in ("year", "quarter", "month", "day", "weekday")
        )


@dataclass
class Clause:
    """The smallest part of a text that says something.

    Attributes:
        said: concepts of its words with whether they are denied.
        turns: concepts that a change leads from (``old``) or to (``new``).
        contrasts: it follows a "but".
        counted: concepts that are the units of its numbers.
    """

    said: set[tuple[str, bool]] = field(default_factory=set)
    plain: list[str] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    names: list[tuple[str, ...]] = field(default_factory=list)
    turns: set[tuple[str, str]] = field(default_factory=set)
    counted: set[str] = field(default_factory=set)
    is_question: bool = False
    contrasts: bool = False
    is_passive: bool = False

    @property
    def concepts(self) -> set[str]:
        return {name for name, _ in self.said}

    @property
    def is_denial(self) -> bool:
        return bool(lexicon.NEGATORS & set(self.plain))


@dataclass
class _Token:
    kind: str
    text: str
    value: float = 0.0
    decimals: int = 0
    unit: str | None = None
    day: Day | None = None
    turn: str | None = None


@lru_cache(maxsize=8192)
def gives_orders(text: str) -> bool:
    """Whether a text speaks to whoever summarises it: what it says is no evidence."""
    return bool(_ORDER.search(_as_seen(text)))


def _as_seen(text: str) -> str:
    """A text as a reader sees it: without letters of no width, wide letters as plain ones."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")


def normalised(text: str) -> str:
    """Lower case, one kind of quotation mark and dash, single spaces."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = text.translate(str.maketrans("“”„«»‘’–—", '"""""\'\'--'))
    return " ".join(text.split())


@lru_cache(maxsize=8192)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text, in order."""
    text = unicodedata.normalize("NFC", text)
    for pattern, instead in _PHRASES:
        text = pattern.sub(instead, text)
    text = alpha2digit(text, "en", threshold=1)
    found = []
    for sentence, is_question in _sentences(_labelled(_turned(list(_tokens(text))))):
        heads = [place for place, token in enumerate(sentence) if token.text in _HEADS]
        asked = heads[-1] if heads and heads[-1] + 1 < len(sentence) else -1
        for place, part in _parts(sentence):
            found.append(_clause(part, is_question and place > asked))
            found[-1].contrasts = sentence[place - 1].text.lower() in _CONTRASTS
    return tuple(clause for clause in found if clause.plain or clause.numbers or clause.days)


_PHRASES = [(re.compile(pattern, re.I), instead) for pattern, instead in lexicon.PHRASES]


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        kind, told = found.lastgroup or "", found.group()
        if found["number"] is not None:
            yield _number(found)
        elif kind in ("iso", "dmy", "mdy", "my", "quarter", "year", "month", "weekday"):
            yield _Token("day", told, day=_day(kind, found["iso"] if kind == "iso" else told))
        else:
            yield _Token(kind, told)


def _number(found: re.Match[str]) -> _Token:
    digits = re.search(r"[-+]?\d[\d,]*(?:\.\d+)?", found.group())
    assert digits is not None
    plain = digits[0].replace(",", "").lstrip("+")
    scale = _SCALE.get((found["scale"] or "").lower(), 1.0)
    decimals = len(plain.partition(".")[2])
    if scale > 1:
        decimals -= len(f"{scale:.0f}") - 1
    suffix = (found["suffix"] or "").lower()
    unit = lexicon.CURRENCIES.get((found["currency"] or "").strip().lower()) or (
        lexicon.CURRENCIES.get(suffix)
    )
    if suffix in ("st", "nd", "rd", "th"):
        unit = "rank"
    if suffix in ("%", "percent"):
        unit = "percent"
    if suffix in ("×", "x", "d", "h"):
        unit = {"×": "view", "x": "view", "d": "day", "h": "hour"}[suffix]
    return _Token("number", found.group(), float(plain) * scale, decimals, unit)


def _day(kind: str, told: str) -> Day:
    year = next((int(part) for part in re.findall(r"\b\d{4}\b", told)), None)
    if kind == "iso":
        _, month, day = (int(part) for part in told.split("-"))
        return Day(year, None, month, day)
    if kind == "quarter":
        return Day(year, int(re.findall(r"[1-4]", told)[0]))
    if kind == "weekday":
        return Day(weekday=_WEEKDAYS.index(told[:3].lower()))
    named = re.search(r"[A-Za-z]{3,}", told)
    in_year = _MONTHS.index(named[0][:3].lower()) + 1 if named else None
    days = re.findall(r"\b(\d{1,2})(?:st|nd|rd|th)?\b", told) if kind in ("dmy", "mdy") else []
    return Day(year, None, in_year, int(days[0]) if days else None)


def _turned(tokens: list[_Token]) -> list[_Token]:
    """Marks what a change leads from and to: ``a → b``, ``from a to b``, ``previously a``."""
    for place, token in enumerate(tokens):
        near = [one.text.lower() for one in tokens[max(0, place - 2) : place]]
        after = tokens[place + 1].kind if place + 1 < len(tokens) else ""
        if token.kind not in ("number", "word"):
            continue
        told = " ".join(one.text.lower() for one in tokens[max(0, place - 4) : place])
        then = [one.text.lower() for one in tokens[place + 1 : place + 3] if one.kind == "word"]
        leads = near[-1:] and near[-1] in ("from", "left", "previously", "before")
        if (
            after == "arrow"
            or then[:1] in (["then"], ["became"])
            or leads
            or near in _FORMERLY
            or "before that" in told
        ):
            token.turn = "old"
        elif near[-1:] and near[-1] in (
            "→",
            "became",
            "to",
            "into",
            "entered",
            "after",
            "now",
            "then",
        ):
            token.turn = "new"
    return tokens


def _labelled(tokens: list[_Token]) -> list[_Token]:
    """Without the colon between a short label and a short value: they are one."""
    breaks = [-1, *(place for place, one in enumerate(tokens) if one.kind in ("break", "end"))]
    breaks.append(len(tokens))
    joined = {
        place
        for before, place, after in zip(breaks, breaks[1:], breaks[2:], strict=False)
        if tokens[place].text == ":" and place - before <= 5 and 1 < after - place <= 4
    }
    return [one for place, one in enumerate(tokens) if place not in joined]


def _sentences(tokens: list[_Token]) -> Iterator[tuple[list[_Token], bool]]:
    sentence: list[_Token] = []
    for token in tokens:
        if token.kind == "end":
            if sentence:
                yield sentence, token.text == "?"
            sentence = []
        else:
            sentence.append(token)
    if sentence:
        yield sentence, False


def _parts(sentence: list[_Token]) -> Iterator[tuple[int, list[_Token]]]:
    """Split at breaks and turns of speech; at "and" where both sides have something to tell. Each
    with its place."""
    begins = 0
    for place, token in enumerate([*sentence, _Token("break", "")]):
        word = token.text.lower() if token.kind == "word" else ""
        splits = word in _CONTRASTS or (
            word == "and" and _tells(sentence[begins:place]) and _tells(sentence[place + 1 :])
        )
        if token.kind == "break" or splits:
            if begins < place:
                yield begins, sentence[begins:place]
            begins = place + 1
        elif word in _LEADS and begins < place:
            yield begins, sentence[begins:place]
            begins = place


def _tells(tokens: list[_Token]) -> bool:
    for place, token in enumerate(tokens):
        if token.kind == "break":
            break
        if token.kind in ("number", "day"):
            return True
        lower = token.text.lower()
        if lower in lexicon.NEGATORS or concept(lower) in ("everybody", "most", "only"):
            return True
        if token.text[:1].isupper() and (place or not lexicon.is_known(lower)):
            return True
    return False


def _clause(tokens: list[_Token], is_question: bool) -> Clause:
    clause = Clause(is_question=is_question)
    denied = 0
    name: list[str] = []
    for place, token in enumerate([*tokens, _Token("break", "")]):
        lower = token.text.lower()
        if token.kind == "word" and _is_name(token.text, place, tokens):
            name.append(lower)
        elif name:
            clause.names.append(tuple(name))
            name = []
        if token.kind == "day" and token.day:
            clause.days.append(token.day)
        if token.kind == "number":
            clause.numbers.append(_counted(tokens, place, clause))
        if token.kind != "word":
            continue
        if lower == "one" and place + 1 < len(tokens) and _unit(tokens[place + 1]):
            token.value, token.kind = 1.0, "number"
            clause.numbers.append(_counted(tokens, place, clause))
            continue
        clause.plain.append(lower)
        if lower in lexicon.NEGATORS:
            denied = 4
            continue
        bound = lower in lexicon.BOUNDS and any(
            one.kind == "number" for one in tokens[place + 1 : place + 3]
        )
        nearby = _unit(tokens[place + 1]) if place + 1 < len(tokens) else None
        if lower == "this" and nearby in ("week", "month", "quarter", "year"):
            clause.said.add(("this", False))
        if lower in lexicon.FREE or (bound and lower != "most"):
            continue
        timed = place + 1 < len(tokens) and tokens[place + 1].kind == "number"
        if lower in ("last", "past", "previous", "prior") and timed:
            continue
        meaning = concept(lower)
        clause.said.add((meaning, denied > 0))
        denied -= denied > 0
        if token.turn:
            clause.turns.add((meaning, token.turn))
    clause.is_passive = any(
        one.text.lower() == "by" and two.text[:1].isupper() for one, two in pairwise(tokens)
    )
    _add_direction(clause, tokens)
    return clause


def _is_name(text: str, place: int, tokens: list[_Token]) -> bool:
    if not text[0].isupper() or len(text) == 1 or text.lower() in lexicon.IDLE:
        return False
    if concept(text.lower()) in lexicon.LEVELS:
        return False
    if text.endswith("ly") and place == 0:
        return False
    near = [*tokens[max(0, place - 1) : place], *tokens[place + 1 : place + 2]]
    beside = any(one.kind == "word" and one.text[:1].isupper() for one in near)
    return beside or not lexicon.is_known(text.lower())


def _unit(token: _Token) -> str | None:
    lower = token.text.lower()
    if token.kind != "word" or lower in lexicon.IDLE or lower.endswith("ly"):
        return None
    return lexicon.UNITS.get(concept(lower))


def _counted(tokens: list[_Token], place: int, clause: Clause) -> Number:
    """A number with what it counts: the first unit after it, or else the last before it."""
    token = tokens[place]
    unit, noun = token.unit, None
    says_all = unit == "percent" or unit in lexicon.CURRENCIES.values()
    for near in [] if says_all else tokens[place + 1 : place + 4]:
        lower = near.text.lower()
        if near.kind != "word" or lower in _STOPS:
            break
        noun = noun or (None if lower in lexicon.IDLE else concept(lower))
        if found := _unit(near):
            clause.counted.add(concept(lower))
            if lower in ("time", "times"):  # what was done so many times says what is counted
                done = reversed(tokens[max(0, place - 3) : place])
                found = next(filter(None, map(_unit, done)), found)
                clause.counted.add(found)
            unit = found if unit in (None, "view") else unit
            break
    before = [one.text.lower() for one in tokens[max(0, place - 2) : place]]
    if unit is None and len(before) == 2 and before[1] == "of" and _unit(tokens[place - 2]):
        unit = _unit(tokens[place - 2])
    if unit is None and noun is None:
        for at in range(place - 1, max(0, place - 5) - 1, -1):
            near = tokens[at]
            if at and tokens[at - 1].kind == "number" and near.kind == "word":
                continue  # what that other number counts
            if near.kind == "number" and near.turn != "old" and near.unit is None:
                break
            if found := _unit(near):
                unit = found
                break
    bounds = [lexicon.BOUNDS[word] for word in before if word in lexicon.BOUNDS]
    bound = bounds[0] if bounds else None
    return Number(token.value, token.decimals, unit, noun, bound, token.turn)


def _add_direction(clause: Clause, tokens: list[_Token]) -> None:
    """What goes from less to more rises, though no word says so."""
    old = [token.value for token in tokens if token.kind == "number" and token.turn == "old"]
    new = [token.value for token in tokens if token.kind == "number" and token.turn == "new"]
    for kind in {line for line, _ in lexicon.LEVELS.values()}:
        for turn, places in (("old", old), ("new", new)):
            places += [
                lexicon.LEVELS[name][1]
                for name, turned in clause.turns
                if turned == turn and name in lexicon.LEVELS and lexicon.LEVELS[name][0] == kind
            ]
    if len(old) == len(new) == 1 and old != new:
        clause.said.add(("rise" if new > old else "fall", False))
