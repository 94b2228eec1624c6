"""Holds an answer against the rows it cites. What does not hold is taken out.

It is ours whatever the engine is, and knows no model: only texts, and what stands in them. A
missing statement is cheap, a lie is not: what cannot be told from a lie by its words is removed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pydantic import BaseModel

from python_jobs.enrich.check import words as lexicon
from python_jobs.enrich.check.text import Clause, Day, Number, clauses, gives_orders, normalised
from python_jobs.enrich.check.words import concept
from python_jobs.enrich.task import Asked, Checked, Output, Quote, Statement

_QUOTED = re.compile(
    "[\"“”«„]([^\"“”«»„]+)[\"“”»]|(?<![\\w])[‘']([^‘’']{3,}(?:[’']\\w[^‘’']*)*)[’'](?!\\w)"
)
_CITED = re.compile(r"\[([^\[\]\s]*[:_\d][^\[\]\s]*)\]")
_ADDRESS = re.compile(r"\S+@\S+\.\w+|https?://\S+|\bwww\.\S+")
_SUBJECT = ("account", "account_name", "company", "company_name")


def checked(output: Output, asked: Asked) -> Checked:
    """The output without the statements and quotes that their rows do not bear out.

    What holds a statement or quote as a part falls with it; where an answer cannot do without one
    that fell, nothing of it is kept.
    """
    verdict = _Verdict(asked)
    kept: dict[str, object] = {}
    for name in type(output).model_fields:
        value = getattr(output, name)
        if isinstance(value, list):
            kept[name] = [item for item in value if verdict.holds(name, item)]
        elif not verdict.holds(name, value):
            kept[name] = None
            verdict.lost |= type(None) not in _kinds(output, name)
    made = verdict.made
    if verdict.lost:
        return Checked(output, made, made, tuple(verdict.reasons))
    return Checked(
        output.model_copy(update=kept), made, len(verdict.reasons), tuple(verdict.reasons)
    )


class _Verdict:
    """What was made, and why something of it was removed."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self.made = 0
        self.reasons: list[str] = []
        self.lost = False

    def holds(self, name: str, item: object) -> bool:
        if isinstance(item, Statement | Quote):
            self.made += 1
            why = (
                why_not(item, self._asked)
                if isinstance(item, Statement)
                else (why_not_said(item, self._asked))
            )
            if why:
                self.reasons.append(f"{name}: {why}")
            return why is None
        if isinstance(item, BaseModel):
            parts: list[object] = [getattr(item, part) for part in type(item).model_fields]
        elif isinstance(item, list | tuple):
            parts = list(item)
        else:
            return True
        held = [self.holds(name, part) for part in parts]
        return all(held)


def _kinds(output: Output, name: str) -> tuple[object, ...]:
    annotation = type(output).model_fields[name].annotation
    return getattr(annotation, "__args__", (annotation,))


def why_not_said(quote: Quote, asked: Asked) -> str | None:
    """Why a quote does not hold: it must stand in its row, to the letter, where it says."""
    row = asked.evidence.get(quote.evidence)
    if row is None:
        return "quotes a row that was not given"
    if gives_orders(row):
        return "quotes an order to the writer"
    placed = 0 <= quote.start < quote.end <= len(row)
    if not placed or not quote.text.strip() or row[quote.start : quote.end] != quote.text:
        return "is not verbatim at its place"
    if _is_torn(row, quote.start, quote.end, ""):
        return "is torn from what undoes it"
    return None


