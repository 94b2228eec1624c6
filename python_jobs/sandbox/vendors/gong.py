"""Gong's API (v2) over the world's recorded calls: Basic auth, cursors, and 404 for "nothing".

Nothing is in an answer that its request did not expose. Transcripts, and what Gong makes of them,
are there some hours after the call. Two keys are accepted: one that sees every call, and one whose
owner sees none, to which Gong answers as if there were none.
"""

from __future__ import annotations

import base64
import hashlib
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from python_jobs.http import Limit
from python_jobs.sandbox.vendor import Vendor
from python_jobs.sandbox.vendors.salesforce_objects import id_from_world
from python_jobs.sandbox.world.talk import Speaker, Turn, speakers_of, transcript

Record = dict[str, Any]
Handler = Callable[[Request], Awaitable[Response]]

PAGE = 100
WORKSPACE = "7273476131570014205"
ACCESS_KEY, BLIND_KEY, SECRET = "sandbox-key", "sandbox-key-without-calls", "sandbox-secret"
NO_CALLS = "No calls found corresponding to the provided filters"
NO_USERS = "No users found corresponding to the provided filters"

TRACKERS: dict[str, tuple[str, ...]] = {
    "Competitors": ("another provider", "from his last company"),
    "Pricing": ("price", "budget", "finance"),
    "Security": ("security", "encrypted", "compliance"),
    "Next steps": ("next week", "i will send", "come back to you"),
}


