"""The objects of the sandbox's Salesforce org: their fields, and their records out of the world."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from python_jobs.ingest.salesforce_ids import id18
from python_jobs.sandbox.vendor import World
from python_jobs.sandbox.world.names import SELLERS, seller_address

Record = dict[str, Any]

VERSIONS = tuple(f"{number}.0" for number in range(31, 67))

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def id_of(prefix: str, number: int) -> str:
    """An 18-character id: the object's prefix, and a number in base 62."""
    digits = ""
    for _ in range(12):
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    return id18(prefix + digits)


def id_from_world(world_id: str | None) -> str | None:
    """The Salesforce id of a world's CRM id (prefix and sixteen hexadecimal digits, or a user)."""
    if world_id is None:
        return None
    if world_id.startswith("005owner"):
        return id_of("005", 1 + int(world_id.removeprefix("005owner")))
    return id_of(world_id[:3], int(world_id[3:], 16))


@dataclass(frozen=True)
class Field:
    """One field, as describe shows it."""

    name: str
    type: str
    length: int = 0
    required: bool = False
    read_only: bool = False
    external_id: bool = False
    id_lookup: bool = False
    refers_to: str | None = None
    values: tuple[str, ...] = ()
    restricted: bool = False

    @property
    def relation(self) -> str | None:
        """The name under which the record it refers to is reached."""
        if self.refers_to is None:
            return None
        return self.name.removesuffix("Id") if self.name.endswith("Id") else None

    @property
    def is_custom(self) -> bool:
        return self.name.endswith("__c")

    def described(self) -> Record:
        """The field in the form of the describe resource."""
        is_text = self.type in ("string", "textarea", "picklist", "url", "email", "phone")
        writable = not self.read_only
        return {
            "name": self.name,
            "label": self.name.removesuffix("__c").replace("_", " "),
            "type": self.type,
            "length": self.length if is_text else (18 if self.type in ("id", "reference") else 0),
            "calculated": False,
            "createable": writable,
            "updateable": writable,
            "custom": self.is_custom,
            "externalId": self.external_id,
            "idLookup": self.id_lookup,
            "unique": self.external_id,
            "nillable": not self.required,
            "filterable": self.type not in ("address", "textarea"),
            "sortable": self.type not in ("address", "textarea"),
            "compoundFieldName": "BillingAddress" if self.name.startswith("Billing") else None,
            "defaultedOnCreate": self.type == "boolean",
            "referenceTo": [self.refers_to] if self.refers_to else [],
            "relationshipName": self.relation,
            "restrictedPicklist": self.restricted,
            "picklistValues": [
                {"active": True, "defaultValue": False, "label": value, "value": value}
                for value in self.values
            ],
        }


@dataclass
class SObject:
    """One object: its key prefix and its fields."""

    name: str
    prefix: str
    fields: dict[str, Field] = field(default_factory=dict)

    def named(self, name: str) -> Field | None:
        """The field of that name, in whatever case it is written."""
        return self.fields.get(name) or next(
            (one for one in self.fields.values() if one.name.lower() == name.lower()), None
        )

    def described(self) -> Record:
        """The describe resource."""
        return {
            "name": self.name,
            "label": self.name,
            "keyPrefix": self.prefix,
            "custom": False,
            "createable": self.name != "OpportunityHistory",
            "updateable": self.name != "OpportunityHistory",
            "deletable": self.name not in ("OpportunityHistory", "User"),
            "queryable": True,
            "retrieveable": True,
            "replicateable": True,
            "fields": [one.described() for one in self.fields.values()],
        }


def _object(name: str, prefix: str, *fields: Field) -> SObject:
    """An object with the fields that every one has, and its own."""
    own = {one.name: one for one in fields}
    start = [
        Field("Id", "id", read_only=True, id_lookup=True),
        *([] if name == "User" else [Field("IsDeleted", "boolean", read_only=True)]),
    ]
    end = [
        Field("CreatedDate", "datetime", read_only=True),
        Field("CreatedById", "reference", read_only=True, refers_to="User"),
        Field("LastModifiedDate", "datetime", read_only=True),
        Field("LastModifiedById", "reference", read_only=True, refers_to="User"),
        Field("SystemModstamp", "datetime", read_only=True),
    ]
    if name == "OpportunityHistory":
        end = [one for one in end if not one.name.startswith("LastModified")]
    listed = {one.name: one for one in start} | own
    return SObject(name, prefix, listed | {one.name: one for one in end})


