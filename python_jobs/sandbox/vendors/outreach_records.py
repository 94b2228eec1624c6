"""Outreach's records: what each kind has, and how one is shown and changed.

Attribute and relationship names are the vendor's (docs.outreach.io, the API reference).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Data = dict[str, Any]
Records = dict[str, dict[int, "Resource"]]


@dataclass(frozen=True)
class Kind:
    """One kind of record.

    Attributes:
        type: in bodies. ``path``: in addresses.
        attributes: name to the value where a record says nothing.
        relations: name to the type of the other record.
        listed: relationships shown as the address of a list: name to its path and filter.
        filters: attributes that may be filtered by.
        read_only: attributes that nobody can write.
    """

    type: str
    path: str
    attributes: Mapping[str, Any]
    relations: Mapping[str, str] = field(default_factory=dict)
    listed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    filters: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()
    is_writable: bool = False


@dataclass
class Resource:
    """A record: attributes that are not as the kind has them anyway, and the numbers it names."""

    id: int
    attributes: Data
    relations: dict[str, int | list[int] | None]

    def merge(self, patch: Resource) -> None:
        """Take over what the patch says; the later of two changes dates the record."""
        changed = max(str(record.attributes.get("updatedAt") or "") for record in (self, patch))
        self.attributes.update(patch.attributes, updatedAt=changed)
        self.relations.update(patch.relations)

    def related(self, name: str) -> set[int]:
        """The numbers of a relationship."""
        value = self.relations.get(name)
        if value is None:
            return set()
        return set(value) if isinstance(value, list) else {value}

    def sort_key(self, name: str) -> tuple[bool, Any]:
        """For sorting by an attribute; null comes first."""
        value = self.attributes.get(name)
        return value is not None, "" if value is None else value

    def shown(self, kind: Kind, address: str) -> Data:
        """As JSON:API shows it. Ids are numbers, which JSON:API does not intend."""
        relationships: Data = {}
        for name, other in kind.relations.items():
            value = self.relations.get(name)
            linked: Any = None
            if isinstance(value, list):
                linked = [{"type": other, "id": number} for number in value]
            elif value is not None:
                linked = {"type": other, "id": value}
            relationships[name] = {"data": linked}
        for name, (path, by) in kind.listed.items():
            related = f"{address}/{path}?filter%5B{by}%5D%5Bid%5D={self.id}"
            relationships[name] = {"links": {"related": related}}
        return {
            "type": kind.type,
            "id": self.id,
            "attributes": {**kind.attributes, **self.attributes},
            "relationships": relationships,
            "links": {"self": f"{address}/{kind.path}/{self.id}"},
        }


def _named(text: str, **others: Any) -> Data:
    """Attributes in the order of ``text``, null unless ``others`` says otherwise."""
    return {name: others.get(name) for name in text.split()}


TIMES = ("createdAt", "updatedAt")
CUSTOM = " ".join(f"custom{number}" for number in range(1, 151))
COUNTS = ("bounceCount", "clickCount", "deliverCount", "openCount", "replyCount", "optOutCount")
_NO_COUNTS = dict.fromkeys((*COUNTS, "failureCount", "scheduleCount"), 0)

_KINDS = (
    Kind(
        "user",
        "users",
        _named(
            "email firstName lastName name username title locked createdAt updatedAt", locked=False
        ),
        filters=("email", "firstName", "lastName", "username", *TIMES),
    ),
    Kind(
        "mailbox",
        "mailboxes",
        _named(
            "authId createdAt editable email emailProvider maxEmailsPerDay maxMailingsPerDay"
            " maxMailingsPerWeek providerType sendDisabled sendErroredAt sendMaxRetries sendMethod"
            " sendPeriod sendPermanentErrorAt sendSuccessAt sendThreshold syncDisabled updatedAt"
            " userId username",
            editable=True,
            emailProvider="gmail_api",
            maxMailingsPerWeek=5000,
            providerType="GoogleAccount",
            sendDisabled=False,
            sendMaxRetries=10,
            sendMethod="gmail_api",
            sendPeriod=60,
            sendThreshold=10,
            syncDisabled=False,
        ),
        {"user": "user"},
        filters=("email", "userId", *TIMES),
    ),
    Kind(
        "stage",
        "stages",
        _named("color createdAt name order updatedAt"),
        filters=("name", *TIMES),
    ),
    Kind(
        "account",
        "accounts",
        _named(
            "buyerIntentScore companyType createdAt customId description domain externalSource"
            " industry linkedInUrl name named naturalName numberOfEmployees tags touchedAt"
            f" updatedAt websiteUrl {CUSTOM}",
            named=False,
            tags=[],
        ),
        {"owner": "user", "creator": "user"},
        filters=("name", "domain", "customId", "buyerIntentScore", "named", *TIMES),
        read_only=("touchedAt", *TIMES),
        is_writable=True,
    ),
    Kind(
        "prospect",
        "prospects",
        _named(
            "addedAt callOptedOut callsOptStatus campaignName clickCount company createdAt"
            " emailOptedOut emails emailsOptStatus emailsOptedAt engagedAt engagedScore"
            " externalId externalSource"
            " firstName lastName linkedInId linkedInUrl mobilePhones name occupation openCount"
            " optedOut optedOutAt replyCount tags timeZone timeZoneIana title touchedAt trashedAt"
            f" updatedAt workPhones {CUSTOM}",
            callOptedOut=False,
            clickCount=0,
            emailOptedOut=False,
            emails=[],
            engagedScore=0.0,
            mobilePhones=[],
            openCount=0,
            optedOut=False,
            replyCount=0,
            tags=[],
            workPhones=[],
        ),
        {
            "account": "account",
            "activeSequenceStates": "sequenceState",
            "owner": "user",
            "stage": "stage",
        },
        {
            "mailings": ("mailings", "prospect"),
            "sequenceStates": ("sequenceStates", "prospect"),
            "tasks": ("tasks", "prospect"),
        },
        filters=(
            *("emails", "firstName", "lastName", "title", "externalSource", "linkedInId"),
            *("timeZone", "engagedScore", "touchedAt", *TIMES),
        ),
        read_only=(
            *("clickCount", "engagedAt", "engagedScore", "openCount", "optedOutAt", "replyCount"),
            *("touchedAt", "trashedAt", *TIMES),
        ),
        is_writable=True,
    ),
    Kind(
        "template",
        "templates",
        {
            **_named(
                "archived archivedAt bodyHtml bodyText createdAt lastUsedAt name shareType subject"
                " tags trackLinks trackOpens updatedAt",
                archived=False,
                shareType="shared",
                tags=[],
                trackLinks=True,
                trackOpens=True,
            ),
            **_NO_COUNTS,
        },
        {"owner": "user", "creator": "user"},
        filters=("name", "shareType", *TIMES),
        read_only=("archivedAt", "bodyText", "lastUsedAt", *_NO_COUNTS, *TIMES),
        is_writable=True,
    ),
    Kind(
        "sequence",
        "sequences",
        {
            **_named(
                "automationPercentage createdAt description durationInDays enabled enabledAt"
                " finishOnReply lastUsedAt locked lockedAt maxActivations name primaryReplyAction"
                " primaryReplyPauseDuration scheduleIntervalType secondaryReplyAction"
                " sequenceStepCount sequenceType shareType tags throttleCapacity"
                " throttleMaxAddsPerDay throttlePaused throttlePausedAt transactional updatedAt",
                enabled=False,
                finishOnReply=True,
                locked=False,
                maxActivations=150,
                primaryReplyAction="finish",
                scheduleIntervalType="calendar",
                secondaryReplyAction="finish",
                sequenceStepCount=0,
                sequenceType="interval",
                shareType="shared",
                tags=[],
                throttleMaxAddsPerDay=50,
                throttlePaused=False,
                transactional=False,
            ),
            **_NO_COUNTS,
        },
        {"owner": "user", "sequenceSteps": "sequenceStep"},
        filters=("name", "shareType", "throttleCapacity", "throttleMaxAddsPerDay", *TIMES),
        read_only=(
            *("automationPercentage", "enabled", "enabledAt", "lastUsedAt", "locked", "lockedAt"),
            *("sequenceStepCount", *_NO_COUNTS, *TIMES),
        ),
        is_writable=True,
    ),
    Kind(
        "sequenceStep",
        "sequenceSteps",
        {
            **_named(
                "createdAt date displayName interval order stepType taskAutoskipDelay taskNote"
                " updatedAt"
            ),
            **_NO_COUNTS,
        },
        {"sequence": "sequence", "sequenceTemplates": "sequenceTemplate"},
        filters=("order", "stepType", *TIMES),
        read_only=("displayName", *_NO_COUNTS, *TIMES),
        is_writable=True,
    ),
    Kind(
        "sequenceTemplate",
        "sequenceTemplates",
        _named("createdAt enabled enabledAt isReply updatedAt", enabled=True, isReply=False),
        {"sequenceStep": "sequenceStep", "template": "template"},
        filters=("enabled", "isReply", *TIMES),
        read_only=("enabledAt", *TIMES),
        is_writable=True,
    ),
    Kind(
        "sequenceState",
        "sequenceStates",
        {
            **_named(
                "activeAt callCompletedAt createdAt errorReason pauseReason repliedAt state"
                " stateChangedAt updatedAt"
            ),
            **_NO_COUNTS,
            **dict.fromkeys(("negativeReplyCount", "neutralReplyCount", "positiveReplyCount"), 0),
        },
        {
            "account": "account",
            "creator": "user",
            "mailbox": "mailbox",
            "prospect": "prospect",
            "sequence": "sequence",
            "sequenceStep": "sequenceStep",
            "user": "user",
        },
        {
            "calls": ("calls", "sequenceState"),
            "mailings": ("mailings", "sequenceState"),
            "tasks": ("tasks", "sequenceState"),
        },
        filters=("state", "pauseReason", "repliedAt", "stateChangedAt", *TIMES),
    ),
    Kind(
        "mailing",
        "mailings",
        _named(
            "bodyHtml bodyText bouncedAt clickCount clickedAt createdAt deliveredAt errorReason"
            " mailboxAddress mailingType markedAsSpamAt messageId openCount openedAt"
            " overrideSafetySettings references repliedAt replySentiment retryCount scheduledAt"
            " state stateChangedAt subject trackLinks trackOpens unsubscribedAt updatedAt",
            clickCount=0,
            mailingType="sequence",
            openCount=0,
            overrideSafetySettings=False,
            references=[],
            retryCount=0,
            trackLinks=True,
            trackOpens=True,
        ),
        {
            "mailbox": "mailbox",
            "prospect": "prospect",
            "sequence": "sequence",
            "sequenceState": "sequenceState",
            "sequenceStep": "sequenceStep",
            "template": "template",
            "user": "user",
        },
        filters=(
            *("state", "mailingType", "messageId", "scheduledAt", "deliveredAt", "openedAt"),
            *("clickedAt", "repliedAt", "bouncedAt", "unsubscribedAt", *TIMES),
        ),
    ),
    Kind(
        "call",
        "calls",
        _named(
            "answeredAt completedAt createdAt dialedAt direction externalVendor from note outcome"
            " recordingUrl state stateChangedAt tags to uid updatedAt userCallType vendorCallId",
            direction="outbound",
            tags=[],
        ),
        {"prospect": "prospect", "sequenceState": "sequenceState", "user": "user"},
        filters=("outcome", "state", "from", "to", "direction", *TIMES),
    ),
    Kind(
        "task",
        "tasks",
        _named(
            "action autoskipAt completed completedAt createdAt dueAt note opportunityAssociation"
            " scheduledAt state stateChangedAt taskType updatedAt",
            completed=False,
            taskType="sequence_step",
        ),
        {"owner": "user", "prospect": "prospect", "sequenceState": "sequenceState"},
        filters=("state", "dueAt", "taskType", "completedAt", *TIMES),
    ),
)

KINDS: dict[str, Kind] = {kind.path: kind for kind in _KINDS}
