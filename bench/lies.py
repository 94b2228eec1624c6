"""What the checker of language work lets through: planted lies and true statements, made up.

    python -m bench.lies [--seed 7] [--passed]

Accounts are made up with the rows a task would be given (score, visits, changes, requests, deals,
usage, jobs, sentences of calls). True statements are phrasings filled from a row; lies are the same
phrasings with something changed. "Held out" are those written last, after the checker; what it
made of each set when it first saw it stands in bench/README.md.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from string import Formatter
from typing import Any

from bench.phrasings import (
    CARRIED_OUT,
    HELD_OUT,
    NO_FACTS,
    ORDERS,
    OVERCLAIMS,
    ROWS,
    SAID,
    SEEN,
    SMUGGLED,
    TORN,
    UNITS,
)
from python_jobs.enrich.check import why_not, why_not_said
from python_jobs.enrich.task import Asked, Quote, Statement

ACCOUNTS = 4

_FIRST = ("Mia", "Eva", "Lucas", "Aisha", "Daniel", "Rosa", "Harry", "Zoe", "Kyle", "Helen")
_LAST = ("Carter", "Grant", "Brown", "Clark", "Gomez", "Ross", "Simmons", "Porter", "Novak")
_COMPANY = ("Stonebend Insurance", "Whitevale Title", "Limeyard Software", "Copperspring Legal")
_COMPETITORS = ("Notarix", "Signwell", "Docuvia", "Proofmark", "Sealpoint")
_CONTENT = ("pricing", "case study", "docs", "integrations", "security", "webinar")
_LANES = ("notarization", "esignature", "identity verification", "compliance")
_STAGES = ("Hot", "Warm", "Cold")
_SURGES = ("Normal", "Surging", "Exploding")
_BUYING = ("Awareness", "Consideration", "Decision", "Purchase")
_DEAL = ("Discovery", "Evaluation", "Proposal", "Negotiation")
_REASONS = ("Price", "Competitor", "Timing", "Missing feature")
_CITIES = ("Denver", "Lisbon", "Leeds", "Austin", "Toronto")
_TEAMS = ("operations", "compliance", "engineering", "finance")
_MESSAGES = (
    "Can your notaries cover weekends?",
    "We close about forty files a month and would like a quote.",
    "How long does the set-up take?",
)


@dataclass(frozen=True)
class Case:
    """A statement or a quote, what it is told from, and which kind of lie it is (None: true)."""

    kind: str | None
    item: Statement | Quote
    asked: Asked
    held_out: bool = False

    @property
    def passes(self) -> bool:
        return self.reason is None

    @property
    def reason(self) -> str | None:
        if isinstance(self.item, Quote):
            return why_not_said(self.item, self.asked)
        return why_not(self.item, self.asked)


@dataclass(frozen=True)
class Account:
    """What was made up of one account: the fields of each row, and the rows."""

    fields: dict[str, dict[str, Any]]
    asked: Asked
    words: dict[str, str]

    def row(self, family: str) -> str:
        return f"{family}:{self.asked.subject_key}"


def lie_table(seed: int = 7) -> dict[str, tuple[int, int]]:
    """Of each kind of lie how many were planted and caught; of the true, made and kept."""
    made, well = Counter[str](), Counter[str]()
    for case in cases(seed):
        name = case.kind or ("true, held out" if case.held_out else "true")
        made[name] += 1
        well[name] += case.passes is (case.kind is None)
    return {name: (made[name], well[name]) for name in sorted(made)}


def cases(seed: int = 7) -> list[Case]:
    """All of them, the same for the same seed, none twice."""
    rng = random.Random(seed)
    accounts = [_account(rng, number) for number in range(ACCOUNTS)]
    found: dict[tuple[object, ...], Case] = {}
    for number, account in enumerate(accounts):
        other = accounts[(number + 1) % ACCOUNTS]
        for case in (*_of_rows(rng, account, other), *_of_calls(account), *_of_orders(account),
                     *_of_torn_quotes(account)):  # fmt: skip
            key = (case.kind, case.item.text, account.asked.subject_key, str(case.item))
            found.setdefault(key, case)
    return list(found.values())


def _account(rng: random.Random, number: int) -> Account:
    people = [f"{a} {b}" for a, b in zip(rng.sample(_FIRST, 3), rng.sample(_LAST, 3), strict=True)]
    start = date(2026, 10, 1) + timedelta(days=rng.randrange(40))
    words = dict(zip(("competitor", "other_competitor"), rng.sample(_COMPETITORS, 2), strict=True))
    words |= {"stranger": people[2], "city": rng.choice(_CITIES)}
    company = _COMPANY[number % len(_COMPANY)]
    fields: dict[str, dict[str, Any]] = {}
    for step, family in enumerate(ROWS):
        day = start + timedelta(days=step)
        old, new = rng.sample(_STAGES, 2)
        deal_old, deal_new = sorted(rng.sample(_DEAL, 2), key=_DEAL.index)
        before, after = rng.sample(range(20, 99), 2)
        less, much = sorted(rng.sample(range(5, 90), 2))
        fields[family] = {
            "day": day,
            "later": day + timedelta(days=3),
            "score": rng.randrange(40, 99),
            "stage": rng.choice(_STAGES),
            "surge": rng.choice(_SURGES),
            "ratio": rng.randrange(12, 49) / 10,
            "people": rng.randrange(3, 12),
            "visits": rng.randrange(13, 40),
            "lane": rng.choice(_LANES),
            "lane_score": rng.randrange(100, 390) / 10,
            "views": rng.randrange(2, 19),
            "content": rng.choice(_CONTENT),
            "points": rng.randrange(20, 90),
            "old": old,
            "new": new,
            "before": before,
            "after": after,
            "request": rng.choice(("quote", "demo", "contact")),
            "person": people[0],
            "other": people[1],
            "message": rng.choice(_MESSAGES),
            "deal": f"{company}: {rng.choice(_LANES).capitalize()}",
            "deal_old": deal_old,
            "deal_new": deal_new,
            "amount": rng.randrange(90, 980) * 100,
            "reason": rng.choice(_REASONS),
            "much": much,
            "less": less,
            "percent": round(100 * (much - less) / much),
            "fell": "fell",
            "rose": "rose",
            "talked": rng.randrange(30, 90),
            "monologue": rng.randrange(40, 260),
            "questions": rng.randrange(2, 19),
            "sentiment": rng.choice(("positive", "neutral", "negative")),
            "buying": rng.choice(_BUYING),
            "fit": rng.choice(("strong", "moderate", "weak")),
            "jobs": rng.randrange(2, 13),
            "team": rng.choice(_TEAMS),
            "city": rng.choice(_CITIES),
        }
    key = f"account{number}"
    rows = {f"{family}:{key}": filled(text, fields[family]) for family, text in ROWS.items()}
    said_by = {}
    words |= {"files": str(files := rng.randrange(11, 60) * 10), "files_off": str(files + 1)}
    for place, said in enumerate(SAID):
        rows[f"segment:{key}:{place}"] = said.row.format(**words)
        said_by[f"segment:{key}:{place}"] = said.by
    for place, order in enumerate(ORDERS):
        row = f"segment:{key}:order{place}"
        rows[row] = order.format(stage="Hot", **words)
        said_by[row] = "them"
    asked = Asked(key, {"account": company}, rows, "", said_by=said_by)
    return Account(fields, asked, words)


def filled(text: str, fields: dict[str, Any]) -> str:
    """A phrasing with its fields in the spellings it asks for."""
    spelt: dict[str, str] = {}
    for _, name, _, _ in Formatter().parse(text):
        if name is not None:
            spelt[name] = _spelt(name, fields)
    told = text.format(**spelt)
    return told[:1].upper() + told[1:]


def _spelt(name: str, fields: dict[str, Any]) -> str:
    base, _, form = name.partition("_")
    if name in fields:
        value = fields[name]
        return f"{value:,}" if name == "amount" else str(value)
    if name == "moved":
        return "rose" if fields["after"] > fields["before"] else "fell"
    if name in ("declined", "drop"):
        up = fields["fell"] != "fell"
        return {"declined": ("declined", "grew"), "drop": ("drop", "rise")}[name][up]
    if name == "quarter":
        return f"Q{(fields['day'].month + 2) // 3} {fields['day'].year}"
    value = fields[base]
    if form == "words":
        return _in_words(value)
    if form == "long":
        return f"{value.day} {value:%B} {value.year}"
    if form == "short":
        return f"{value:%b} {value.day}"
    if form == "k":
        return f"{value / 1000:g}k"
    return str(value).lower()


_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
         "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
         "nineteen")  # fmt: skip


def _in_words(number: int) -> str:
    tens = ("", "", "twenty", "thirty", "forty", "fifty", "sixty")
    if number >= 70:
        return str(number)
    if number < 20:
        return _ONES[number]
    return tens[number // 10] + (f"-{_ONES[number % 10]}" if number % 10 else "")


# --- statements about rows ---


def _of_rows(rng: random.Random, account: Account, other: Account) -> Iterator[Case]:
    for phrasings, held_out in ((SEEN, False), (HELD_OUT, True)):
        for family, texts in phrasings.items():
            fields = account.fields[family]
            for text in texts:
                told = filled(text, fields)
                yield _fact(account, None, told, family, held_out)
                for kind, lie in _changed(rng, text, fields):
                    if lie == told:
                        continue
                    yield _fact(account, kind, lie, family, held_out)
                away = filled(text, other.fields[family])
                if _unlike(text, fields, other.fields[family]):
                    yield _fact(account, "fact of another account", away, family, held_out)
                wrong = rng.choice([name for name in ROWS if name != family])
                if not _all_in(text, fields, account.asked.evidence[account.row(wrong)]):
                    yield _fact(account, "row that does not say it", told, wrong, held_out)
                if rng.random() < 0.2:
                    statement = Statement(kind="fact", text=told, evidence=[other.row(family)])
                    yield Case("row that was not given", statement, account.asked, held_out)
                    yield Case(
                        "no row",
                        statement.model_copy(update={"evidence": []}),
                        account.asked,
                        held_out,
                    )


def _fact(account: Account, kind: str | None, text: str, family: str, held_out: bool) -> Case:
    statement = Statement(kind="fact", text=text, evidence=[account.row(family)])
    return Case(kind, statement, account.asked, held_out)


def _unlike(text: str, mine: dict[str, Any], others: dict[str, Any]) -> bool:
    """Whether what the phrasing tells differs between two accounts in more than a spelling."""
    return filled(text, mine) != filled(text, others)


def _all_in(text: str, fields: dict[str, Any], row: str) -> bool:
    """Whether a row happens to have all that a phrasing is filled with."""
    return all(_spelt(name, fields) in row for _, name, _, _ in Formatter().parse(text) if name)


_NUMBERS = (
    "score ratio people visits lane_score views points before after amount much less jobs talked "
)
_NUMBERS += "monologue questions"
_TERMS = {
    "stage": _STAGES,
    "surge": _SURGES,
    "buying": _BUYING,
    "old": _STAGES,
    "new": _STAGES,
    "deal_new": _DEAL,
    "sentiment": ("positive", "neutral", "negative"),
    "fit": ("strong", "moderate", "weak"),
}
_THINGS = {"content": _CONTENT, "lane": _LANES, "reason": _REASONS, "city": _CITIES, "team": _TEAMS}


_DENIED = (
    (" was ", " was not "),
    (" is ", " is not "),
    (" asked ", " never asked "),
    (" downloaded ", " did not download "),
    ("have ", "have no "),
)


def _changed(rng: random.Random, text: str, fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Lies made of a phrasing: what it tells with one thing changed."""
    told = filled(text, fields)
    names = [name for _, name, _, _ in Formatter().parse(text) if name]
    bases = {next(b for b in sorted(fields, key=len, reverse=True) if n.startswith(b)): n
             for n in names if n not in ("moved", "declined", "drop", "quarter")}  # fmt: skip

    def with_(**change: Any) -> str:
        return filled(text, fields | change)

    for base in bases:
        if base in (*_NUMBERS.split(), "percent"):
            by = 0.1 if isinstance(fields[base], float) else 1000 if base == "amount" else 1
            for sign in (1, -1):
                yield "number off by one", with_(**{base: round(fields[base] + sign * by, 1)})
            if base not in ("people", "visits", "views", "jobs"):
                yield "ten times as much", with_(**{base: fields[base] * 10})
        if base in ("day", "later"):
            for days in (1, -30):
                moved = fields[base] + timedelta(days=days)
                yield "wrong date", with_(**{base: moved})
        if base in _TERMS:
            for term in rng.sample([one for one in _TERMS[base] if one != fields[base]], 2):
                if not (base in ("old", "new") and term in (fields["old"], fields["new"])):
                    yield "level flipped", with_(**{base: term})
        if base in _THINGS:
            thing = rng.choice([one for one in _THINGS[base] if one != fields[base]])
            yield "one thing for another", with_(**{base: thing})
        if base in ("person", "other"):
            swapped = {"person": fields["other"], "other": fields["person"]}
            yield "swapped names", with_(**swapped)
            yield "swapped names", with_(**{base: f"{fields[base].split()[0]} Whitaker"})
    if "quarter" in names:
        yield "wrong quarter", with_(day=fields["day"] - timedelta(days=100))
        yield "wrong quarter", with_(day=fields["day"] + timedelta(days=365))
    if "old" in names and "new" in names:
        yield "direction flipped", with_(old=fields["new"], new=fields["old"])
    if {"new"} == {*names} & {"old", "new"}:
        yield "level flipped", with_(new=fields["old"])
    if "moved" in names or ("before" in names and "after" in names):
        yield "direction flipped", with_(before=fields["after"], after=fields["before"])
    if "moved" in names:
        yield (
            "direction flipped",
            told.replace(*(("rose", "fell") if "rose" in told else ("fell", "rose"))),
        )
    if "rose" in names:
        yield "direction flipped", with_(rose="fell")
    if {"fell", "declined", "drop"} & {*names}:
        yield "direction flipped", with_(fell="rose")
        if "much" in names:
            yield "direction flipped", with_(much=fields["less"], less=fields["much"])
    if "deal_old" in names and "deal_new" in names:
        yield "direction flipped", with_(deal_old=fields["deal_new"], deal_new=fields["deal_old"])
    if "$" in told:
        yield "currency changed", told.replace("$", "€")
        yield "currency changed", told.replace("$", "£")
    if "people" in names or "visits" in names:
        swapped_units = {"people": "visits", "visits": "people"}
        yield (
            "people for visits",
            re.sub(r"people|visits", lambda found: swapped_units[found[0]], told),
        )
    if "views" in names:
        yield (
            "people for visits",
            re.sub(r"(\d+×?|^\w+) (page view|views|times)", r"\1 people", told),
        )
    for unit, wrong in UNITS:
        if unit in told:
            yield "unit changed", told.replace(unit, wrong)
    for what, over in OVERCLAIMS:
        if what in told:
            yield "overclaim", told.replace(what, over)
    if "message" in names:
        yield "paraphrase in quotation marks", with_(message=_reworded(fields["message"]))
    for positive, negative in _DENIED:
        if positive in told:
            yield "negation flipped", told.replace(positive, negative, 1)


