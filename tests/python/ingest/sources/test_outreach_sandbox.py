"""The sandbox's Outreach answers as the vendor's documentation says, also to writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from python_jobs.http import Patience
from python_jobs.ingest.sources.outreach import OutreachConfig, connect
from python_jobs.sandbox.commands import RunningSandbox, started_sandbox
from tests.python.ingest.sources.conftest import LAST_DAY

JSON_API = "application/vnd.api+json"

# Names that the vendor documents, a few of each kind; what a reader may rely on.
DOCUMENTED = {
    "prospects": (
        "addedAt callOptedOut callsOptStatus clickCount company createdAt custom1 custom150"
        " emailOptedOut emails emailsOptStatus emailsOptedAt engagedAt engagedScore externalId"
        " externalSource firstName lastName linkedInUrl name occupation openCount optedOut"
        " optedOutAt replyCount tags timeZone title touchedAt trashedAt updatedAt workPhones",
        "account activeSequenceStates mailings owner sequenceStates stage tasks",
    ),
    "accounts": (
        "buyerIntentScore createdAt customId domain externalSource industry name named naturalName"
        " numberOfEmployees tags touchedAt updatedAt websiteUrl",
        "owner creator",
    ),
    "sequences": (
        "automationPercentage bounceCount clickCount createdAt deliverCount description"
        " durationInDays enabled enabledAt failureCount finishOnReply lastUsedAt locked lockedAt"
        " maxActivations name openCount primaryReplyAction replyCount sequenceStepCount"
        " sequenceType shareType tags throttleCapacity throttleMaxAddsPerDay throttlePaused"
        " transactional updatedAt",
        "owner sequenceSteps",
    ),
    "sequenceSteps": (
        "bounceCount createdAt date displayName interval openCount order replyCount stepType"
        " taskAutoskipDelay taskNote updatedAt",
        "sequence sequenceTemplates",
    ),
    "sequenceStates": (
        "activeAt bounceCount callCompletedAt clickCount createdAt deliverCount errorReason"
        " failureCount negativeReplyCount neutralReplyCount openCount optOutCount pauseReason"
        " positiveReplyCount repliedAt replyCount scheduleCount state stateChangedAt updatedAt",
        "account calls creator mailbox mailings prospect sequence sequenceStep tasks user",
    ),
    "mailings": (
        "bodyText bouncedAt clickCount clickedAt createdAt deliveredAt errorReason mailboxAddress"
        " mailingType markedAsSpamAt messageId openCount openedAt overrideSafetySettings"
        " references repliedAt replySentiment retryCount scheduledAt state stateChangedAt subject"
        " trackLinks trackOpens unsubscribedAt updatedAt",
        "mailbox prospect sequence sequenceState sequenceStep template user",
    ),
    "mailboxes": (
        "authId createdAt editable email emailProvider maxEmailsPerDay maxMailingsPerDay"
        " maxMailingsPerWeek providerType sendDisabled sendErroredAt sendMaxRetries sendMethod"
        " sendPeriod sendPermanentErrorAt sendSuccessAt sendThreshold syncDisabled updatedAt"
        " userId username",
        "user",
    ),
    "templates": ("archived bodyHtml bodyText name shareType subject updatedAt", "owner"),
    "calls": (
        "answeredAt completedAt createdAt dialedAt direction externalVendor from note outcome"
        " recordingUrl state stateChangedAt tags to uid updatedAt userCallType vendorCallId",
        "prospect user",
    ),
    "tasks": (
        "action autoskipAt completed completedAt createdAt dueAt note opportunityAssociation"
        " scheduledAt state stateChangedAt taskType updatedAt",
        "owner prospect",
    ),
    "users": ("email firstName lastName name username locked createdAt updatedAt", ""),
    "stages": ("name order createdAt updatedAt", ""),
}


class Client:
    """Calls with a token; every answer as it came."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        api = connect(OutreachConfig.load(sandbox.url), Patience())  # type: ignore[arg-type]
        self._headers = {**api.auth.headers(), "Content-Type": JSON_API}
        self._base = api.base_url

    def __call__(
        self, method: str, path: str, body: Any = None, headers: Any = None, **params: Any
    ) -> requests.Response:
        return requests.request(
            method,
            self._base + path,
            params=params,
            data=None if body is None else json.dumps(body),
            headers={**self._headers, **(headers or {})},
            timeout=10,
        )

    def listed(self, path: str, **params: Any) -> list[dict[str, Any]]:
        answer = self("GET", path, **params)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]
        return found

    def create(self, kind: str, path: str, relations: Any = None, **attributes: Any) -> Any:
        data: dict[str, Any] = {"type": kind, "attributes": attributes}
        data["relationships"] = {
            name: {"data": {"type": other, "id": number}}
            for name, (other, number) in (relations or {}).items()
        }
        return self("POST", path, {"data": data})

    def enrol(self, prospect: int, sequence: int, mailbox: int = 1) -> Any:
        relations = {
            "prospect": ("prospect", prospect),
            "sequence": ("sequence", sequence),
            "mailbox": ("mailbox", mailbox),
        }
        return self.create("sequenceState", "/sequenceStates", relations)