class Gong(Vendor):
    """The calls of the company, as its conversation recorder has them."""

    name: ClassVar[str] = "gong"
    limits: tuple[Limit, ...] = (Limit(3, 1), Limit(10_000, 86_400))
    scopes: ClassVar[dict[str, str]] = {
        "api:calls:read:extensive": "/v2/calls/extensive",
        "api:calls:read:transcript": "/v2/calls/transcript",
        "api:stats:interaction": "/v2/stats",
        "api:users:read": "/v2/users",
    }

    def routes(self) -> list[Route]:
        return [
            self._route("/v2/calls", self._list_calls, "GET"),
            self._route("/v2/calls/extensive", self._extensive, "POST"),
            self._route("/v2/calls/transcript", self._transcripts, "POST"),
            self._route("/v2/calls/{call_id}", self._one_call, "GET"),
            self._route("/v2/users", self._list_users, "GET"),
            self._route("/v2/users/extensive", self._users_extensive, "POST"),
            self._route("/v2/workspaces", self._workspaces, "GET"),
            self._route("/v2/settings/trackers", self._trackers, "GET"),
            self._route("/v2/settings/scorecards", self._scorecards, "GET"),
            self._route("/v2/stats/activity/aggregate", self._activity, "POST"),
        ]

    def load(self) -> None:
        users = self.world.rows(
            "select * from read_parquet(?) where updated_at <= ? order by owner_id",
            [str(self.world.folder / "mailings" / "users.parquet"), self.world.now],
        )
        self._users = {row["owner_id"]: row for row in users}
        self._calls = self.world.rows(
            "select * from calls where started_at + to_seconds(duration_seconds) <= ? "
            "order by started_at, call_id",
            [self.world.now],
        )
        self._starts = [call["started_at"] for call in self._calls]
        self._by_id = {call["call_id"]: call for call in self._calls}

    # How it says no.

    def throttled(self, wait: float) -> Response:
        retry_after = {"Retry-After": str(max(0, int(wait + 0.999)))}
        return JSONResponse(_error("API rate limit exceeded"), 429, retry_after)

    def failed(self) -> Response:
        return _refused(500, "Internal server error")

    def out_of_scope(self, scope: str) -> Response:
        return _refused(401, f"You don't have permission to use '{scope}' in your app.")

    def malformed_records(self) -> list[Any]:
        return [{"metaData": {"title": "a call without an id"}}, None]

    def _route(self, path: str, handler: Handler, method: str) -> Route:
        async def guarded(request: Request) -> Response:
            if self._key_of(request) is None:
                return _refused(401, "The access key or secret is wrong")
            try:
                return await handler(request)
            except (ValueError, TypeError, AttributeError) as error:
                return _refused(400, str(error) or "The request body is not as documented")

        return Route(path, guarded, methods=[method])

    def _key_of(self, request: Request) -> str | None:
        """The access key, if it is one of ours."""
        sent = request.headers.get("authorization", "")
        for key in (ACCESS_KEY, BLIND_KEY):
            if sent == f"Basic {base64.b64encode(f'{key}:{SECRET}'.encode()).decode()}":
                return key
        return None

    # Calls.

    async def _list_calls(self, request: Request) -> Response:
        asked = dict(request.query_params)
        calls = self._matching(asked) if self._key_of(request) == ACCESS_KEY else []
        return self._page(request, asked, calls, "calls", NO_CALLS, self._meta_data)

    async def _one_call(self, request: Request) -> Response:
        call_id = request.path_params["call_id"]
        call = self._by_id.get(call_id) if self._key_of(request) == ACCESS_KEY else None
        if call is None:
            return _refused(404, f"Call ID {call_id} was not found")
        return JSONResponse({"requestId": _request_id(), "call": self._meta_data(call)})

    async def _extensive(self, request: Request) -> Response:
        asked = await request.json()
        wanted = asked.get("filter") or {}
        selector = asked.get("contentSelector") or {}
        if wanted.get("callIds") and wanted.get("workspaceId"):
            raise ValueError("callIds cannot be combined with workspaceId")
        if selector.get("contextTiming") and selector.get("context") != "Extended":
            raise ValueError("contextTiming needs context Extended")
        calls = self._matching(wanted) if self._key_of(request) == ACCESS_KEY else []
        return self._page(
            request,
            {**wanted, **asked},
            calls,
            "calls",
            NO_CALLS,
            lambda call: self._in_full(call, selector),
        )

    async def _transcripts(self, request: Request) -> Response:
        asked = await request.json()
        wanted = asked.get("filter") or {}
        calls = self._matching(wanted) if self._key_of(request) == ACCESS_KEY else []
        # What is not transcribed yet is left out, or is there without its transcript.
        listed = [call for call in calls if self._is_ready(call) or _number(call, "listed") % 2]
        return self._page(
            request, {**wanted, **asked}, listed, "callTranscripts", NO_CALLS, self._transcript
        )

    def _matching(self, wanted: Mapping[str, Any]) -> list[Record]:
        """The calls that a filter lets through; ``toDateTime`` is exclusive."""
        if wanted.get("callIds"):
            known = [self._by_id[one] for one in wanted["callIds"] if one in self._by_id]
            return sorted(known, key=lambda call: (call["started_at"], call["call_id"]))
        begin, end = _time(wanted.get("fromDateTime")), _time(wanted.get("toDateTime"))
        first = 0 if begin is None else bisect_left(self._starts, begin)
        last = len(self._starts) if end is None else bisect_left(self._starts, end)
        calls = self._calls[first:last]
        if wanted.get("workspaceId") not in (None, WORKSPACE):
            return []
        if wanted.get("primaryUserIds"):
            users = set(wanted["primaryUserIds"])
            calls = [call for call in calls if _user_id(call["owner_id"]) in users]
        return calls

    def _page(
        self,
        request: Request,
        asked: Mapping[str, Any],
        rows: Sequence[Record],
        name: str,
        nothing: str,
        shown: Callable[[Record], Record],
    ) -> Response:
        """One page in Gong's envelope; 404 when there is nothing at all."""
        if not rows:
            return _refused(404, nothing)
        window = f"{asked.get('fromDateTime')} {asked.get('toDateTime')}"
        key = f"{request.url.path} {window}"
        page, cursor = self.cut(rows, asked.get("cursor"), PAGE, key)
        first = next(number for number, row in enumerate(rows) if row is page[0])
        records: Record = {
            "totalRecords": len(rows),
            "currentPageSize": len(page),
            "currentPageNumber": first // PAGE,
        }
        if cursor:
            records["cursor"] = cursor
        return JSONResponse(
            {
                "requestId": _request_id(),
                "records": records,
                name: [
                    shown(row) if "call_id" in (row or ()) or "owner_id" in (row or ()) else row
                    for row in page
                ],
            }
        )

    def _meta_data(self, call: Record) -> Record:
        started = call["started_at"]
        is_phone = call["direction"] != "Conference"
        # Most answers hold ISO times with an offset, some older calls seconds since 1970.
        moment: Any = f"{(started + timedelta(hours=2)).isoformat(timespec='milliseconds')}+02:00"
        if _number(call, "epoch") % 10 == 0:
            moment = int(started.replace(tzinfo=UTC).timestamp())
        return {
            "id": call["call_id"],
            "url": f"https://app.gong.example/call?id={call['call_id']}",
            "title": call["title"],
            "scheduled": None if is_phone else moment,
            "started": moment,
            "duration": call["duration_seconds"],
            "primaryUserId": _user_id(call["owner_id"]),
            "direction": call["direction"],
            "system": "Outreach" if is_phone else "Zoom",
            "scope": "External",
            "media": "Audio" if is_phone else "Video",
            "language": "eng",
            "workspaceId": WORKSPACE,
            "sdrDisposition": None,
            "clientUniqueId": None,
            "customData": None,
            "purpose": None,
            "meetingUrl": None if is_phone else "https://meet.example/j/1",
            "isPrivate": False,
            "calendarEventId": None if is_phone else f"{call['call_id']}@calendar.example",
        }

    def _in_full(self, call: Record, selector: Mapping[str, Any]) -> Record:
        """A call with the sections that were asked for and no other."""
        exposed = selector.get("exposedFields") or {}
        found: Record = {"metaData": self._meta_data(call)}
        if selector.get("context") in ("Basic", "Extended"):
            found["context"] = _context(call, selector)
        if exposed.get("parties"):
            found["parties"] = self._parties(call, selector)
        content, interaction = exposed.get("content") or {}, exposed.get("interaction") or {}
        if content or interaction:
            turns = self._turns(call) if self._is_ready(call) else []
            made = _content(call, turns)
            found["content"] = {name: made[name] for name in made if content.get(name)}
            heard = _interaction(call, turns)
            asks = {"interactionStats": "personInteractionStats"}
            found["interaction"] = {
                name: heard[name] for name in heard if interaction.get(asks.get(name, name))
            }
        if (exposed.get("collaboration") or {}).get("publicComments"):
            found["collaboration"] = {"publicComments": _comments(call)}
        if exposed.get("media"):
            found["media"] = {"audioUrl": "https://media.example/a", "videoUrl": None}
        return found

    def _parties(self, call: Record, selector: Mapping[str, Any]) -> list[Record]:
        parties = []
        for place, speaker in enumerate(speakers_of(call)):
            user = self._users.get(speaker.owner_id or "")
            by_phone = speaker.owner_id is None and _number(call, f"phone {place}") % 12 == 0
            party: Record = {
                "id": str(_number(call, f"party {place}")),
                "emailAddress": user["email"] if user else (None if by_phone else speaker.email),
                "name": f"{user['first_name']} {user['last_name']}" if user else speaker.name,
                "title": "Account Executive" if user else speaker.title,
                "speakerId": _speaker_id(call, place),
                "context": _party_context(speaker, selector),
                "affiliation": "Internal" if user else ("Unknown" if by_phone else "External"),
                "phoneNumber": "+15550100" if by_phone else None,
                "methods": ["Attendee"] if by_phone else ["Invitee", "Attendee"],
            }
            if user:
                party["userId"] = _user_id(user["owner_id"])
            parties.append(party)
        return parties

    def _turns(self, call: Record) -> list[Turn]:
        seller = self._users.get(call["owner_id"], {})
        return transcript(call, seller.get("first_name", "Kim"))

    def _is_ready(self, call: Record) -> bool:
        """Whether Gong has worked the call up: 2 to 20 hours after it; one in a hundred never."""
        hours = 2 + _number(call, "ready") % 19
        ended = call["started_at"] + timedelta(seconds=call["duration_seconds"])
        is_over = ended + timedelta(hours=hours) <= self.world.now
        return bool(is_over and _number(call, "silent") % 100)

    def _transcript(self, call: Record) -> Record:
        if not self._is_ready(call):
            return {"callId": call["call_id"], "transcript": None}
        return {
            "callId": call["call_id"],
            "transcript": [
                {
                    "speakerId": _speaker_id(call, turn.speaker),
                    "topic": turn.topic,
                    "sentences": [
                        {"start": start, "end": end, "text": text}
                        for start, end, text in turn.sentences
                    ],
                }
                for turn in self._turns(call)
            ],
        }

    # Users, settings, statistics.

    async def _list_users(self, request: Request) -> Response:
        asked = dict(request.query_params)
        users = list(self._users.values())
        return self._page(request, asked, users, "users", NO_USERS, _user)

    async def _users_extensive(self, request: Request) -> Response:
        asked = await request.json()
        wanted = set((asked.get("filter") or {}).get("userIds") or ())
        users = [
            row for row in self._users.values() if not wanted or _user_id(row["owner_id"]) in wanted
        ]
        return self._page(request, asked, users, "users", NO_USERS, _user)

    async def _workspaces(self, request: Request) -> Response:
        workspace = {"id": WORKSPACE, "name": "Sales", "description": "All recorded calls"}
        return JSONResponse({"requestId": _request_id(), "workspaces": [workspace]})

    async def _trackers(self, request: Request) -> Response:
        if request.query_params.get("workspaceId") not in (None, WORKSPACE):
            return _refused(404, "No trackers found corresponding to the provided filters")
        trackers = [
            {
                "trackerId": str(_digest(name)),
                "trackerName": name,
                "workspaceId": WORKSPACE,
                "languageKeywords": [
                    {"language": "eng", "keywords": list(words), "includeRelatedForms": True}
                ],
                "affiliation": "Anyone",
                "partOfQuestion": False,
                "saidAt": "Anytime",
                "saidAtInterval": None,
                "saidAtUnit": None,
                "saidInTopics": [],
                "filterQuery": "{}",
                "created": "2025-06-30T09:00:00+02:00",
                "creatorUserId": None,
                "updated": "2025-06-30T09:00:00+02:00",
                "updaterUserId": None,
            }
            for name, words in TRACKERS.items()
        ]
        return JSONResponse({"requestId": _request_id(), "keywordTrackers": trackers})

    async def _scorecards(self, request: Request) -> Response:
        scorecard = {
            "scorecardId": str(_digest("scorecard")),
            "scorecardName": "Discovery",
            "workspaceId": WORKSPACE,
            "enabled": True,
            "updaterUserId": "-1",
            "created": "2025-06-30T09:00:00+02:00",
            "updated": "2025-06-30T09:00:00+02:00",
            "reviewMethod": "MANUAL",
            "questions": [],
        }
        return JSONResponse({"requestId": _request_id(), "scorecards": [scorecard]})

    async def _activity(self, request: Request) -> Response:
        """What each user did: of the calls, hosting. Not hidden from a key that sees no calls."""
        wanted = (await request.json()).get("filter") or {}
        begin, end = str(wanted["fromDate"]), str(wanted["toDate"])
        hosted = dict.fromkeys(self._users, 0)
        for call in self._matching({"fromDateTime": begin, "toDateTime": end}):
            hosted[call["owner_id"]] += 1
        stats = [
            {
                "userId": _user_id(owner_id),
                "userEmailAddress": self._users[owner_id]["email"],
                "userAggregateActivityStats": {"callsAsHost": count, "callsAttended": count},
            }
            for owner_id, count in hosted.items()
        ]
        return JSONResponse(
            {
                "requestId": _request_id(),
                "records": {
                    "totalRecords": len(stats),
                    "currentPageSize": len(stats),
                    "currentPageNumber": 0,
                },
                "usersAggregateActivityStats": stats,
                "timeZone": "UTC",
            }
        )


