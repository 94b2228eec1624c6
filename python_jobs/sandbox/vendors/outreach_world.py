"""Outreach's records as they follow from the world: its people, mailings and calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from python_jobs.ingest.reading import the_file
from python_jobs.sandbox.vendor import World, iso
from python_jobs.sandbox.vendors.outreach_records import COUNTS, Data, Records, Resource

STAGES = ("Cold", "Approaching", "Replied", "Interested", "Not Interested", "Unresponsive")


def account_number(account_id: str) -> int:
    """Outreach's number of a CRM account: fits a JSON number, and is always the same."""
    return int(account_id[3:], 16) >> 12


def load_world(world: World) -> Records:
    """Every record of the world that is known now, by path and number."""
    reader = _Reader(world)
    mailings = reader.latest("mailings", "mailing_id")
    states = reader.latest("sequence_states", "sequence_state_id")
    prospects = reader.prospects()
    steps = reader.latest("steps", "step_id")
    by_state = _Tally("sequence_state_id", mailings)
    by_prospect = _Tally("prospect_id", mailings)
    by_sequence = _Tally("sequence_id", mailings)
    in_order = sorted(mailings, key=lambda row: row["created_at"])
    reached = {row["sequence_state_id"]: row["step_id"] for row in in_order}
    account_of = {row["prospect_id"]: account_number(row["account_id"]) for row in prospects}
    mailbox_of = {row["user_id"]: row for row in reader.latest("mailboxes", "mailbox_id")}
    records = [
        ("users", _users(reader.latest("users", "user_id"))),
        ("mailboxes", _mailboxes(list(mailbox_of.values()))),
        ("stages", _stages(reader.latest("sequences", "sequence_id"))),
        ("accounts", _accounts(reader.accounts())),
        ("prospects", [_prospect(row, by_prospect, account_of) for row in prospects]),
        ("templates", [_template(row) for row in steps if row["body"]]),
        (
            "sequences",
            [
                _sequence(
                    row, by_sequence, [s for s in steps if s["sequence_id"] == row["sequence_id"]]
                )
                for row in reader.latest("sequences", "sequence_id")
            ],
        ),
        ("sequenceSteps", [_step(row) for row in steps]),
        ("sequenceTemplates", [_sequence_template(row) for row in steps if row["body"]]),
        ("sequenceStates", [_state(row, by_state, account_of, reached) for row in states]),
        (
            "mailings",
            [_mailing(row, mailbox_of, {s["step_id"]: s for s in steps}) for row in mailings],
        ),
        ("calls", [_call(row) for row in reader.latest("calls", "call_id")]),
        ("tasks", [_task(row) for row in reader.latest("tasks", "task_id")]),
    ]
    return {path: {record.id: record for record in made} for path, made in records}


class _Reader:
    """The world's files of the sending tool, as of now."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._folder = world.folder / "mailings"

    def _rows_of(self, name: str) -> str:
        return f"read_parquet({the_file(self._folder / f'{name}.parquet')})"

    def latest(self, name: str, key: str) -> list[Data]:
        """The last version of every record of a file."""
        return self._world.rows(
            f"select * from {self._rows_of(name)} where updated_at <= ? "
            f"qualify row_number() over (partition by {key} order by updated_at desc) = 1 "
            f"order by {key}",
            [self._world.now],
        )

    def prospects(self) -> list[Data]:
        """Prospects, and what the CRM says of their contacts."""
        return self._world.rows(
            f"""
            with latest as (
                select * from {self._rows_of("prospects")} where updated_at <= ?
                qualify row_number() over (partition by prospect_id order by updated_at desc) = 1
            ), people as (
                select * from contacts
                qualify row_number() over (partition by contact_id order by updated_at) = 1
            ), companies as (
                select account_id, name from accounts
                qualify row_number() over (partition by account_id order by updated_at) = 1
            )
            select latest.*, people.phone, people.linkedin_url, companies.name as company
            from latest
            left join people using (contact_id)
            left join companies on companies.account_id = latest.account_id
            order by prospect_id
            """,
            [self._world.now],
        )

    def accounts(self) -> list[Data]:
        """The accounts of prospects."""
        return self._world.rows(
            f"""
            with wanted as (
                select account_id, min(created_at) as since, min(user_id) as user_id
                from {self._rows_of("prospects")}
                where created_at <= ? group by 1
            )
            select accounts.*, wanted.since, wanted.user_id
            from accounts join wanted using (account_id)
            where updated_at <= ?
            qualify row_number() over (partition by account_id order by updated_at desc) = 1
            order by account_id
            """,
            [self._world.now, self._world.now],
        )


class _Tally:
    """Counts of what happened to mailings, by the record they belong to."""

    def __init__(self, key: str, mailings: Sequence[Data]) -> None:
        self._counts: dict[int, Counter[str]] = defaultdict(Counter)
        self.touched: dict[int, datetime] = {}
        self.changed: dict[int, datetime] = {}
        for row in mailings:
            number = row[key]
            count = self._counts[number]
            count["bounceCount"] += row["bounced_at"] is not None
            count["deliverCount"] += row["delivered_at"] is not None
            count["replyCount"] += row["replied_at"] is not None
            count["optOutCount"] += row["unsubscribed_at"] is not None
            count["openCount"] += row["open_count"]
            count["clickCount"] += row["click_count"]
            self.touched[number] = max(row["created_at"], self.touched.get(number, datetime.min))
            self.changed[number] = max(row["updated_at"], self.changed.get(number, datetime.min))

    def counts(self, number: int, names: Sequence[str] = COUNTS) -> Data:
        """The counts of one record."""
        found = self._counts.get(number, Counter())
        return {name: found[name] for name in names}

    def times(self, number: int, row: Data) -> Data:
        """createdAt and updatedAt: a mailing's change is one of the record."""
        changed = max(row["updated_at"], self.changed.get(number, datetime.min))
        return {
            "createdAt": iso(row.get("created_at", row["updated_at"])),
            "updatedAt": iso(changed),
        }