def _reworded(message: str) -> str:
    for old, new in (("Can your notaries", "Could your notaries"), ("We close", "We do"),
                     ("How long does", "How much time does")):  # fmt: skip
        message = message.replace(old, new)
    return message


# --- statements about calls, orders in them, advice ---


def _of_calls(account: Account) -> Iterator[Case]:
    for place, said in enumerate(SAID):
        row = f"segment:{account.asked.subject_key}:{place}"
        text = account.asked.evidence[row]

        def told(words: str, row: str = row) -> Statement:
            return Statement(kind="fact", text=words.format(**account.words), evidence=[row])

        for words in said.true:
            yield Case(None, told(words), account.asked, said.held_out)
        for kind, lies in said.lies.items():
            for words in lies:
                yield Case(kind, told(words), account.asked, said.held_out)
        side = {"us": "We said", "them": "They said"}
        wrong = side["them" if said.by == "us" else "us"]
        exact = Statement(kind="fact", text=f'{side[said.by]}: "{text}"', evidence=[row])
        yield Case(None, exact, account.asked)
        yield Case(
            "said by the other side",
            exact.model_copy(update={"text": f'{wrong}: "{text}"'}),
            account.asked,
        )
        first = text.index(" ") + 1
        quote = Quote(text=text[first:], evidence=row, start=first, end=len(text))
        yield Case("cut quote" if text.startswith("If ") else None, quote, account.asked)
        for change in (
            {"start": first - 1},
            {"end": len(text) - 1},
            {"start": first - len(text), "end": -1, "text": text[first:-1]},
            {"evidence": f"segment:{account.asked.subject_key}:{(place + 1) % len(SAID)}"},
        ):
            yield Case("quote not at its place", quote.model_copy(update=change), account.asked)
        changed = text[first:].replace(" a ", " the ").replace("the ", "this ").replace("you", "we")
        if changed != text[first:]:
            altered = replace_text(quote, changed)
            yield Case("paraphrase in quotation marks", altered, account.asked)


