"""A part of SOQL: enough to read an object by conditions, in an order, and honest about the rest.

    select Id, Account.Name from Contact
    where Email in ('a@b.c') and (IsDeleted = false or not Name like 'A%') order by Name limit 5

``parse`` understands it, ``Query.filter`` runs it over records held in memory. Text compares
without regard to case, as in Salesforce; null sorts first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]
Lookup = Callable[[Record, str], Any]
Predicate = Callable[[Record], bool]


class SoqlError(Exception):
    """A query that Salesforce would refuse, with its error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Kind:
    """What a field is to a query: its name as the schema spells it, and its type."""

    name: str
    type: str


Resolve = Callable[[str, str], Kind]
"""The field that an object and a (dotted) path name; raises ``SoqlError`` when there is none."""


@dataclass(frozen=True)
class Order:
    field: str
    descending: bool
    nulls_last: bool


@dataclass
class Query:
    """One understood query. ``fields`` are spelt as in the schema; empty for ``count()``."""

    sobject: str
    fields: list[str]
    where: Callable[[Lookup], Predicate]
    order: list[Order]
    limit: int | None
    offset: int

    @property
    def is_count(self) -> bool:
        return not self.fields

    def filter(self, records: Iterable[Record], lookup: Lookup) -> list[Record]:
        """The records that match, in order; ``lookup`` reads a field, also of a parent."""
        fits = self.where(lookup)
        found = [record for record in records if fits(record)]
        for order in reversed(self.order):
            nulls_high = order.nulls_last != order.descending
            found.sort(
                key=lambda record, field=order.field, high=nulls_high: _sort_key(  # type: ignore[misc]
                    lookup(record, field), high
                ),
                reverse=order.descending,
            )
        end = None if self.limit is None else self.offset + self.limit
        return found[self.offset : end]


_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')"
    r"|(?P<time>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d))?)"
    r"|(?P<number>[+-]?\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_][\w.]*)"
    r"|(?P<sign><=|>=|!=|<>|[=<>(),]))"
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_COMPARES: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def parse(text: str, resolve: Resolve) -> Query:
    """Understand a query.

    Raises:
        SoqlError: MALFORMED_QUERY, INVALID_FIELD or INVALID_TYPE.
    """
    return _Parser(text, resolve).query()