def _context(call: Record, selector: Mapping[str, Any]) -> list[Record]:
    """The CRM records a call belongs to: an account, and no, one or two opportunities."""
    ids = [("Account", call["account_id"])]
    ids += [("Opportunity", call[name]) for name in ("opportunity_id", "other_opportunity_id")]
    objects = []
    for kind, world_id in ids:
        if world_id is not None:
            # Some integrations of Gong store the short form of the ids.
            short = 15 if _number(call, "short") % 3 == 0 else 18
            fields = [{"name": "Name", "value": call["company_name"]}]
            objects += _timed_objects(kind, str(id_from_world(world_id))[:short], fields, selector)
    return [{"system": "Salesforce", "objects": objects}] if objects else []


def _party_context(speaker: Speaker, selector: Mapping[str, Any]) -> list[Record]:
    if speaker.contact_id is None or selector.get("context") not in ("Basic", "Extended"):
        return []
    fields = [{"name": "Title", "value": speaker.title}]
    objects = _timed_objects("Contact", str(id_from_world(speaker.contact_id)), fields, selector)
    return [{"system": "Salesforce", "objects": objects}]


def _timed_objects(
    kind: str, object_id: str, fields: list[Record], selector: Mapping[str, Any]
) -> list[Record]:
    """A CRM record, once for each time asked for; with fields only in the extended context."""
    is_extended = selector.get("context") == "Extended"
    return [
        {
            "objectType": kind,
            "objectId": object_id,
            "fields": fields if is_extended else [],
            "timing": timing,
        }
        for timing in (selector.get("contextTiming") or ["Now"])
    ]