def why_not(statement: Statement, asked: Asked) -> str | None:
    """Why a statement does not hold, in words without any of its own; None when it holds."""
    named = _CITED.findall(statement.text)
    if any(row not in asked.evidence for row in (*statement.evidence, *named)):
        return "cites a row that was not given"
    if gives_orders(statement.text):
        return "gives an order to the reader"
    is_fact = statement.kind == "fact"
    if is_fact and not statement.evidence:
        return "a fact without a row"
    cited = statement.evidence if is_fact else list(asked.evidence)
    rows = {row: asked.evidence[row] for row in cited if not gives_orders(asked.evidence[row])}
    if is_fact and not rows:
        return "rests on an order to the writer"
    text, quotes = _without_quotes(_CITED.sub("", statement.text))
    quoting: dict[str, str] = {}
    for quoted in quotes:
        found = {row: told for row, told in rows.items() if _is_quoted(quoted, told, text)}
        if not found:
            return "a quote that nobody said"
        quoting |= found
    if is_fact and quotes:
        rows = quoting
    for address in _ADDRESS.findall(text):
        if not any(normalised(address) in normalised(row) for row in rows.values()):
            return "an address that is not in its rows"
    told = clauses(_without_subject(text, asked))
    if not is_fact:
        return _why_not_free(statement, told, rows, text, asked)
    return _why_not_fact(told, [_Row.of(row, rows[row], asked) for row in rows], bool(quotes))


@dataclass(frozen=True)
class _Row:
    """A cited row: what may be read together, and ``by`` whom it was said, if it was.

    All of a record is of one thing. What somebody said is read apart where it turns to something
    else: another sentence, a "but", another subject.
    """

    by: str | None
    passages: tuple[tuple[Clause, ...], ...]

    @classmethod
    def of(cls, row: str, text: str, asked: Asked) -> _Row:
        by, read = asked.said_by.get(row), clauses(text)
        if by is None:
            return cls(None, (read,))
        passages: list[list[Clause]] = []
        for clause in read:
            is_part = len(clause.plain) <= 2 or clause.plain[0] in lexicon.PARTS
            begins = clause.contrasts or not is_part or lexicon.NEW & set(clause.plain)
            if passages and (not begins or lexicon.BACK & set(clause.plain)):
                passages[-1].append(clause)
            else:
                passages.append([clause])
        return cls(by, tuple(map(tuple, passages)))


def _without_quotes(text: str) -> tuple[str, list[str]]:
    quotes = ["".join(found).strip() for found in _QUOTED.findall(text)]
    return _QUOTED.sub(" ", text), quotes


def _is_quoted(quoted: str, row: str, around: str) -> bool:
    """Whether the words stand in the row, whole, and not torn from what undoes them."""
    words, row = normalised(quoted).rstrip(",."), normalised(row)
    return any(
        not _is_torn(row, found.start(), found.end(), around)
        for found in re.finditer(re.escape(words), row)
    )


def _is_torn(row: str, start: int, end: int, around: str) -> bool:
    """Whether words of a row begin or end within a word, or a "not", "doubt" or "if" of their
    sentence is left out, which ``around`` does not say either."""
    edges = (row[max(0, start - 1) : start + 1], row[end - 1 : end + 1])
    if any(len(edge) == 2 and edge.isalnum() for edge in edges):
        return True
    before = re.split(r"[.!?;]", row[:start])[-1]
    after = re.split(r"[.!?;]", row[end:])[0]
    close = re.split(r",", before)[-1]
    if _denies(close) and not _denies(around):
        return True
    told = set(re.findall(r"\w+", around.lower()))
    if not _unreal(re.findall(r"\w+", close.lower())) <= set(map(lexicon.stem, told)):
        return True
    left_out = set(re.findall(r"\w+", f"{before} {after}".lower()))
    return bool(lexicon.UNLESS & left_out) and not told & lexicon.IF


def _denies(text: str) -> bool:
    return any(clause.is_denial for clause in clauses(text))


def _without_subject(text: str, asked: Asked) -> str:
    """The subject's own name is told to everybody: no row need have it."""
    for key in _SUBJECT:
        name = asked.input.get(key)
        if isinstance(name, str) and name:
            text = re.sub(rf"(?i)(?<!\w){re.escape(name)}(?:[’']s)?(?!\w)", "the account", text)
    return text


# --- facts ---