def _text(name: str, length: int = 255, **more: Any) -> Field:
    return Field(name, more.pop("type", "string"), length, **more)


def _pick(name: str, *values: str, length: int = 255, restricted: bool = False) -> Field:
    return Field(name, "picklist", length, values=values, restricted=restricted)


def _refers(name: str, to: str, **more: Any) -> Field:
    return Field(name, "reference", refers_to=to, **more)


STAGES = {
    "Discovery": (20, "Pipeline"),
    "Evaluation": (40, "Pipeline"),
    "Proposal": (65, "BestCase"),
    "Closed Won": (100, "Closed"),
    "Closed Lost": (0, "Omitted"),
}
BUYING_STAGES = ("Target", "Awareness", "Consideration", "Decision", "Purchase")

OBJECTS: dict[str, SObject] = {
    one.name: one
    for one in (
        _object(
            "Account",
            "001",
            _refers("MasterRecordId", "Account", read_only=True),
            _text("Name", required=True),
            _pick("Type", "Prospect", "Customer", "Partner"),
            _refers("ParentId", "Account"),
            _text("BillingCity", 40),
            _text("BillingState", 80),
            _text("BillingCountry", 80),
            Field("BillingAddress", "address", read_only=True),
            _text("Phone", 40, type="phone"),
            _text("Website", 255, type="url"),
            _pick("Industry"),
            Field("AnnualRevenue", "currency"),
            Field("NumberOfEmployees", "int"),
            _text("NaicsCode", 8),
            _text("Description", 32_000, type="textarea"),
            _refers("OwnerId", "User"),
            _text("Domain__c", 255, external_id=True, id_lookup=True),
            _text("LinkedIn_Company_URL__c", 255, type="url"),
            _text("Territory__c", 80),
            # what 6sense's package writes
            Field("accountIntentScore6sense__c", "double"),
            _pick("accountBuyingStage6sense__c", *BUYING_STAGES),
            _pick("accountProfileFit6sense__c", "Strong", "Moderate", "Weak"),
            Field("accountProfileScore6sense__c", "double"),
            Field("account6QA6sense__c", "boolean"),
            # what activation writes
            _pick("X6Sense_Buying_Stage__c", *BUYING_STAGES),
            Field("X6Sense_Intent_Score__c", "double"),
            _pick("X6Sense_Profile_Fit__c", "Strong", "Moderate", "Weak"),
            _text("X6Sense_Intent_Topic__c"),
            _text("X6Sense_Segments__c", 1_000),
            Field("X6Sense_Last_Surge_Date__c", "date"),
            Field("Intent_Score__c", "double"),
            _pick("Intent_Stage__c", "Cold", "Warm", "Hot", restricted=True),
            _pick("Intent_Surge__c", "Normal", "Surging", "Exploding", restricted=True),
            _text("Intent_Top_Lane__c", 80),
            _text("Intent_Why_Hot__c", 255),
            Field("Intent_Updated_At__c", "datetime"),
        ),
        _object(
            "Contact",
            "003",
            _refers("MasterRecordId", "Contact", read_only=True),
            _refers("AccountId", "Account"),
            _text("LastName", 80, required=True),
            _text("FirstName", 40),
            _text("Name", 121, read_only=True),
            _text("Email", 80, type="email", id_lookup=True),
            _text("Title", 128),
            _text("Phone", 40, type="phone"),
            _pick("LeadSource", "Web", "Phone Inquiry", "Partner Referral", "Other"),
            Field("HasOptedOutOfEmail", "boolean"),
            Field("DoNotCall", "boolean"),
            _refers("OwnerId", "User"),
            _text("LinkedIn_URL__c", 255, type="url"),
            _text("Tech_Stack__c", 1_000),
            _text("Company_News__c", 4_000, type="textarea"),
            _text("Signal_Source__c", 80),
            Field("Signal_Strength__c", "double"),
            Field("Do_Not_Contact__c", "boolean"),
            _text("Web_Visitor_Id__c", 80),
        ),
        _object(
            "Lead",
            "00Q",
            _refers("MasterRecordId", "Lead", read_only=True),
            _text("LastName", 80, required=True),
            _text("FirstName", 40),
            _text("Name", 121, read_only=True),
            _text("Company", 255, required=True),
            _text("Title", 128),
            _text("Email", 80, type="email", id_lookup=True),
            _text("Phone", 40, type="phone"),
            _text("Website", 255, type="url"),
            _text("Description", 32_000, type="textarea"),
            _pick("LeadSource", "Web", "Phone Inquiry", "Partner Referral", "Other"),
            Field("HasOptedOutOfEmail", "boolean"),
            _pick("Status", "Open - Not Contacted", "Working - Contacted", "Closed - Converted"),
            Field("IsConverted", "boolean", read_only=True),
            _refers("ConvertedAccountId", "Account", read_only=True),
            _refers("ConvertedContactId", "Contact", read_only=True),
            _refers("OwnerId", "User"),
            _pick("Request_Type__c", "reservation", "quote", "contact_sales"),
            Field("Requested_At__c", "datetime"),
            Field("Lead_Score__c", "double"),
            _text("Web_Visitor_Id__c", 80),
            _text("Web_Event_Id__c", 80),
        ),
        _object(
            "Opportunity",
            "006",
            _refers("AccountId", "Account"),
            _text("Name", 120, required=True),
            Field("StageName", "picklist", 255, required=True, values=tuple(STAGES)),
            Field("Amount", "currency"),
            Field("Probability", "percent"),
            Field("CloseDate", "date", required=True),
            _pick("Type", "New Customer", "Existing Customer"),
            Field("IsClosed", "boolean", read_only=True),
            Field("IsWon", "boolean", read_only=True),
            Field("ForecastCategory", "picklist", 40, read_only=True),
            _refers("OwnerId", "User"),
            _text("Loss_Reason__c", 255),
        ),
        _object(
            "OpportunityHistory",
            "008",
            _refers("OpportunityId", "Opportunity", read_only=True),
            Field("StageName", "picklist", 255, read_only=True),
            Field("Amount", "currency", read_only=True),
            Field("ExpectedRevenue", "currency", read_only=True),
            Field("CloseDate", "date", read_only=True),
            Field("Probability", "percent", read_only=True),
            Field("ForecastCategory", "picklist", 40, read_only=True),
        ),
        _object(
            "User",
            "005",
            _text("Username", 80, required=True),
            _text("LastName", 80, required=True),
            _text("FirstName", 40),
            _text("Name", 121, read_only=True),
            _text("Email", 128, type="email", required=True),
            _text("Title", 80),
            Field("IsActive", "boolean"),
            _refers("ManagerId", "User"),
        ),
        _object(
            "Task",
            "00T",
            _refers("WhoId", "Name"),
            _refers("WhatId", "Name"),
            _refers("AccountId", "Account", read_only=True),
            _refers("OwnerId", "User"),
            Field("Subject", "picklist", 255),
            Field("ActivityDate", "date"),
            _pick("Status", "Not Started", "In Progress", "Completed"),
            _pick("Priority", "High", "Normal", "Low"),
            Field("IsClosed", "boolean", read_only=True),
            _pick("Type", "Call", "Email", "Meeting"),
            _text("Description", 32_000, type="textarea"),
        ),
    )
}

