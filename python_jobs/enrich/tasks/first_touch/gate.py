"""The quality gate: what a first message must keep before anybody is written to.

A message passes whole or not at all. Each failure is a pattern and a detail, such as
``banned_claim: guarantee``, and never words of the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from python_jobs.enrich.check import why_not
from python_jobs.enrich.task import Asked, Checked, Output, Statement
from python_jobs.enrich.tasks.first_touch.schema import FirstTouch

SLOTS = ("opening", "call_to_action")
FEWEST_WORDS = 3
_PLACEHOLDER = re.compile(
    r"[{}<>\[\]]|__|\b(?:xx+|todo|tbd|null|none|undefined|nan)\b"
    r"|\b(?:first|last|company|your|account)[ _]?name\b",
    re.I,
)
_OBSERVED = re.compile(
    r"\b(?:i|we) (?:just |recently |have )*(?:saw|seen|noticed|read|heard|learned|understand)\b",
    re.I,
)
"""Words that say something was observed: only a fact with its row may."""
_ADDRESS = re.compile(r"\S*(?:@|://)\S+|\b(?:\w[\w-]*\.)+[^\W\d_]{2,}\b(?:/\S*)?")
"""What a mail program makes a link of, also a bare domain."""
_VOWELS = re.compile(r"[aeiouy]+")


def check(touch: Output, asked: Asked) -> Checked:
    """The message as it is, or nothing kept of it, with every pattern that it failed by."""
    assert isinstance(touch, FirstTouch)
    is_nothing = touch.opening is None and touch.call_to_action is None
    reasons = tuple((failures(plain(asked), asked) if is_nothing else []) or failures(touch, asked))
    return Checked(touch, len(SLOTS), len(SLOTS) if reasons else 0, reasons)


def plain(asked: Asked) -> FirstTouch:
    """The sentences of the signal's angle as they are, with the company's name in them."""
    rows = [str(asked.input["angle_row"])]
    texts = (str(asked.input[slot]) for slot in SLOTS)
    said = [
        Statement(kind="advice", text=text[:1].upper() + text[1:], evidence=rows) for text in texts
    ]
    return FirstTouch(opening=said[0], call_to_action=said[1])


def failures(touch: FirstTouch, asked: Asked) -> list[str]:
    """Every pattern that the message fails by, with what failed."""
    return list(dict.fromkeys(_failures(touch, asked)))


def _failures(touch: FirstTouch, asked: Asked) -> Iterator[str]:
    rules = asked.input.get("rules") or []
    for slot in SLOTS:
        said: Statement | None = getattr(touch, slot)
        if said is None or len(said.text.split()) < FEWEST_WORDS:
            yield f"length: {slot} is missing"
            continue
        if _PLACEHOLDER.search(said.text):
            yield f"placeholder: {slot}"
        if _strange_address(said.text, asked):
            yield f"not_in_evidence: {slot}: an address"
        elif said.kind != "fact" and _OBSERVED.search(said.text):
            yield f"not_in_evidence: {slot}: an observation without a row"
        elif why := why_not(said, asked):
            yield f"not_in_evidence: {slot}: {why}"
        for rule in rules:
            if _breaks(rule["kind"], rule["rule"], rule["value"], slot, said.text, asked):
                yield f"{rule['gate']}: {rule['rule']}"


def _strange_address(text: str, asked: Asked) -> bool:
    """Whether it holds an address that the angle, which a person has approved, does not."""
    approved = " ".join(str(asked.input.get(slot)) for slot in SLOTS)
    return not _addresses(_without_company(text, asked)) <= _addresses(approved)


def _addresses(text: str) -> set[str]:
    return {address.rstrip(".,;:!?)") for address in _ADDRESS.findall(text)}


def _breaks(kind: str, rule: str, value: str, slot: str, text: str, asked: Asked) -> bool:
    if kind == "max_words":
        return rule == f"{slot}_max_words" and len(text.split()) > int(value)
    if kind == "max_grade":
        return grade(_without_company(text, asked)) > float(value)
    return re.search(value, " ".join(text.lower().split())) is not None


def grade(text: str) -> float:
    """School years that reading it takes, after Flesch and Kincaid (1975), syllables by vowels."""
    words = re.findall(r"[a-z']+", text.lower())
    sentences = max(1, len(re.findall(r"[.!?]+(?=\s|$)", text)))
    if not words:
        return 0.0
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    silent = word.endswith("e") and not word.endswith(("le", "ee"))
    return max(1, len(_VOWELS.findall(word)) - silent)


def _without_company(text: str, asked: Asked) -> str:
    """How long their name is, is not ours to judge."""
    for key in ("account_name", "account"):
        if name := asked.input.get(key):
            text = text.replace(str(name), "you")
    return text