def _why_not_fact(told: Sequence[Clause], rows: list[_Row], has_quote: bool) -> str | None:
    if not has_quote and not any(part.said or part.days or part.numbers for part in told):
        return "says nothing that a row could bear out"
    records = [passage for row in rows if row.by is None for passage in row.passages]
    for clause in told:
        spoken = [
            passage
            for row in rows
            if row.by
            for passage in row.passages
            if not _wrong_side(clause, passage, row.by)
        ]
        if not spoken and not records:
            return "said by the other side"
        readings = [[*records, passage] for passage in spoken]
        free = lexicon.TOLD if spoken or has_quote else set()
        if not spoken:
            free = free | lexicon.TELLING | (lexicon.CHANGES if _tells_a_change(clause) else set())
        reasons = [
            _why_not_clause(clause, _usable(clause, reading, told), free)
            for reading in readings or [records]
        ]
        if None not in reasons:
            return reasons[0]
    return None


def _tells_a_change(clause: Clause) -> bool:
    """Whether a clause says what something was or became: then a verb of change says no more."""
    turned = any(number.turn for number in clause.numbers)
    return turned or not lexicon.LEVELS.keys().isdisjoint(clause.concepts)


def _why_not_clause(clause: Clause, usable: list[Clause], free: Collection[str]) -> str | None:
    for day in clause.days:
        if not any(day.borne_out_by(given) for part in usable for given in part.days):
            return "a date that is not in its rows"
    for number in clause.numbers:
        if not _is_counted(number, clause, usable):
            return "a number that is not in its rows"
    for called in clause.names:
        if not any(_has_run(part.plain, called) for part in usable):
            return "a name that is not in its rows"
    if _swapped(clause, usable):
        return "names in other roles than in its rows"
    if {("rise", False), ("fall", False)} <= clause.said:
        return "goes both up and down"
    if not _done(clause.plain) <= {lexicon.stem(word) for part in usable for word in part.plain
                                   if word.endswith("ed")}:  # fmt: skip
        return "tells as done what its rows do not"
    if clause.is_denial and not any(part.is_denial for part in usable):
        return "denies what its rows do not"
    asks = any(part.is_question or "question" in part.concepts for part in usable)
    for name, denied in clause.said:
        if name in clause.counted or name in free or (name == "ask" and asks):
            continue
        if not _is_said((name, denied), clause, usable):
            return "says what is not in its rows"
    return None


def _usable(clause: Clause, rows: list[tuple[Clause, ...]], told: Sequence[Clause]) -> list[Clause]:
    """The clauses of the rows that may be speaking of what this clause speaks of.

    What is said of somebody or some day is not said of another; a question and a condition are
    only told as such.
    """
    names = set(clause.names)
    days = clause.days
    words = {word for one in told for word in one.plain}
    marks = words | set(map(concept, words)) | set(map(lexicon.stem, words))
    asks = bool(marks & lexicon.ASKING) or any(one.is_question for one in told)
    found = []
    for row in rows:
        if days and any(part.days for part in row) and not _share_day(days, row):
            continue
        if (
            names
            and any(part.names for part in row)
            and not any(_has_run(part.plain, name) for part in row for name in names)
        ):
            continue
        for part in row:
            if names and part.names and not any(_has_run(part.plain, name) for name in names):
                continue
            if days and part.days and not _share_day(days, (part,)):
                continue
            if part.is_question and not asks:
                continue
            if lexicon.PARTLY & part.concepts and not marks & lexicon.PARTLY:
                continue
            if lexicon.MAYBE & set(part.plain) and not marks & (lexicon.HEDGES | lexicon.ASKING):
                continue
            if not _unreal(part.plain) <= marks:
                continue
            if _tells_of_another(part, clause):
                continue
            if part.is_denial and not clause.is_denial:
                continue
            if _of_other_numbers(clause, part):
                continue
            if lexicon.UNLESS & set(part.plain) and not marks & lexicon.IF:
                continue
            if lexicon.FUTURE & set(part.plain) and not marks & lexicon.COMMITTED:
                continue
            found.append(part)
    return found


