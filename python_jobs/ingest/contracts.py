"""The column contracts of `gtm load`: what each entity's rows must and may hold.

Two shapes of entity:

- *state*: a record that changes. Its raw table keeps one row per version, the whole record as JSON.
- *events*: something that happened. Its raw table has one typed column per contract column, and the
  first arrival of an id wins.

Kinds of column: ``text``; ``timestamp`` (with or without an offset, stored as naive UTC); ``date``;
``number`` (below 10^15); ``integer`` (below 10^9); ``boolean``; ``json`` (one object).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from python_jobs.errors import ConfigurationError

Kind = Literal["text", "timestamp", "date", "number", "integer", "boolean", "json"]
Shape = Literal["state", "events"]

LONG_TEXT = 8_192
"""Characters kept of a url, path, referrer or user agent; what is longer is cut."""


@dataclass(frozen=True)
class Column:
    """One contract column. ``max_length`` is in characters; longer text is cut to it."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    max_length: int | None = None


@dataclass(frozen=True)
class Contract:
    """What one entity's rows look like, and how their key and version are made.

    ``version_from`` names the columns whose first value is the version of a state record;
    ``known_from`` the column that says when the version became known (none: at its time).

    What a connector lands has two more traits. ``is_observed``: the vendor does not say when a
    record changes, so a new version is one with other content, dated when we saw it; only the
    first is dated by ``version_from``, where there is such a time. ``first_known_from``: the first
    version of a record that we land counts from this time on, because it was so, as far as we can
    tell, before we looked.
    """

    entity: str
    shape: Shape
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    version_from: tuple[str, ...] = ()
    known_from: str | None = None
    source: str = "files"
    is_observed: bool = False
    first_known_from: str | None = None

    @property
    def table(self) -> str:
        """Name of the entity's table in schema ``raw``."""
        return self.entity if self.source == "files" else f"{self.source}__{self.entity}"

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def raw_columns(self) -> tuple[tuple[str, Kind], ...]:
        """Name and kind of each column of the entity's table in schema ``raw``."""
        if self.shape == "state":
            return STATE_COLUMNS
        return (*((c.name, c.kind) for c in self.columns), ("loaded_at", "timestamp"))

    @property
    def raw_key(self) -> tuple[str, ...]:
        """The primary key of the raw table."""
        return ("record_id", "version_at") if self.shape == "state" else self.key


STATE_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("record_id", "text"),
    ("version_at", "timestamp"),
    ("known_at", "timestamp"),
    ("payload", "json"),
    ("payload_hash", "text"),
    ("loaded_at", "timestamp"),
)


def _text(name: str, meaning: str, required: bool = False) -> Column:
    return Column(name, "text", meaning, required)


def _long(name: str, meaning: str) -> Column:
    return Column(name, "text", f"{meaning}; cut at {LONG_TEXT:,} characters", False, LONG_TEXT)


def _time(name: str, meaning: str, required: bool = False) -> Column:
    return Column(name, "timestamp", meaning, required)


_CREATED = _time("created_at", "when the record was made")
_UPDATED = _time("updated_at", "when the record last changed; each value is kept as one version")
_OWNER = _text("owner_id", "CRM id of the owner")
_KNOWN = _time("known_at", "when the source or we learnt of it; empty means when it happened")
_COMPANY_DOMAIN = _text("account_domain", "the company's web domain")

ACCOUNTS = Contract(
    entity="accounts",
    shape="state",
    meaning="Companies, as the CRM or a list has them.",
    key=("account_id",),
    version_from=("updated_at", "created_at"),
    columns=(
        _text("account_id", "id of the company in its source", required=True),
        _text("name", "company name"),
        _text("website", "web site, as typed"),
        _text("domain", "web domain, if the source has it apart"),
        _text("parent_account_id", "account_id of the company that owns it"),
        _text("industry", "industry, in the source's words"),
        _text("naics", "NAICS code"),
        Column("employee_count", "integer", "employees"),
        Column("annual_revenue_amount", "number", "revenue of a year, in one currency"),
        _text("country", "country"),
        _text("state", "state or region"),
        _text("city", "city"),
        _text("account_type", "prospect, customer or partner"),
        _OWNER,
        _CREATED,
        _UPDATED,
    ),
)