def _content(call: Record, turns: Sequence[Turn]) -> Record:
    """What Gong makes of what was said; nothing before there is a transcript."""
    if not turns:
        return {"trackers": [], "topics": [], "structure": []}
    seconds: dict[str, int] = {}
    for turn in turns:
        spoken = sum(end - start for start, end, _ in turn.sentences) // 1000
        seconds[turn.topic] = seconds.get(turn.topic, 0) + spoken
    durations = [{"name": topic, "duration": length} for topic, length in seconds.items()]
    company, about = call["company_name"], call["service"]
    last = turns[-1]
    brief = f"{company} and Sealwright spoke about {about}."
    if call["concern"]:
        brief += " The buyer raised a concern."
    start, end, text = last.sentences[0]
    return {
        "structure": durations,
        "topics": durations,
        "trackers": _tracked(call, turns),
        "pointsOfInterest": {
            "actionItems": [
                {
                    "snippetStartTime": start // 1000,
                    "snippetEndTime": end // 1000,
                    "speakerID": _speaker_id(call, last.speaker),
                    "snippet": text,
                }
            ]
        },
        "brief": brief,
        "outline": [
            {
                "section": topic,
                "startTime": _first_start(turns, topic),
                "duration": float(length),
                "items": [{"text": f"They spoke about {topic.lower()}.", "startTime": None}],
            }
            for topic, length in seconds.items()
        ],
        "highlights": [
            {"title": "Next steps", "items": [{"text": text, "startTimes": [start / 1000]}]}
        ],
        "callOutcome": None
        if call["direction"] == "Conference"
        else {"id": "CONNECTED", "category": "Answered", "name": "Connected"},
        "keyPoints": [{"text": sentence} for sentence in brief.split(". ")],
    }