def _times(row: Data) -> Data:
    return {
        "createdAt": iso(row.get("created_at", row["updated_at"])),
        "updatedAt": iso(row["updated_at"]),
    }


def _users(rows: Sequence[Data]) -> list[Resource]:
    return [
        Resource(
            row["user_id"],
            {
                "email": row["email"],
                "firstName": row["first_name"],
                "lastName": row["last_name"],
                "name": f"{row['first_name']} {row['last_name']}",
                "username": row["email"],
                **_times(row),
            },
            {},
        )
        for row in rows
    ]


def _mailboxes(rows: Sequence[Data]) -> list[Resource]:
    return [
        Resource(
            row["mailbox_id"],
            {
                "email": row["email"],
                "username": row["email"],
                "userId": row["user_id"],
                "sendDisabled": row["is_send_disabled"],
                "sendPermanentErrorAt": iso(row["updated_at"]) if row["is_send_disabled"] else None,
                **_times(row),
            },
            {"user": row["user_id"]},
        )
        for row in rows
    ]


def _stages(sequences: Sequence[Data]) -> list[Resource]:
    """As old as the sequences."""
    times = _times(sequences[0])
    return [
        Resource(index + 1, {"name": name, "order": index, **times}, {})
        for index, name in enumerate(STAGES)
    ]


def _accounts(rows: Sequence[Data]) -> list[Resource]:
    return [
        Resource(
            account_number(row["account_id"]),
            {
                "name": row["name"],
                "naturalName": row["name"],
                "domain": row["domain"],
                "customId": row["account_id"],
                "externalSource": "crm",
                "industry": row["industry"],
                "numberOfEmployees": row["employee_count"],
                "websiteUrl": row["website"],
                "linkedInUrl": row["linkedin_company_url"],
                "createdAt": iso(row["since"]),
                "updatedAt": iso(max(row["updated_at"], row["since"])),
            },
            {"owner": row["user_id"], "creator": row["user_id"]},
        )
        for row in rows
    ]


def _prospect(row: Data, tally: _Tally, account_of: Mapping[int, int]) -> Resource:
    number = row["prospect_id"]
    counts = tally.counts(number, ("openCount", "clickCount", "replyCount"))
    out = row["is_opted_out"]
    return Resource(
        number,
        {
            "addedAt": iso(row["created_at"]),
            "company": row["company"],
            "emails": [row["email"]],
            "emailOptedOut": out,
            "emailsOptStatus": "opted_out" if out else None,
            "emailsOptedAt": iso(row["opted_out_at"]),
            "engagedScore": float(counts["openCount"] + 3 * counts["replyCount"]),
            "externalId": row["contact_id"],
            "externalSource": "crm",
            "firstName": row["first_name"],
            "lastName": row["last_name"],
            "linkedInUrl": row["linkedin_url"],
            "name": f"{row['first_name']} {row['last_name']}",
            "occupation": row["title"],
            "optedOut": out,
            "optedOutAt": iso(row["opted_out_at"]),
            "title": row["title"],
            "touchedAt": iso(tally.touched.get(number)),
            "workPhones": [row["phone"]] if row["phone"] else [],
            **counts,
            **tally.times(number, row),
        },
        {
            "account": account_of[number],
            "owner": row["user_id"],
            "stage": 3 if counts["replyCount"] else 2 if number in tally.touched else 1,
        },
    )