def _of_torn_quotes(account: Account) -> Iterator[Case]:
    for place, (row, words) in enumerate(TORN):
        key = f"torn:{place}"
        asked = replace(account.asked, evidence={key: row}, said_by={key: "them"})
        start = row.index(words)
        quote = Quote(text=words, evidence=key, start=start, end=start + len(words))
        yield Case("cut quote", quote, asked)
        told = Statement(kind="fact", text=f'They said: "{words}"', evidence=[key])
        yield Case("cut quote", told, asked)
        yield Case(None, Quote(text=row, evidence=key, start=0, end=len(row)), asked)


def replace_text(quote: Quote, text: str) -> Quote:
    return quote.model_copy(update={"text": text, "end": quote.start + len(text)})


def _of_orders(account: Account) -> Iterator[Case]:
    asked = account.asked
    rows = [f"segment:{asked.subject_key}:order{place}" for place in range(len(ORDERS))]
    words = account.words | {"stage": "Hot", **_shown(account)}
    for kind, text in CARRIED_OUT:
        item = Statement(kind=kind, text=text.format(**words), evidence=rows)  # type: ignore[arg-type]
        yield Case("order in a transcript carried out", item, asked)
    for row in rows:
        said = asked.evidence[row]
        text = f'They said: "{said}"'
        statement = Statement(kind="fact", text=text, evidence=[row])
        yield Case("order in a transcript repeated", statement, asked)
        quote = Quote(text=said, evidence=row, start=0, end=len(said))
        yield Case("order in a transcript repeated", quote, asked)
    for kind, text in SMUGGLED:
        item = Statement(kind=kind, text=text.format(**words), evidence=[])  # type: ignore[arg-type]
        yield Case("smuggled into advice", item, asked)
    for kind, text in NO_FACTS:
        item = Statement(kind=kind, text=text.format(**words), evidence=[])  # type: ignore[arg-type]
        yield Case(None, item, asked)