def _first_start(turns: Sequence[Turn], topic: str) -> float:
    return next(turn.sentences[0][0] for turn in turns if turn.topic == topic) / 1000


def _tracked(call: Record, turns: Sequence[Turn]) -> list[Record]:
    """Which trackers' words were said; tracker times are in seconds."""
    found = []
    for name, words in TRACKERS.items():
        phrases: dict[str, list[Record]] = {}
        for turn in turns:
            for start, _, text in turn.sentences:
                for word in words:
                    if word in text.lower():
                        phrases.setdefault(word, []).append(
                            {
                                "startTime": start / 1000,
                                "speakerId": _speaker_id(call, turn.speaker),
                            }
                        )
        found.append(
            {
                "id": str(_digest(name)),
                "name": name,
                "count": sum(map(len, phrases.values())),
                "type": "KEYWORD",
                "occurrences": [one for said in phrases.values() for one in said],
                "phrases": [
                    {"count": len(said), "occurrences": said, "phrase": word}
                    for word, said in phrases.items()
                ],
            }
        )
    return found


def _interaction(call: Record, turns: Sequence[Turn]) -> Record:
    """Who spoke how long, in seconds; empty before there is a transcript."""
    if not turns:
        return {"speakers": [], "interactionStats": [], "video": [], "questions": None}
    speakers = speakers_of(call)
    talk = dict.fromkeys(range(len(speakers)), 0)
    longest = 0
    asked = {True: 0, False: 0}
    for turn in turns:
        ours = speakers[turn.speaker].owner_id is not None
        length = turn.sentences[-1][1] - turn.sentences[0][0]
        talk[turn.speaker] += length
        longest = max(longest, length if ours else 0)
        asked[ours] += sum(text.endswith("?") for _, _, text in turn.sentences)
    ours_talked = sum(talk[place] for place, speaker in enumerate(speakers) if speaker.owner_id)
    return {
        "speakers": [
            {
                "id": str(_number(call, f"party {place}")),
                "userId": _user_id(speaker.owner_id) if speaker.owner_id else None,
                "talkTime": talk[place] / 1000,
            }
            for place, speaker in enumerate(speakers)
        ],
        "interactionStats": [
            {"name": "Talk Ratio", "value": round(ours_talked / sum(talk.values()), 3)},
            {"name": "Longest Monologue", "value": longest / 1000},
            {"name": "Interactivity", "value": round(len(turns) / 2, 1)},
        ],
        "video": [],
        "questions": {"companyCount": asked[True], "nonCompanyCount": asked[False]},
    }