def _template(row: Data) -> Resource:
    return Resource(
        row["step_id"],
        {
            "name": f"{row['sequence_id']}.{row['step_order']} {row['subject']}",
            "subject": row["subject"],
            "bodyText": row["body"],
            "bodyHtml": "".join(f"<p>{part}</p>" for part in row["body"].split("\n\n")),
            **_times(row),
        },
        {"owner": 1, "creator": 1},
    )


def _sequence(row: Data, tally: _Tally, steps: Sequence[Data]) -> Resource:
    number = row["sequence_id"]
    by_itself = sum(step["step_type"] == "auto_email" for step in steps)
    return Resource(
        number,
        {
            "name": row["name"],
            "tags": [row["signal_name"]],
            "enabled": True,
            "enabledAt": iso(row["updated_at"]),
            "sequenceStepCount": len(steps),
            "durationInDays": max(step["after_days"] for step in steps),
            "automationPercentage": by_itself / len(steps),
            "lastUsedAt": iso(tally.touched.get(number)),
            **tally.counts(number),
            **tally.times(number, row),
        },
        {"owner": 1, "sequenceSteps": [step["step_id"] for step in steps]},
    )


def _step(row: Data) -> Resource:
    shown = row["step_type"].replace("_", " ").title()
    return Resource(
        row["step_id"],
        {
            "displayName": f"Step #{row['step_order']} ({shown})",
            "interval": row["after_days"] * 86_400,
            "order": row["step_order"],
            "stepType": row["step_type"],
            **_times(row),
        },
        {
            "sequence": row["sequence_id"],
            "sequenceTemplates": [row["step_id"]] if row["body"] else [],
        },
    )


def _sequence_template(row: Data) -> Resource:
    number = row["step_id"]
    return Resource(number, _times(row), {"sequenceStep": number, "template": number})


def _state(
    row: Data, tally: _Tally, account_of: Mapping[int, int], reached: Mapping[int, int]
) -> Resource:
    number = row["sequence_state_id"]
    counts = tally.counts(number)
    return Resource(
        number,
        {
            "state": row["state"],
            "activeAt": iso(row["created_at"]),
            "stateChangedAt": iso(row["updated_at"]),
            "repliedAt": iso(row["replied_at"]),
            "positiveReplyCount": counts["replyCount"],
            **counts,
            **tally.times(number, row),
        },
        {
            "account": account_of[row["prospect_id"]],
            "creator": row["user_id"],
            "mailbox": row["user_id"],
            "prospect": row["prospect_id"],
            "sequence": row["sequence_id"],
            "sequenceStep": reached.get(number),
            "user": row["user_id"],
        },
    )


def _mailing(row: Data, mailbox_of: Mapping[int, Data], steps: Mapping[int, Data]) -> Resource:
    step, sender = steps[row["step_id"]], mailbox_of[row["user_id"]]["email"]
    happened = ("delivered", "bounced", "opened", "clicked", "replied", "unsubscribed")
    return Resource(
        row["mailing_id"],
        {
            "state": row["state"],
            "stateChangedAt": iso(row["updated_at"]),
            "scheduledAt": iso(row["created_at"]),
            **{f"{name}At": iso(row[f"{name}_at"]) for name in happened},
            "openCount": row["open_count"],
            "clickCount": row["click_count"],
            "errorReason": "The address does not exist." if row["bounced_at"] else None,
            "mailboxAddress": sender,
            "messageId": f"<{row['mailing_id']}.{sender}>",
            "subject": step["subject"],
            "bodyText": step["body"],
            **_times(row),
        },
        {
            "mailbox": row["user_id"],
            "prospect": row["prospect_id"],
            "sequence": row["sequence_id"],
            "sequenceState": row["sequence_state_id"],
            "sequenceStep": row["step_id"],
            "template": row["step_id"],
            "user": row["user_id"],
        },
    )


def _call(row: Data) -> Resource:
    at = iso(row["updated_at"])
    answered = row["outcome"] in ("Connected", "Meeting Scheduled")
    return Resource(
        row["call_id"],
        {
            "state": "completed",
            "outcome": row["outcome"],
            "dialedAt": at,
            "answeredAt": at if answered else None,
            "completedAt": at,
            "stateChangedAt": at,
            "uid": f"call-{row['call_id']}",
            **_times(row),
        },
        {
            "prospect": row["prospect_id"],
            "sequenceState": row["sequence_state_id"],
            "user": row["user_id"],
        },
    )


def _task(row: Data) -> Resource:
    return Resource(
        row["task_id"],
        {
            "action": "action_item",
            "state": row["state"],
            "completed": row["state"] == "completed",
            "completedAt": iso(row["completed_at"]),
            "dueAt": iso(row["created_at"]),
            "stateChangedAt": iso(row["updated_at"]),
            **_times(row),
        },
        {
            "owner": row["user_id"],
            "prospect": row["prospect_id"],
            "sequenceState": row["sequence_state_id"],
        },
    )