@pytest.fixture(scope="module")
def client() -> Any:
    with started_sandbox(["--size", "tiny", "--as-of", LAST_DAY]) as running:
        yield Client(running)


def refused(answer: requests.Response) -> tuple[int, str, str]:
    [error] = answer.json()["errors"]
    return answer.status_code, error["id"], error["detail"]


def new_prospect(client: Client, email: str, **attributes: Any) -> int:
    answer = client.create("prospect", "/prospects", emails=[email], **attributes)
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["data"]["id"]
    return number


@pytest.mark.parametrize("path", DOCUMENTED)
def test_records_have_the_documented_fields(client: Client, path: str) -> None:
    record = client.listed(f"/{path}", **{"page[size]": 1})[0]
    attributes, relations = (set(names.split()) for names in DOCUMENTED[path])
    assert attributes <= set(record["attributes"])
    assert relations <= set(record["relationships"])
    assert isinstance(record["id"], int)


def test_pages_follow_links_to_the_end_without_a_gap_and_counts_are_on_request(
    client: Client,
) -> None:
    answer = client("GET", "/prospects", **{"page[size]": 50, "sort": "updatedAt"})
    assert answer.headers["Content-Type"] == JSON_API
    assert answer.json()["meta"]["count"] is None
    limit, org = answer.headers["X-RateLimit-Remaining"].split(", ")
    assert int(limit) < 10_000 < int(org)
    ids, link = [], answer.json()
    while True:
        ids += [record["id"] for record in link["data"]]
        if "links" not in link:
            break
        path = link["links"]["next"].partition("/api/v2")[2]
        link = client("GET", path).json()
    counted = client("GET", "/prospects", **{"count": "true"}).json()["meta"]["count"]
    assert len(ids) == len(set(ids)) == counted
    assert refused(client("GET", "/prospects", **{"page[size]": 1001}))[0] == 400


def test_filters_find_and_unknown_ones_are_refused(client: Client) -> None:
    someone = client.listed("/prospects", **{"page[size]": 1})[0]
    email = someone["attributes"]["emails"][0]
    found = client.listed("/prospects", **{"filter[emails]": f"NOBODY@x.com,{email.upper()}"})
    assert [record["id"] for record in found] == [someone["id"]]
    assert client.listed("/prospects", **{"filter[emails]": "nobody@example.com"}) == []
    states = client.listed("/sequenceStates", **{"filter[state]": "active,finished"})
    assert {state["attributes"]["state"] for state in states} == {"active", "finished"}
    prospect = states[0]["relationships"]["prospect"]["data"]["id"]
    mailings = client.listed("/mailings", **{"filter[prospect][id]": prospect})
    assert {m["relationships"]["prospect"]["data"]["id"] for m in mailings} <= {prospect}
    june = client.listed(
        "/mailings", **{"filter[updatedAt]": "2026-06-01T00:00:00Z..inf", "sort": "-updatedAt"}
    )
    times = [record["attributes"]["updatedAt"] for record in june]
    assert times
    assert times == sorted(times, reverse=True)
    assert min(times) >= "2026-06-01"
    bare = client.listed("/prospects", **{"fields[prospect]": "emails", "page[size]": 1})[0]
    assert set(bare["attributes"]) == {"emails"}
    assert refused(client("GET", "/prospects", **{"filter[externalId]": "1"}))[0] == 400