def _shown(account: Account) -> dict[str, str]:
    return {"content": account.fields["views"]["content"], "lane": account.fields["score"]["lane"]}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.lies", description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--passed", action="store_true", help="print what was judged wrongly")
    given = parser.parse_args()
    table = lie_table(given.seed)
    for line in table_lines(table):
        print(line)
    if given.passed:
        for case in cases(given.seed):
            if case.passes is not (case.kind is None):
                print(f"{case.kind or 'TRUE'}: {case.item.text} [{case.reason or 'passed'}]")


def table_lines(table: dict[str, tuple[int, int]]) -> Iterator[str]:
    """The table as text, lies first."""
    lies = {kind: sums for kind, sums in table.items() if not kind.startswith("true")}
    truths = {kind: sums for kind, sums in table.items() if kind.startswith("true")}
    yield f"{'lies':36}{'planted':>9}{'caught':>9}{'passed':>9}"
    for kind, (planted, caught) in {**lies, f"all {len(lies)} kinds": _sums(lies)}.items():
        yield f"{kind:36}{planted:>9,}{caught:>9,}{planted - caught:>9,}"
    yield f"{'statements':36}{'made':>9}{'kept':>9}{'share':>9}"
    for kind, (made, kept) in {**truths, "all true": _sums(truths)}.items():
        yield f"{kind:36}{made:>9,}{kept:>9,}{kept / made:>9.1%}"


def _sums(table: dict[str, tuple[int, int]]) -> tuple[int, int]:
    made = sum(planted for planted, _ in table.values())
    return made, sum(well for _, well in table.values())


if __name__ == "__main__":
    main()