def _done(words: Sequence[str]) -> set[str]:
    """Stems of verbs that are told as done: "has ended", "have already signed"."""
    return {
        lexicon.stem(after)
        for place, word in enumerate(words)
        if word in ("has", "have", "had")
        for after in words[place + 1 : place + 3]
        if after.endswith("ed") and len(after) > 4
    }


def _unreal(words: Iterable[str]) -> set[str]:
    """Those after which something is told that is not so: they must be told with it."""
    return {lexicon.stem(word) for word in words} & lexicon.UNREAL


def _tells_of_another(part: Clause, clause: Clause) -> bool:
    """Whether whom a clause begins with tells, in this part, what somebody else did."""
    if not clause.names or clause.plain[: len(clause.names[0])] != list(clause.names[0]):
        return False
    if any(lexicon.stem(word) in lexicon.KNOWING for word in clause.plain):
        return False
    begins = {name[0] for name in part.names} | lexicon.NEW
    for place, word in enumerate(part.plain):
        follows = [one for one in part.plain[place + 1 : place + 4] if one not in ("that", "the")]
        if lexicon.stem(word) in lexicon.KNOWING and follows[:1] and follows[0] in begins:
            return True
    return False


def _of_other_numbers(clause: Clause, part: Clause) -> bool:
    """Whether a part goes on with another number of the same ("5 of them on price")."""
    goes_on = any(given.unit is None and given.noun is None for given in part.numbers)
    return goes_on and not any(
        _equal(number, given) for number in clause.numbers for given in part.numbers
    )


def _share_day(days: list[Day], parts: Iterable[Clause]) -> bool:
    return any(day.borne_out_by(given) for part in parts for given in part.days for day in days)


def _is_counted(number: Number, clause: Clause, usable: list[Clause]) -> bool:
    """Whether the rows have the number where they speak of what the clause speaks of.

    Of the clauses that count the same thing, those that share the most words with this one.
    """
    alike = [
        (len(clause.concepts & part.concepts), part, given)
        for part in usable
        for given in part.numbers
        if _counts_alike(number, given, part) and not _of_another_time(clause, part)
    ]
    most = max((shared for shared, _, _ in alike), default=0)
    return any(
        _equal(number, given) and not _turned_otherwise(number.turn, given.turn)
        for shared, _, given in alike
        if shared == most
    )


def _of_another_time(clause: Clause, part: Clause) -> bool:
    """Whether what was counted over days is told of one day."""
    over = any(number.unit in lexicon.SPANS for number in part.numbers)
    return over and bool(clause.days) and not lexicon.SPANS & {one.unit for one in clause.numbers}


def _counts_alike(number: Number, given: Number, part: Clause) -> bool:
    if number.bound != given.bound:
        return False
    if number.unit and given.unit:
        return number.unit == given.unit
    wanted = number.unit or number.noun
    if number.unit and any(other.unit == number.unit for other in part.numbers):
        return False
    if number.unit in lexicon.CURRENCIES.values() or given.unit in (
        *lexicon.CURRENCIES.values(), "percent", "rank",
    ):  # fmt: skip
        return False
    return wanted is None or wanted in part.concepts


def _equal(number: Number, given: Number) -> bool:
    """The same, or the same rounded to the places that the statement has."""
    if number.value == given.value:
        return True
    return given.decimals > number.decimals and (
        abs(round(given.value, number.decimals) - number.value) < 1e-9
    )


def _turned_otherwise(turn: str | None, given: str | None) -> bool:
    return given is not None and turn != given and not (turn is None and given == "new")


def _has_run(words: list[str], run: tuple[str, ...]) -> bool:
    size = len(run)
    return any(tuple(words[place : place + size]) == run for place in range(len(words)))