def test_bodies_need_the_content_type_and_calls_a_token(client: Client) -> None:
    body = {"data": {"type": "prospect", "attributes": {"emails": ["a@b.example"]}}}
    plain = client("POST", "/prospects", body, headers={"Content-Type": "application/json"})
    assert refused(plain)[:2] == (415, "unsupportedMediaType")
    anonymous = client("GET", "/prospects", headers={"Authorization": "Bearer no"})
    assert refused(anonymous)[:2] == (401, "unauthorizedRequest")
    assert refused(client("GET", "/prospects/999999"))[:2] == (404, "resourceNotFound")


def test_an_address_belongs_to_one_prospect(client: Client) -> None:
    number = new_prospect(client, "first@acme.example", firstName="A")
    again = client.create("prospect", "/prospects", emails=["FIRST@acme.example"])
    assert refused(again) == (
        422,
        "validationError",
        "Contacts email hash has already been taken.",
    )
    own = client.create("prospect", "/prospects", emails=["me@sealwright.example"])
    assert "excluded email address" in refused(own)[2]
    long = client.create("prospect", "/prospects", emails=["l@acme.example"], firstName="x" * 51)
    assert refused(long)[:2] == (422, "validationDataTooLongError")
    body = {"type": "prospect", "id": number, "attributes": {"emails": ["first@acme.example"]}}
    resent = client("PATCH", f"/prospects/{number}", {"data": body})
    assert refused(resent)[:2] == (422, "validationDuplicateValueError")
    body["attributes"] = {"custom3": "88"}
    changed = client("PATCH", f"/prospects/{number}", {"data": body}).json()["data"]
    assert changed["attributes"]["custom3"] == "88"
    assert changed["attributes"]["firstName"] == "A"
    missing = client("PATCH", "/prospects/999999", {"data": {**body, "id": 999999}})
    assert refused(missing) == (
        404,
        "resourceNotFound",
        "Could not find 'prospect' with ID '999999'.",
    )


def test_a_lost_race_is_taken_on_create_and_found_on_the_next_look(client: Client) -> None:
    email = "raced.someone@acme.example"
    assert client.listed("/prospects", **{"filter[emails]": email}) == []
    lost = client.create("prospect", "/prospects", emails=[email])
    assert refused(lost)[2] == "Contacts email hash has already been taken."
    assert len(client.listed("/prospects", **{"filter[emails]": email})) == 1


def test_a_prospect_enters_a_sequence_once_and_is_shown_in_it(client: Client) -> None:
    number = new_prospect(client, "once@acme.example")
    made = client.enrol(number, 1)
    assert made.status_code == 201
    state = made.json()["data"]
    assert state["attributes"]["state"] == "active"
    shown = client("GET", f"/prospects/{number}").json()["data"]["relationships"]
    assert shown["activeSequenceStates"]["data"] == [{"type": "sequenceState", "id": state["id"]}]
    [mailing] = client.listed("/mailings", **{"filter[sequenceState][id]": state["id"]})
    assert mailing["attributes"]["state"] == "scheduled"
    assert "is already in this sequence" in refused(client.enrol(number, 1))[2]
    assert client("POST", f"/sequenceStates/{state['id']}/actions/pause").status_code == 200
    assert refused(client("POST", f"/sequenceStates/{state['id']}/actions/pause"))[0] == 422
    assert client("POST", f"/sequenceStates/{state['id']}/actions/resume").status_code == 200
    done = client("POST", f"/sequenceStates/{state['id']}/actions/finish").json()["data"]
    assert done["attributes"]["state"] == "finished"
    assert "has already been in this sequence" in refused(client.enrol(number, 1))[2]