INTEGRATION_USER = id_of("005", 1_000)
_STARTED = datetime(2016, 1, 4, 9)


def stamp(value: datetime | None) -> str | None:
    """A time as Salesforce writes it: ``2026-05-01T07:25:37.000+0000``; it keeps whole seconds."""
    return None if value is None else value.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _times(created: datetime, changed: datetime, by: str | None) -> Record:
    return {
        "CreatedDate": stamp(created),
        "CreatedById": by,
        "LastModifiedDate": stamp(changed),
        "LastModifiedById": by,
        "SystemModstamp": stamp(changed),
    }


def records_of(world: World) -> dict[str, list[Record]]:
    """Every object's records as the world has them now, by object."""
    return {
        "User": list(_users()),
        "Account": list(_accounts(world)),
        "Contact": list(_contacts(world)),
        "Lead": list(_leads(world)),
        "Opportunity": list(_opportunities(world)),
        "OpportunityHistory": list(_opportunity_history(world)),
        "Task": list(_tasks(world)),
    }


def _users() -> Iterable[Record]:
    people = [(1 + number, *who, "Account Executive") for number, who in enumerate(SELLERS)]
    for number, first, last, title in [*people, (1_000, "Warehouse", "Integration", None)]:
        address = seller_address(first, last)
        yield {
            "Id": id_of("005", number),
            "Username": address,
            "LastName": last,
            "FirstName": first,
            "Name": f"{first} {last}",
            "Email": address,
            "Title": title,
            "IsActive": True,
            "ManagerId": None,
            **_times(_STARTED, _STARTED, INTEGRATION_USER),
        }