class _Parser:
    def __init__(self, text: str, resolve: Resolve) -> None:
        self._text = text
        self._resolve = resolve
        self._tokens = list(self._scan(text))
        self._at = 0
        self._sobject = ""

    def _scan(self, text: str) -> Iterable[tuple[str, str, int]]:
        at, text = 0, text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._unexpected(text[at:].strip()[:1])
            kind = str(match.lastgroup)
            yield kind, match.group(kind), match.start(kind)
            at = match.end()

    def query(self) -> Query:
        self._take("select")
        names = self._names()
        self._take("from")
        self._sobject = self._word()
        fields = self._fields(names)
        where: Callable[[Lookup], Predicate] = _anything
        if self._is("where"):
            where = self._either()
        order = self._orders() if self._is("order") else []
        limit = int(self._next("number")) if self._is("limit") else None
        offset = int(self._next("number")) if self._is("offset") else 0
        if self._at < len(self._tokens):
            raise self._unexpected(self._tokens[self._at][1])
        return Query(self._sobject, fields, where, order, limit, offset)

    def _names(self) -> list[tuple[str, int]]:
        first = self._next("word"), self._tokens[self._at - 1][2]
        if first[0].lower() == "count" and self._is("("):
            self._take(")")
            return []
        names = [first]
        while self._is(","):
            names.append((self._next("word"), self._tokens[self._at - 1][2]))
        return names

    def _fields(self, names: list[tuple[str, int]]) -> list[str]:
        return [self._kind(name, at).name for name, at in names]

    def _kind(self, name: str, at: int) -> Kind:
        try:
            return self._resolve(self._sobject, name)
        except SoqlError as error:
            if error.code != "INVALID_FIELD":
                raise
            pointed = f"\n{self._text}\n{' ' * at}^\nERROR at Row:1:Column:{at + 1}\n{error}"
            raise SoqlError(error.code, pointed) from None

    def _either(self) -> Callable[[Lookup], Predicate]:
        parts = [self._both()]
        while self._is("or"):
            parts.append(self._both())
        if len(parts) == 1:
            return parts[0]

        def build(lookup: Lookup) -> Predicate:
            tests = [part(lookup) for part in parts]
            return lambda record: any(test(record) for test in tests)

        return build

    def _both(self) -> Callable[[Lookup], Predicate]:
        parts = [self._condition()]
        while self._is("and"):
            parts.append(self._condition())
        if len(parts) == 1:
            return parts[0]

        def build(lookup: Lookup) -> Predicate:
            tests = [part(lookup) for part in parts]
            return lambda record: all(test(record) for test in tests)

        return build

    def _condition(self) -> Callable[[Lookup], Predicate]:
        if self._is("not"):
            return _inverse(self._condition())
        if self._is("("):
            inner = self._either()
            self._take(")")
            return inner
        name = self._next("word")
        kind = self._kind(name, self._tokens[self._at - 1][2])
        if self._is("not"):
            self._take("in")
            return _inverse(self._is_in(kind))
        if self._is("in"):
            return self._is_in(kind)
        if self._is("like"):
            return _like(kind, self._value(kind))
        sign = self._next("sign").replace("<>", "!=")
        if sign not in _COMPARES:
            raise self._unexpected(sign)
        return _compare(kind, sign, self._value(kind))

    def _is_in(self, kind: Kind) -> Callable[[Lookup], Predicate]:
        self._take("(")
        values = {self._value(kind)}
        while self._is(","):
            values.add(self._value(kind))
        self._take(")")
        return lambda lookup: lambda record: comparable(lookup(record, kind.name), kind) in values

    def _orders(self) -> list[Order]:
        self._take("by")
        orders = [self._order()]
        while self._is(","):
            orders.append(self._order())
        return orders

    def _order(self) -> Order:
        name = self._next("word")
        field = self._kind(name, self._tokens[self._at - 1][2]).name
        descending = self._is("desc") or (self._is("asc") and False)
        nulls_last = False
        if self._is("nulls"):
            nulls_last = self._is("last")
            if not nulls_last:
                self._take("first")
        return Order(field, descending, nulls_last)

    def _value(self, kind: Kind) -> Any:
        if self._at >= len(self._tokens):
            raise self._unexpected("<EOF>")
        token, text, _ = self._tokens[self._at]
        self._at += 1
        if token == "word" and text.lower() in ("true", "false", "null"):
            value: Any = {"true": True, "false": False, "null": None}[text.lower()]
        elif token == "text":
            value = re.sub(r"\\(.)", lambda m: _ESCAPES.get(str(m[1]), str(m[1])), text[1:-1])
        elif token == "number":
            value = float(text)
        elif token == "time":
            value = text
        else:
            raise self._unexpected(text)
        if value is not None and (token == "text") is (kind.type in _BARE):
            raise SoqlError(
                "INVALID_FIELD",
                f"value of filter criterion for field '{kind.name}' must be of type "
                f"{kind.type} and should {'not ' if token == 'text' else ''}be enclosed in quotes",
            )
        return comparable(value, kind)

    def _word(self) -> str:
        return self._next("word")

    def _next(self, kind: str) -> str:
        if self._at >= len(self._tokens):
            raise self._unexpected("<EOF>")
        token, text, _ = self._tokens[self._at]
        if token != kind:
            raise self._unexpected(text)
        self._at += 1
        return text

    def _is(self, text: str) -> bool:
        if self._at < len(self._tokens):
            token, found, _ = self._tokens[self._at]
            if token in ("word", "sign") and found.lower() == text:
                self._at += 1
                return True
        return False

    def _take(self, text: str) -> None:
        if not self._is(text):
            rest = self._tokens[self._at :]
            raise self._unexpected(rest[0][1] if rest else "<EOF>")

    def _unexpected(self, text: str) -> SoqlError:
        return SoqlError("MALFORMED_QUERY", f"unexpected token: '{text}'")


_BARE = frozenset({"boolean", "int", "double", "currency", "percent", "date", "datetime"})


def comparable(value: Any, kind: Kind) -> Any:
    """A value as conditions see it: text in small letters, numbers as floats, times in UTC."""
    if value is None:
        return None
    if kind.type == "datetime":
        text = str(value)
        if "T" not in text:
            text += "T00:00:00+00:00"
        return datetime.fromisoformat(text).astimezone(UTC)
    if kind.type in ("int", "double", "currency", "percent"):
        return float(value)
    if kind.type in ("id", "reference"):
        return str(value)[:15]
    return value.lower() if isinstance(value, str) else value


def _compare(kind: Kind, sign: str, wanted: Any) -> Callable[[Lookup], Predicate]:
    compare = _COMPARES[sign]

    def build(lookup: Lookup) -> Predicate:
        def test(record: Record) -> bool:
            value = comparable(lookup(record, kind.name), kind)
            if value is None or wanted is None:
                return compare(value, wanted) if sign in ("=", "!=") else False
            return compare(value, wanted)

        return test

    return build


def _like(kind: Kind, pattern: Any) -> Callable[[Lookup], Predicate]:
    parts = [{"%": ".*", "_": "."}.get(char, re.escape(char)) for char in str(pattern)]
    regex = re.compile("".join(parts), re.DOTALL)
    return lambda lookup: (
        lambda record: bool(regex.fullmatch(str(comparable(lookup(record, kind.name), kind) or "")))
    )


def _inverse(inner: Callable[[Lookup], Predicate]) -> Callable[[Lookup], Predicate]:
    def build(lookup: Lookup) -> Predicate:
        test = inner(lookup)
        return lambda record: not test(record)

    return build


def _anything(lookup: Lookup) -> Predicate:
    return lambda record: True


def _sort_key(value: Any, nulls_high: bool) -> tuple[bool, Any]:
    if value is None:
        return nulls_high, ""
    return not nulls_high, value.lower() if isinstance(value, str) else value