CONTACTS = Contract(
    entity="contacts",
    shape="state",
    meaning="People the CRM knows.",
    key=("contact_id",),
    version_from=("updated_at", "created_at"),
    columns=(
        _text("contact_id", "id of the person in the CRM", required=True),
        _text("email", "e-mail address"),
        _text("first_name", "first name"),
        _text("last_name", "last name"),
        _text("title", "job title"),
        _text("account_id", "account_id of the company the person works for"),
        _text("phone", "telephone number"),
        _text("linkedin_url", "LinkedIn profile"),
        _OWNER,
        _text("distinct_id", "web analytics id, once the person has been identified"),
        Column("is_opted_out", "boolean", "does not want e-mail"),
        Column("is_do_not_contact", "boolean", "must not be contacted at all"),
        _CREATED,
        _UPDATED,
    ),
)

OPPORTUNITIES = Contract(
    entity="opportunities",
    shape="state",
    meaning="Deals in the CRM.",
    key=("opportunity_id",),
    version_from=("updated_at", "created_at"),
    columns=(
        _text("opportunity_id", "id of the deal in the CRM", required=True),
        _text("account_id", "account_id of the buying company"),
        _text("name", "name of the deal"),
        _text("stage_name", "stage, in the CRM's words"),
        Column("amount", "number", "value of the deal, in one currency"),
        Column("is_closed", "boolean", "the deal is over"),
        Column("is_won", "boolean", "the deal was won"),
        Column("is_deleted", "boolean", "the deal was deleted: neither open, nor won, nor lost"),
        Column("close_date", "date", "day it closed, or is expected to"),
        _text("loss_reason", "why it was lost, in the CRM's words"),
        _OWNER,
        _CREATED,
        _UPDATED,
    ),
)

WEB_EVENTS = Contract(
    entity="web_events",
    shape="events",
    meaning="What visitors did on the web site.",
    key=("event_id",),
    columns=(
        _text("event_id", "id of the event; the first arrival of an id is kept", required=True),
        _time("occurred_at", "when it happened", required=True),
        _text("event_name", "page_view, cta_click, form_started, form_submitted, …", required=True),
        _KNOWN,
        _long("url", "full address of the page"),
        _long("path", "path of the page; taken from url when empty"),
        _long("referrer", "address of the page before"),
        _text("distinct_id", "web analytics id of the visitor"),
        _text("email", "e-mail address, when the visitor gave it"),
        _text("account_domain", "company domain, when the event says it (reverse IP, form)"),
        _text("account_key", "account key, when the event is already attributed"),
        _text("content_type", "kind of page, as score_weights has it; empty: an event rule tells"),
        _text("lane", "service lane, as registry lanes has it; empty: an event rule tells"),
        _text("cta_id", "which call to action was clicked"),
        _long("user_agent", "browser, for telling bots"),
        Column("properties", "json", "anything else, as one JSON object"),
    ),
)

LEAD_REQUESTS = Contract(
    entity="lead_requests",
    shape="state",
    meaning="Visitors who asked for a reservation, a quote or sales contact.",
    key=("lead_request_id",),
    version_from=("occurred_at",),
    known_from="known_at",
    columns=(
        _text("lead_request_id", "id of the request", required=True),
        _time("occurred_at", "when it was sent", required=True),
        _text("request_type", "reservation, quote or contact_sales"),
        _text("email", "e-mail address given"),
        _text("first_name", "first name given"),
        _text("last_name", "last name given"),
        _text("company_name", "company given"),
        _text("website", "web site given"),
        _text("phone", "telephone number given"),
        _text("message", "what the visitor wrote"),
        Column("lead_score", "number", "the source's own score of the request"),
        _text("distinct_id", "web analytics id of the visitor"),
        _text("event_id", "event_id of the web event that submitted the form"),
        _text("crm_lead_id", "CRM id of the lead made from it"),
        _text("crm_task_id", "CRM id of the task made from it"),
        _KNOWN,
    ),
)