def _swapped(clause: Clause, usable: list[Clause]) -> bool:
    """Whether two names stand the other way round than in the row, both told alike."""
    if len(clause.names) < 2:
        return False
    first, second = clause.names[:2]
    for part in usable:
        if _has_run(part.plain, first) and _has_run(part.plain, second):
            same = part.plain.index(first[0]) < part.plain.index(second[0])
            if same is not (clause.is_passive is part.is_passive):
                return True
    return False


def _is_said(said: tuple[str, bool], clause: Clause, usable: list[Clause]) -> bool:
    name, denied = said
    for part in usable:
        for other, other_denied in part.said:
            if other != name:
                continue
            if denied is not other_denied and not (clause.is_denial and part.is_denial):
                continue
            others = clause.concepts - {name}
            if name in lexicon.QUANTIFIERS and others and not others & part.concepts:
                continue
            if name in ("rise", "fall") and not _same_change(clause, part):
                continue
            if name in lexicon.LEVELS and (
                _level_turned(name, clause, part) or _of_another_level(name, clause, part, usable)
            ):
                continue
            return True
    return False


def _same_change(clause: Clause, part: Clause) -> bool:
    """Whether a rise or fall that leads from or to some number is that of the part."""
    turned = [number for number in clause.numbers if number.turn]
    return not turned or any(_equal(number, given) for number in turned for given in part.numbers)


def _of_another_level(name: str, clause: Clause, part: Clause, usable: list[Clause]) -> bool:
    """Whether another part that has a level speaks more of what the clause speaks of."""
    told = clause.concepts - lexicon.LEVELS.keys()
    if len(clause.concepts & lexicon.LEVELS.keys()) > 1:
        return False
    shared = len(told & part.concepts)
    return any(
        len(told & other.concepts) > shared
        for other in usable
        if other.concepts & lexicon.LEVELS.keys() and name not in other.concepts
    )


def _level_turned(name: str, clause: Clause, part: Clause) -> bool:
    """Whether a level is told as the old one where it is the new one, or the other way round."""
    given = {turn for level, turn in part.turns if level == name}
    told = {turn for level, turn in clause.turns if level == name} or {"new"}
    return bool(given) and not told <= given


# --- who said it ---


def _wrong_side(clause: Clause, passage: tuple[Clause, ...], by: str) -> bool:
    """Whether a clause tells as ours what they said, or the other way round."""
    sides = [
        "us" if word in lexicon.US else "them"
        for word in clause.plain
        if word in lexicon.US | lexicon.THEM
    ]
    if not sides:
        return False
    if any(concept(word) in lexicon.SAYING for word in clause.plain):
        return sides[0] != by
    plain = {word for part in passage for word in part.plain}
    if len(set(sides)) > 1 and not plain & {"you", "your"}:
        return True
    return sides[0] != _subject_of(passage, by, plain)


def _subject_of(passage: tuple[Clause, ...], by: str, plain: set[str]) -> str | None:
    """Whom words speak of, from who said them and how they begin; None: of neither side."""
    if passage[0].names and passage[0].plain[0] == passage[0].names[0][0]:
        return None
    for word in (word for part in passage for word in part.plain):
        if word in ("i", "we", "our", "my"):
            return by
        if word in ("you", "your"):
            return "them" if by == "us" else "us"
    return by if plain & {"they", "their"} else None


# --- what is no fact ---


def _why_not_free(
    statement: Statement, told: Iterable[Clause], rows: Mapping[str, str], text: str, asked: Asked
) -> str | None:
    """Advice and hypotheses state no figure, date or name that no row has, and no fact that their
    rows do not bear out."""
    if statement.kind == "hypothesis" and not _is_hedged(text):
        return "a hypothesis told as a fact"
    told = list(told)
    parts = [part for row in rows.values() for part in clauses(row)]
    for clause in told:
        for number in clause.numbers:
            if not any(
                _counts_alike(number, given, part) and _equal(number, given)
                for part in parts
                for given in part.numbers
            ):
                return "a number that no row has"
        for day in clause.days:
            if not any(day.borne_out_by(given) for part in parts for given in part.days):
                return "a date that no row has"
        for name in clause.names:
            begins = clause is told[0] and name == (clause.plain[0],)
            if begins and name[0] in lexicon.TO_DO and statement.kind == "advice":
                continue
            if not any(_has_run(part.plain, name) for part in parts):
                return "a name that no row has"
    cited = {row: rows[row] for row in statement.evidence if row in rows} or rows
    if not all(
        _is_free(sentence, statement.kind, cited, asked)
        for sentence in re.split(r"(?<=[.!?])\s+", _without_subject(text, asked))
    ):
        return f"a fact told as {'an advice' if statement.kind == 'advice' else 'a hypothesis'}"
    return None