def _latest(world: World, entity: str, key: str, columns: str = "*") -> list[Record]:
    return world.rows(
        f"select {columns} from {entity} where updated_at <= ? "
        f"qualify row_number() over (partition by {key} order by updated_at desc) = 1 "
        f"order by updated_at, {key}",
        [world.now],
    )


def _accounts(world: World) -> Iterable[Record]:
    intent = {
        row["account_domain"]: row
        for row in world.rows(
            "select * from intent_accounts where known_at <= ? qualify row_number() over "
            "(partition by account_domain order by observed_on desc, product) = 1",
            [world.now],
        )
    }
    taken: set[str] = set()
    for row in _latest(world, "accounts", "account_id"):
        domain = row["domain"]
        if domain and domain.lower() in taken:
            domain = None
        taken.add((domain or "").lower())
        observed = intent.get((row["domain"] or _host(row["website"])).lower(), {})
        changed = max(row["updated_at"], observed.get("known_at", row["updated_at"]))
        score, stage = observed.get("intent_score"), observed.get("buying_stage")
        place = {
            "BillingCity": row["city"],
            "BillingState": row["state"],
            "BillingCountry": row["country"],
        }
        owner = id_from_world(row["owner_id"])
        yield {
            "Id": id_from_world(row["account_id"]),
            "IsDeleted": False,
            "MasterRecordId": None,
            "Name": row["name"],
            "Type": row["account_type"].capitalize(),
            "ParentId": id_from_world(row["parent_account_id"]),
            **place,
            "BillingAddress": {
                name.removeprefix("Billing").lower(): value for name, value in place.items()
            },
            "Phone": None,
            "Website": row["website"],
            "Industry": row["industry"],
            "AnnualRevenue": row["annual_revenue_amount"],
            "NumberOfEmployees": row["employee_count"],
            "NaicsCode": row["naics"],
            "OwnerId": owner,
            "Domain__c": domain,
            "LinkedIn_Company_URL__c": row["linkedin_company_url"],
            "Territory__c": row["territory__c"],
            "accountIntentScore6sense__c": None if score is None else float(score),
            "accountBuyingStage6sense__c": stage,
            "accountProfileFit6sense__c": observed.get("profile_fit"),
            "accountProfileScore6sense__c": _number(observed.get("profile_score")),
            "account6QA6sense__c": stage in ("Decision", "Purchase"),
            **_times(row["created_at"], changed, owner),
        }


def _host(website: str | None) -> str:
    """The host of a web site as people type it, without what often stands before it."""
    host = (website or "").split("//")[-1].split("/")[0].lower()
    return host.removeprefix("www.").removeprefix("app.")


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _contacts(world: World) -> Iterable[Record]:
    for row in _latest(world, "contacts", "contact_id"):
        owner = id_from_world(row["owner_id"])
        yield {
            "Id": id_from_world(row["contact_id"]),
            "IsDeleted": False,
            "MasterRecordId": None,
            "AccountId": id_from_world(row["account_id"]),
            "LastName": row["last_name"],
            "FirstName": row["first_name"],
            "Name": _full_name(row),
            "Email": row["email"],
            "Title": row["title"],
            "Phone": row["phone"],
            "LeadSource": None,
            "HasOptedOutOfEmail": row["is_opted_out"],
            "DoNotCall": row["is_do_not_contact"],
            "OwnerId": owner,
            "LinkedIn_URL__c": row["linkedin_url"],
            "Do_Not_Contact__c": row["is_do_not_contact"],
            "Web_Visitor_Id__c": row["distinct_id"],
            **_times(row["created_at"], row["updated_at"], owner),
        }


