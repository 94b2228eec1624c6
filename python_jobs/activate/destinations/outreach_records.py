"""Outreach's records, read and written by JSON:API, many at a look and one at a write.

The vendor's reference: https://developers.outreach.io/api. Ids are numbers there and text here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from python_jobs.errors import PermanentError, TransientError
from python_jobs.http import Api, Refused
from python_jobs.ingest.sources.outreach import BODY

PAGE = 1_000
"""Records a page, the most there may be."""

FILTER_BYTES = 3_000
"""How long the values that one filter names may be together: some 100 addresses, or 200 ids."""

PATHS = {
    "prospect": "prospects",
    "sequence": "sequences",
    "sequenceState": "sequenceStates",
    "sequenceStep": "sequenceSteps",
    "sequenceTemplate": "sequenceTemplates",
    "template": "templates",
    "mailbox": "mailboxes",
}
"""Type to the path of its records."""


@dataclass(frozen=True)
class Found:
    """A record as Outreach shows it; ``related`` holds the ids it names, by relationship."""

    id: str
    attributes: Mapping[str, Any]
    related: Mapping[str, str]


class Records:
    """What can be done with Outreach's records."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def every(self, kind: str, **filters: str) -> Iterator[Found]:
        """The records that pass the filters, page by page; all there are without any. Each comes
        once; one that cannot be read is left out, as if it were not there.

        Args:
            kind: the type, such as ``prospect``.
            filters: as the vendor writes them, such as ``{"emails": "a@x.com,b@x.com"}`` or
                ``{"prospect][id": "1,2"}``.
        """
        path = f"/{PATHS[kind]}"
        params: dict[str, str] | None = {
            **{f"filter[{name}]": value for name, value in filters.items()},
            "page[size]": str(PAGE),
            "sort": "id",
            "count": "false",
        }
        seen: set[str] = set()
        while params is not None:
            answer = self._api.json("GET", path, params=params)
            if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
                raise PermanentError(f"outreach GET {path} answered in a form that is not known")
            for record in map(_found, answer["data"]):
                if record is not None and record.id not in seen:
                    seen.add(record.id)
                    yield record
            following = (answer.get("links") or {}).get("next")
            params = dict(parse_qsl(urlsplit(following).query)) if following else None

    def having(self, kind: str, name: str, values: Collection[str], **filters: str) -> list[Found]:
        """The records whose attribute (``emails``) or relation (``prospect][id``) is one of these,
        in as few looks as there may be. A value that the filter would read as several, or as a
        range, finds nothing."""
        found: list[Found] = []
        for some in _in_filters({v for v in values if "," not in v and ".." not in v}):
            found += self.every(kind, **{name: some}, **filters)
        return found

    def create(
        self, kind: str, attributes: Mapping[str, Any], related: Mapping[str, tuple[str, str]]
    ) -> Found:
        """Make a record; ``related`` is relationship to type and id.

        Raises:
            as ``Api.call`` does; ``Refused`` carries the vendor's reason.
        """
        data = {"type": kind, "attributes": dict(attributes)}
        data["relationships"] = {
            name: {"data": {"type": other, "id": _number(number)}}
            for name, (other, number) in related.items()
        }
        return self._written(kind, "POST", "", data)

    def update(self, kind: str, number: str, attributes: Mapping[str, Any]) -> Found:
        """Change a record's attributes."""
        data = {"type": kind, "id": _number(number), "attributes": dict(attributes)}
        return self._written(kind, "PATCH", f"/{number}", data)

    def act(self, kind: str, number: str, action: str) -> Found:
        """Do what is done by a word, such as ``finish``."""
        return self._written(kind, "POST", f"/{number}/actions/{action}", None)

    def _written(self, kind: str, method: str, below: str, data: Mapping[str, Any] | None) -> Found:
        path = f"/{PATHS[kind]}{below}"
        body = None if data is None else json.dumps({"data": data})
        answer = self._api.json(method, path, data=body, headers=BODY)
        record = _found(answer.get("data") if isinstance(answer, dict) else None)
        if record is None:
            raise TransientError(
                f"outreach {method} /{PATHS[kind]} answered in a form that is not known; whether "
                "it took effect is unknown: look before repeating"
            )
        return record


def reasons(refused: Refused) -> list[tuple[str, str]]:
    """The errors of a refusal: id, which is reliable, and wording, which is not."""
    try:
        errors = refused.response.json()["errors"]
        return [(str(error.get("id")), str(error.get("detail") or "")) for error in errors]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _number(number: str) -> int | str:
    """An id as a body has it; one that is none is refused there."""
    return int(number) if number.isdecimal() else number


def _in_filters(values: Collection[str]) -> Iterator[str]:
    """The values, joined by commas, as few filters as they fit into."""
    some: list[str] = []
    for value in sorted(values):
        if some and len(quote(",".join([*some, value]))) > FILTER_BYTES:
            yield ",".join(some)
            some = []
        some.append(value)
    if some:
        yield ",".join(some)


def _found(record: Any) -> Found | None:
    """A record as it is shown; None if it has no id or attributes."""
    try:
        related = {
            name: str(value["data"]["id"])
            for name, value in (record.get("relationships") or {}).items()
            if isinstance(value.get("data"), dict)
        }
        return Found(str(record["id"]), dict(record["attributes"]), related)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