def _comments(call: Record) -> list[Record]:
    if _number(call, "comment") % 15:
        return []
    return [
        {
            "id": str(_number(call, "comment id")),
            "audioStartTime": 30.0,
            "audioEndTime": 40.0,
            "commenterUserId": _user_id(call["owner_id"]),
            "comment": "Good question at the start.",
            "posted": (call["started_at"] + timedelta(days=1)).isoformat() + "+00:00",
            "inReplyTo": None,
            "duringCall": False,
        }
    ]


def _user(row: Record) -> Record:
    joined = row["updated_at"] + timedelta(hours=2)
    return {
        "id": _user_id(row["owner_id"]),
        "emailAddress": row["email"],
        "created": f"{joined.isoformat(timespec='milliseconds')}+02:00",
        "active": True,
        "emailAliases": [],
        "trustedEmailAddress": None,
        "firstName": row["first_name"],
        "lastName": row["last_name"],
        "title": "Account Executive",
        "phoneNumber": None,
        "extension": None,
        "personalMeetingUrls": [],
        "settings": {
            "webConferencesRecorded": True,
            "preventWebConferenceRecording": False,
            "telephonyCallsImported": True,
            "emailsImported": True,
            "preventEmailImport": False,
            "nonRecordedMeetingsImported": True,
            "gongConnectEnabled": True,
        },
        "managerId": None,
        "meetingConsentPageUrl": None,
        "conferencingProviders": None,
        "spokenLanguages": [],
    }


def _user_id(owner_id: str) -> str:
    return str(_digest(owner_id))


def _speaker_id(call: Record, place: int) -> str:
    return str(_number(call, f"speaker {place}"))


def _number(call: Record, purpose: str) -> int:
    """A number of up to 19 digits that belongs to a call and a purpose."""
    return _digest(f"{call['call_id']} {purpose}")


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def _time(text: Any) -> datetime | None:
    if text is None:
        return None
    parsed = datetime.fromisoformat(str(text))
    return parsed.astimezone(UTC).replace(tzinfo=None) if parsed.tzinfo else parsed


def _request_id() -> str:
    return "sandboxrequest00001"


def _error(text: str) -> Record:
    return {"requestId": _request_id(), "errors": [text]}


def _refused(status: int, text: str) -> Response:
    return JSONResponse(_error(text), status)