_PARTS = re.compile(
    r"[,;:.!()\[\]–—]|\s-\s|\b(?:and|but|because|since|although|though|whereas|yet)\b", re.I
)
_TELLS_THAT = re.compile(
    r"\b(mention|tell|say|note|remind|explain|stress|emphasi[sz]e|acknowledge|remember|highlight)\b"
    r"([^,;:.]*?)\bthat\b",
    re.I,
)


def _is_hedged(text: str) -> bool:
    return "?" in text or not lexicon.HEDGES.isdisjoint(re.findall(r"[a-z]+", text.lower()))


def _is_free(sentence: str, kind: str, rows: Mapping[str, str], asked: Asked) -> bool:
    """Whether a sentence says what to do or what may be; what it says to be so, rows bear out."""
    if sentence.endswith("?") or _stands_in_a_record(sentence, rows, asked):
        return True
    if kind == "advice":
        sentence = _TELLS_THAT.sub(r"\1\2, ", sentence)
    parts = [part.strip() for part in _PARTS.split(sentence) if part.strip()]
    is_free = _advises if kind == "advice" else _is_hedged
    if kind == "advice" and not any(map(is_free, parts)):
        return _is_borne_out(sentence, rows, asked)
    return all(
        is_free(part) or not _asserts(part) or _is_borne_out(part, rows, asked) for part in parts
    )


def _advises(part: str) -> bool:
    words = re.findall(r"[a-z]+(?:['’-][a-z]+)*", part.lower())
    starts = [word for word in words if word not in ("then", "first", "next", "also", "rather")]
    begins = starts[:1] and starts[0] in lexicon.TO_DO and starts[1:2] != ["that"]
    is_noun = bool(lexicon.ASSERTING & set(starts[1:2]))
    offers = words[:1] in (["i"], ["we"]) and words[1:2] in (["will"], ["can"], ["may"])
    return offers or bool(begins and not is_noun) or not lexicon.ADVISING.isdisjoint(words)


def _asserts(part: str) -> bool:
    """Whether a part of a sentence says by itself that something is so."""
    words = re.findall(r"[a-z]+", part.lower())
    if not words or words[0] in lexicon.GOES_ON:
        return False
    if lexicon.ASSERTING & set(words) or lexicon.SPEAKERS & set(words[:2]):
        return True
    articles = {"a", "an", "the", "their", "our", "your", "its", "of", "be", "been", "to", "any"}
    return any(
        word.endswith("ed") and len(word) > 4 and before not in articles
        for before, word in pairwise(words)
    )


def _is_borne_out(part: str, rows: Mapping[str, str], asked: Asked) -> bool:
    """Whether rows say so, or it says nothing that they would have to."""
    told = clauses(part)
    if not any(one.said or one.days or one.numbers or one.names for one in told):
        return True
    return _why_not_fact(told, [_Row.of(row, rows[row], asked) for row in rows], False) is None


def _stands_in_a_record(sentence: str, rows: Mapping[str, str], asked: Asked) -> bool:
    """Whether a row that nobody said, a text of our own, has the sentence as it is."""
    said = normalised(sentence).rstrip(".")
    own = [row for row in rows if row not in asked.said_by]
    return any(said in normalised(_without_subject(rows[row], asked)) for row in own)