INTENT_ACCOUNTS = Contract(
    entity="intent_accounts",
    shape="state",
    meaning="Third-party intent (6sense): one row per company, product and day observed.",
    key=("account_domain", "product", "observed_on"),
    version_from=("observed_on",),
    known_from="known_at",
    columns=(
        _text("account_domain", "the company's web domain", required=True),
        Column("observed_on", "date", "day of the observation", required=True),
        _text("product", "vendor product (model) the intent is for"),
        Column("intent_score", "number", "0–100"),
        _text("buying_stage", "Target, Awareness, Consideration, Decision or Purchase"),
        _text("profile_fit", "Strong, Moderate or Weak"),
        Column("profile_score", "number", "0–100"),
        _text("segments", "segments, separated by ; or as a JSON list"),
        _text("topics", "topics (keywords), separated by ; or as a JSON list"),
        _KNOWN,
    ),
)

PRODUCT_USERS = Contract(
    entity="product_users",
    shape="state",
    meaning="Users of the product, from its database.",
    key=("user_id",),
    version_from=("updated_at", "created_at"),
    columns=(
        _text("user_id", "id of the user in the product", required=True),
        _text("email", "e-mail address"),
        _text("first_name", "first name"),
        _text("last_name", "last name"),
        _text("distinct_id", "web analytics id"),
        _COMPANY_DOMAIN,
        _text("company_name", "company"),
        Column("company_size", "integer", "employees; turn a band into a number with --sql"),
        _text("industry", "industry"),
        _text("plan", "plan, such as pro_trial"),
        _time("created_at", "when the user signed up"),
        _UPDATED,
    ),
)

PRODUCT_EVENTS = Contract(
    entity="product_events",
    shape="events",
    meaning="What users did in the product.",
    key=("event_id",),
    columns=(
        _text("event_id", "id of the event; the first arrival of an id is kept", required=True),
        _text("user_id", "user_id of the user", required=True),
        _text("event_name", "such as notarization_completed", required=True),
        _time("occurred_at", "when it happened", required=True),
        _KNOWN,
        _text("team_id", "team of the user"),
        Column("properties", "json", "anything else, as one JSON object"),
    ),
)

JOB_POSTINGS = Contract(
    entity="job_postings",
    shape="state",
    meaning="Open positions on companies' public job boards.",
    key=("posting_id",),
    version_from=("observed_at", "posted_at"),
    known_from="observed_at",
    columns=(
        _text("posting_id", "id of the posting on its board", required=True),
        _text("title", "job title", required=True),
        _text("company_name", "company"),
        _COMPANY_DOMAIN,
        _text("department", "department"),
        _text("location", "place"),
        _text("description", "text of the posting"),
        _long("url", "address of the posting"),
        _time("posted_at", "when it was put up"),
        _time("observed_at", "when we saw it; each value is kept as one version"),
        _time("closed_at", "when it was taken down"),
    ),
)

FIRMOGRAPHICS = Contract(
    entity="firmographics",
    shape="state",
    meaning="What a data vendor says of companies: one row per company, vendor and day observed.",
    key=("account_domain", "source", "observed_on"),
    version_from=("observed_on",),
    known_from="known_at",
    columns=(
        _text("account_domain", "the company's web domain", required=True),
        _text("source", "the vendor, such as zoominfo, apollo, clearbit", required=True),
        Column("observed_on", "date", "day of the observation", required=True),
        _text("company_name", "company"),
        Column("employee_count", "integer", "employees"),
        _text("employee_range", "employees as a band, as the vendor gives it"),
        Column("revenue_amount", "number", "revenue of a year, in US dollars"),
        _text("industry", "industry, in the vendor's words"),
        _text("naics", "NAICS code"),
        _text("hq_country", "country of the head office"),
        _text("parent_domain", "web domain of the company that owns it"),
        Column("founded_year", "integer", "year it was founded"),
        _text("funding_stage", "latest round, such as Series B"),
        Column("funding_amount", "number", "money raised in all, in US dollars"),
        Column("last_funded_on", "date", "day of the latest round"),
        _KNOWN,
    ),
)