def test_what_bars_an_enrolment_is_said(client: Client) -> None:
    number = new_prospect(client, "barred@acme.example")
    assert "can't be blank" in refused(client.create("sequenceState", "/sequenceStates"))[2]
    assert "Mailbox is not enabled" in refused(client.enrol(number, 1, mailbox=12))[2]
    template = client.create("template", "/templates", name="T", subject="S", bodyHtml="<p>B</p>")
    sequence = client.create("sequence", "/sequences", name="Mine").json()["data"]["id"]
    related = {"sequence": ("sequence", sequence)}
    step = client.create(
        "sequenceStep", "/sequenceSteps", related, stepType="auto_email", order=1, interval=0
    )
    related = {
        "sequenceStep": ("sequenceStep", step.json()["data"]["id"]),
        "template": ("template", template.json()["data"]["id"]),
    }
    assert client.create("sequenceTemplate", "/sequenceTemplates", related).status_code == 201
    assert "Sequence is not enabled" in refused(client.enrol(number, sequence))[2]
    assert client("POST", f"/sequences/{sequence}/actions/activate").status_code == 200
    assert client.enrol(number, sequence).status_code == 201
    other = new_prospect(client, "exclusive@acme.example")
    assert client.enrol(other, 4).status_code == 201
    assert "another exclusive sequence" in refused(client.enrol(other, 2))[2]


def test_who_opted_out_is_enrolled_and_not_written_to(client: Client) -> None:
    number = new_prospect(client, "out@acme.example", optedOut=True)
    made = client.enrol(number, 2)
    assert made.status_code == 201
    state = made.json()["data"]["id"]
    assert client.listed("/mailings", **{"filter[sequenceState][id]": state}) == []


def test_a_batch_waits_until_its_count_is_confirmed_and_tells_of_each_record(
    client: Client,
) -> None:
    ids = [new_prospect(client, f"batch{n}@acme.example") for n in range(3)]
    client.enrol(ids[0], 3)
    attributes = {"ids": ids, "sequenceId": 3, "mailboxId": 1}
    body = {"data": {"type": "batch", "attributes": attributes}}
    batch = client("POST", "/batches/actions/prospectsAddToSequence", body).json()["data"]
    assert batch["attributes"]["total"] == 3
    path = f"/batches/{batch['id']}"
    assert client.listed("/sequenceStates", **{"filter[prospect][id]": ids[1]}) == []
    wrong = client("POST", f"{path}/actions/confirm", **{"actionParams[confirmedCount]": 2})
    assert refused(wrong)[0] == 422
    right = client("POST", f"{path}/actions/confirm", **{"actionParams[confirmedCount]": 3})
    assert right.status_code == 200
    assert client("GET", path).json()["data"]["attributes"]["pending"] == 3
    ended = client("GET", path).json()["data"]["attributes"]
    assert (ended["state"], ended["pending"], ended["failures"]) == ("finished", 0, 1)
    items = client.listed("/batchItems", **{"filter[batchId]": batch["id"]})
    assert [item["attributes"]["failed"] for item in items] == [True, False, False]
    assert "already in this sequence" in items[0]["attributes"]["info"]


def test_without_ids_and_filter_a_batch_is_of_everybody(client: Client) -> None:
    body = {"data": {"type": "batch", "attributes": {"sequenceId": 5, "mailboxId": 1}}}
    batch = client("POST", "/batches/actions/prospectsAddToSequence", body).json()["data"]
    counted = client("GET", "/prospects", **{"count": "true"}).json()["meta"]["count"]
    assert batch["attributes"]["total"] == counted > 100


def test_what_was_written_stays_when_days_go_by(client: Client) -> None:
    number = new_prospect(client, "stays@acme.example")
    of_the_world = client.listed("/prospects", **{"page[size]": 1})[0]["id"]
    for prospect in (number, of_the_world):
        body = {"type": "prospect", "id": prospect, "attributes": {"custom1": "kept"}}
        client("PATCH", f"/prospects/{prospect}", {"data": body})
    client.enrol(number, 1)
    client.sandbox.post("/advance", days=2)
    for prospect in (number, of_the_world):
        shown = client("GET", f"/prospects/{prospect}").json()["data"]
        assert shown["attributes"]["custom1"] == "kept"
    assert len(client.listed("/sequenceStates", **{"filter[prospect][id]": number})) == 1
