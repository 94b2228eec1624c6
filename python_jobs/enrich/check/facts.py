"""Whether rows bear out what is told as a fact: what, how much, when, of whom, and said by whom."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from python_jobs.enrich.check import words as lexicon
from python_jobs.enrich.check.text import Clause, Day, Number, clauses
from python_jobs.enrich.check.words import concept
from python_jobs.enrich.task import Asked

_SUBJECT = ("account", "account_name", "company", "company_name")


@dataclass(frozen=True)
class Row:
    """A cited row: what may be read together, and ``by`` whom it was said, if it was.

    All of a record is of one thing. What somebody said is read apart where it turns to something
    else: another sentence, a "but", another subject.
    """

    by: str | None
    passages: tuple[tuple[Clause, ...], ...]

    @classmethod
    def of(cls, row: str, text: str, asked: Asked) -> Row:
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


def without_subject(text: str, asked: Asked) -> str:
    """The subject's own name is told to everybody: no row need have it."""
    for key in _SUBJECT:
        name = asked.input.get(key)
        if isinstance(name, str) and name:
            text = re.sub(rf"(?i)(?<!\w){re.escape(name)}(?:[’']s)?(?!\w)", "the account", text)
    return text


def why_not_fact(told: Sequence[Clause], rows: list[Row], has_quote: bool) -> str | None:
    """Why what is told does not hold, held against what it cites clause by clause."""
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
        if not any(has_run(part.plain, called) for part in usable):
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
            and not any(has_run(part.plain, name) for part in row for name in names)
        ):
            continue
        for part in row:
            if names and part.names and not any(has_run(part.plain, name) for name in names):
                continue
            if days and part.days and not _share_day(days, (part,)):
                continue
            if part.is_question and not asks:
                continue
            if lexicon.PARTLY & part.concepts and not marks & lexicon.PARTLY:
                continue
            if lexicon.MAYBE & set(part.plain) and not marks & (lexicon.HEDGES | lexicon.ASKING):
                continue
            if not unreal(part.plain) <= marks:
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


def unreal(words: Iterable[str]) -> set[str]:
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
        equal(number, given) for number in clause.numbers for given in part.numbers
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
        if counts_alike(number, given, part) and not _of_another_time(clause, part)
    ]
    most = max((shared for shared, _, _ in alike), default=0)
    return any(
        equal(number, given) and not _turned_otherwise(number.turn, given.turn)
        for shared, _, given in alike
        if shared == most
    )


def _of_another_time(clause: Clause, part: Clause) -> bool:
    """Whether what was counted over days is told of one day."""
    over = any(number.unit in lexicon.SPANS for number in part.numbers)
    return over and bool(clause.days) and not lexicon.SPANS & {one.unit for one in clause.numbers}


def counts_alike(number: Number, given: Number, part: Clause) -> bool:
    """Whether a figure counts what the figure of a row counts."""
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


def equal(number: Number, given: Number) -> bool:
    """The same, or the same rounded to the places that the statement has."""
    if number.value == given.value:
        return True
    return given.decimals > number.decimals and (
        abs(round(given.value, number.decimals) - number.value) < 1e-9
    )


def _turned_otherwise(turn: str | None, given: str | None) -> bool:
    return given is not None and turn != given and not (turn is None and given == "new")


def has_run(words: list[str], run: tuple[str, ...]) -> bool:
    """Whether the words of a name stand there one after the other."""
    size = len(run)
    return any(tuple(words[place : place + size]) == run for place in range(len(words)))


def _swapped(clause: Clause, usable: list[Clause]) -> bool:
    """Whether two names stand the other way round than in the row, both told alike."""
    if len(clause.names) < 2:
        return False
    first, second = clause.names[:2]
    for part in usable:
        if has_run(part.plain, first) and has_run(part.plain, second):
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
    return not turned or any(equal(number, given) for number in turned for given in part.numbers)


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