TECHNOGRAPHICS = Contract(
    entity="technographics",
    shape="state",
    meaning="What a data vendor says companies use: one row per company, vendor and technology.",
    key=("account_domain", "source", "technology"),
    version_from=("last_seen_on", "first_seen_on"),
    known_from="known_at",
    columns=(
        _text("account_domain", "the company's web domain", required=True),
        _text("source", "the vendor, such as builtwith, zoominfo", required=True),
        _text("technology", "name of the technology", required=True),
        _text("category", "kind of technology, in the vendor's words"),
        Column("first_seen_on", "date", "day it was first detected"),
        Column("last_seen_on", "date", "day it was last detected; each value is one version"),
        _KNOWN,
    ),
)

CALLS = Contract(
    entity="calls",
    shape="state",
    meaning="Recorded calls and meetings.",
    key=("call_id",),
    version_from=("updated_at", "started_at"),
    known_from="known_at",
    columns=(
        _text("call_id", "id of the call in its source", required=True),
        _time("started_at", "when it began", required=True),
        _text("title", "title of the meeting"),
        Column("duration_seconds", "integer", "length in seconds"),
        _text("direction", "Inbound, Outbound or Conference"),
        _text("language", "language, as a code such as en"),
        _text("rep_id", "id of the seller whose call it is"),
        _text("rep_name", "the seller's name"),
        _text("rep_email", "the seller's e-mail address"),
        _text("account_id", "account_id of the company it was with"),
        _COMPANY_DOMAIN,
        _text("opportunity_id", "opportunity_id of the deal it was about"),
        _text("brief", "the recorder's own summary"),
        _long("url", "address of the recording"),
        _UPDATED,
        _KNOWN,
    ),
)

TRANSCRIPTS = Contract(
    entity="transcripts",
    shape="events",
    meaning="What was said in calls: one row a sentence.",
    key=("call_id", "position"),
    columns=(
        _text("call_id", "call_id of the call", required=True),
        Column("position", "integer", "place of the sentence in the call, from 0", required=True),
        _time("occurred_at", "when it was said; the call's start will do", required=True),
        _text("text", "the sentence", required=True),
        _text("speaker", "who says it: the same text for the same speaker", required=True),
        _text("speaker_name", "the speaker's name"),
        _text("speaker_email", "the speaker's e-mail address"),
        _text("speaker_title", "the speaker's job title"),
        Column("is_internal", "boolean", "the speaker is one of ours"),
        _text("topic", "what it is about, if the recorder says so"),
        Column("starts_ms", "integer", "milliseconds from the call's start to its first word"),
        Column("ends_ms", "integer", "milliseconds from the call's start to the end of its last"),
        _KNOWN,
    ),
)

CONTRACTS: dict[str, Contract] = {
    contract.entity: contract
    for contract in (
        ACCOUNTS,
        CONTACTS,
        OPPORTUNITIES,
        WEB_EVENTS,
        LEAD_REQUESTS,
        INTENT_ACCOUNTS,
        PRODUCT_USERS,
        PRODUCT_EVENTS,
        JOB_POSTINGS,
        FIRMOGRAPHICS,
        TECHNOGRAPHICS,
        CALLS,
        TRANSCRIPTS,
    )
}


def contract_of(entity: str) -> Contract:
    """The contract of an entity.

    Raises:
        ConfigurationError: there is no such entity; the message names those there are.
    """
    try:
        return CONTRACTS[entity]
    except KeyError:
        raise ConfigurationError(
            f"there is no entity '{entity}': use one of {', '.join(CONTRACTS)}"
        ) from None