def _full_name(row: Record) -> str:
    return " ".join(filter(None, (row["first_name"], row["last_name"])))


def _leads(world: World) -> Iterable[Record]:
    for row in world.rows(
        "select * from lead_requests where known_at <= ? order by known_at", [world.now]
    ):
        yield {
            "Id": id_of("00Q", int(row["lead_request_id"].removeprefix("lr_"), 16)),
            "IsDeleted": False,
            "MasterRecordId": None,
            "LastName": row["last_name"],
            "FirstName": row["first_name"],
            "Name": _full_name(row),
            "Company": row["company_name"] or "[not provided]",
            "Title": None,
            "Email": row["email"],
            "Phone": row["phone"],
            "Website": row["website"],
            "Description": row["message"],
            "LeadSource": "Web" if row["distinct_id"] else "Phone Inquiry",
            "Status": "Open - Not Contacted",
            "IsConverted": False,
            "OwnerId": INTEGRATION_USER,
            "Request_Type__c": row["request_type"],
            "Requested_At__c": stamp(row["occurred_at"]),
            "Lead_Score__c": _number(row["lead_score"]),
            "Web_Visitor_Id__c": row["distinct_id"],
            "Web_Event_Id__c": row["event_id"],
            **_times(row["known_at"], row["known_at"], INTEGRATION_USER),
        }


def _opportunities(world: World) -> Iterable[Record]:
    for row in _latest(world, "opportunities", "opportunity_id"):
        probability, category = STAGES[row["stage_name"]]
        owner = id_from_world(row["owner_id"])
        yield {
            "Id": id_from_world(row["opportunity_id"]),
            "IsDeleted": False,
            "AccountId": id_from_world(row["account_id"]),
            "Name": row["name"],
            "StageName": row["stage_name"],
            "Amount": row["amount"],
            "Probability": float(probability),
            "CloseDate": _day(row["close_date"]),
            "Type": "New Customer",
            "IsClosed": row["is_closed"],
            "IsWon": row["is_won"],
            "ForecastCategory": category,
            "OwnerId": owner,
            "Loss_Reason__c": row["loss_reason"],
            **_times(row["created_at"], row["updated_at"], owner),
        }


def _opportunity_history(world: World) -> Iterable[Record]:
    for row in world.rows(
        "select * from opportunities where updated_at <= ? order by updated_at, opportunity_id",
        [world.now],
    ):
        key = f"{row['opportunity_id']} {row['updated_at']}".encode()
        number = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big")
        probability, category = STAGES[row["stage_name"]]
        yield {
            "Id": id_of("008", number),
            "IsDeleted": False,
            "OpportunityId": id_from_world(row["opportunity_id"]),
            "StageName": row["stage_name"],
            "Amount": row["amount"],
            "ExpectedRevenue": row["amount"] * probability / 100,
            "CloseDate": _day(row["close_date"]),
            "Probability": float(probability),
            "ForecastCategory": category,
            "CreatedDate": stamp(row["updated_at"]),
            "CreatedById": id_from_world(row["owner_id"]),
            "SystemModstamp": stamp(row["updated_at"]),
        }


def _tasks(world: World) -> Iterable[Record]:
    for row in world.rows(
        "select * from lead_requests where known_at <= ? and crm_task_id is not null "
        "order by known_at",
        [world.now],
    ):
        yield {
            "Id": id_from_world(row["crm_task_id"]),
            "IsDeleted": False,
            "WhoId": id_of("00Q", int(row["lead_request_id"].removeprefix("lr_"), 16)),
            "WhatId": None,
            "AccountId": None,
            "OwnerId": INTEGRATION_USER,
            "Subject": "Call",
            "ActivityDate": _day(row["known_at"].date()),
            "Status": "Not Started",
            "Priority": "Normal",
            "IsClosed": False,
            "Type": "Call",
            "Description": row["message"],
            **_times(row["known_at"], row["known_at"], INTEGRATION_USER),
        }
