"""6sense: third-party intent of accounts, and the people to write to.

| entity | from | grain | schedule |
|---|---|---|---|
| account_scores | people/score, by one known e-mail, no credits | account and day | daily |
| segment_export | a table shared into the warehouse | account, product and day | daily |
| segments | company/segment/{id} | segment and account | daily |
| people | search/people, of qualifying accounts | account and person | daily |
| people_enrichment | enrichment/people, a credit a match | person | daily |

Nothing at 6sense lists the accounts that surge. The scores that it syncs into Salesforce come with
the Salesforce connector; a segment export as a file with ``gtm load intent_accounts``; both say
more at once than the scoring API, which tells one account a call and 100 a minute: 50,000 accounts
take 8.5 hours of calls, so 10 days with SIXSENSE_ACCOUNTS_PER_RUN=5000 (50 minutes a day).

Each product (model) of 6sense scores apart. A product that is not in an answer has no score, which
is not a score of zero: a token may hide scores.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from operator import or_
from typing import Any, ClassVar

import pyarrow as pa
from pydantic import Field, SecretStr

from python_jobs.errors import ConfigurationError, PermanentError, QuotaExhausted
from python_jobs.http import Api, Auth, Limit, Patience, Refused, TurnedAway, Verdict
from python_jobs.ingest.connector import (
    Check,
    Entity,
    Page,
    Pull,
    Record,
    Source,
    SourceConfig,
    in_parallel,
    reshaped,
    tried,
)
from python_jobs.ingest.contracts import INTENT_ACCOUNTS, Column, Contract
from python_jobs.ingest.credits import CreditLedger, Settled
from python_jobs.ingest.records import FAILED_BECAUSE, value_at
from python_jobs.warehouse import Warehouse, is_of_an_engine

logger = logging.getLogger(__name__)

GENERAL_LIMIT = Limit(100, 60)
PEOPLE_LIMIT = Limit(20, 1)
MORE_ATTEMPTS = 3
"""A 429 of 6sense does not say how long to wait, and its window is a minute: be more patient."""

BAD_INPUT = (400, 422)
"""What 6sense answers to a value that it cannot read."""

LARGEST_FILTER = 10
LARGEST_ENRICHMENT = 25
PEOPLE_PAGE = 100
SCORES_AT_ONCE = 50
EXPORT_WINDOW_DAYS = 30
EXPORT_OVERLAP = timedelta(days=3)
EXPORT_BATCH = 10_000
NO_PRODUCT = "default"
"""The product of an exported row that names none."""

_TABLE_NAME = re.compile(
    r'("[^"]+"|[A-Za-z_][A-Za-z0-9_$]*)(\.("[^"]+"|[A-Za-z_][A-Za-z0-9_$]*)){0,2}'
)


class SixSenseConfig(SourceConfig):
    """A token for each API group, which accounts qualify, and whom to look for in them."""

    scoring_token: SecretStr | None = Field(default=None, alias="SIXSENSE_SCORING_TOKEN")
    credits_token: SecretStr | None = Field(default=None, alias="SIXSENSE_CREDITS_TOKEN")
    segments_token: SecretStr | None = Field(default=None, alias="SIXSENSE_SEGMENTS_TOKEN")
    scribe_url: str = Field(default="https://scribe.6sense.com", alias="SIXSENSE_SCRIBE_URL")
    api_url: str = Field(default="https://api.6sense.com", alias="SIXSENSE_API_URL")
    export_table: str | None = Field(default=None, alias="SIXSENSE_EXPORT_TABLE")

    accounts_per_run: int = Field(default=500, alias="SIXSENSE_ACCOUNTS_PER_RUN", gt=0)
    qualifying_stages: str = Field(default="Decision,Purchase", alias="SIXSENSE_QUALIFYING_STAGES")
    qualifying_fits: str = Field(default="Strong,Moderate", alias="SIXSENSE_QUALIFYING_FITS")
    qualifying_above: float = Field(default=60, alias="SIXSENSE_QUALIFYING_ABOVE")
    qualifying_days: int = Field(default=30, alias="SIXSENSE_QUALIFYING_DAYS", gt=0)
    people_levels: str = Field(default="C-Level,VP,Director", alias="SIXSENSE_PEOPLE_LEVELS")
    people_functions: str = Field(
        default="Operations,Legal,Compliance,Product", alias="SIXSENSE_PEOPLE_FUNCTIONS"
    )
    people_per_account: int = Field(default=3, alias="SIXSENSE_PEOPLE_PER_ACCOUNT", gt=0)
    enrichment_credits_per_run: int = Field(
        default=0, alias="SIXSENSE_ENRICHMENT_CREDITS_PER_RUN", ge=0
    )
    credit_expiry_days: int = Field(default=90, alias="SIXSENSE_CREDIT_EXPIRY_DAYS", gt=0)

    in_sandbox: ClassVar[dict[str, str]] = {
        "scoring_token": "sandbox-scoring-".ljust(40, "0"),
        "credits_token": "sandbox-credits-".ljust(40, "0"),
        "segments_token": "sandbox-segments-".ljust(40, "0"),
        "scribe_url": "{url}/sixsense/scribe",
        "api_url": "{url}/sixsense/api",
    }

    def missing(self) -> list[str]:
        """One way in is enough."""
        ways = ("scoring_token", "credits_token", "segments_token", "export_table")
        if any(getattr(self, way) is not None for way in ways):
            return []
        names = [str(type(self).model_fields[way].alias) for way in ways]
        return [f"{', '.join(names[:-1])} or {names[-1]}"]


class SixSense:
    """6sense's hosts, each with the token of its API group."""

    paced_entities = ("account_scores", "segments")
    """Which share the general limit; the others share that of people, and their credits."""

    def __init__(self, config: SixSenseConfig, patience: Patience) -> None:
        patience = dataclasses.replace(
            patience, attempts=patience.attempts + MORE_ATTEMPTS, longest_backoff=60
        )

        def api(url: str, token: SecretStr | None, limit: Limit) -> Api:
            secret = token.get_secret_value() if token else ""
            auth = Auth({"Authorization": f"Token {secret}"})
            return Api("6sense", url, auth, [limit], judge=_judge, patience=patience)

        self.config = config
        self._scoring = api(config.scribe_url, config.scoring_token, GENERAL_LIMIT)
        self._segments = api(config.scribe_url, config.segments_token, GENERAL_LIMIT)
        self._people = api(config.api_url, config.credits_token, PEOPLE_LIMIT)
        # the limit is the customer's, not the token's
        self._segments.pacer = self._scoring.pacer

    @property
    def calls(self) -> int:
        """Calls sent so far."""
        return self._scoring.calls + self._segments.calls + self._people.calls

    def score(self, fields: Record) -> Record | None:
        """What people/score says of a person and her company; None when 6sense knows neither."""
        found: Record | None = self._scoring.json(
            "POST", "/v2/people/score", reads=True, data=fields
        )
        return found

    def segments(self) -> list[Record]:
        """The segments there are: id and name.

        Raises:
            PermanentError: there is no such list, which is not a list of none.
        """
        found = self._segments.json("GET", "/v1/company/segments")
        if found is None:
            raise PermanentError(
                "6sense has no list of segments for SIXSENSE_SEGMENTS_TOKEN: what landed is kept; "
                "its API may have changed"
            )
        listed = found.get("segments", []) if isinstance(found, dict) else found
        return list(listed or [])

    def segment(self, segment_id: str) -> list[Record]:
        """The accounts in a segment now; none once it has been deleted."""
        found = self._segments.json("GET", f"/v1/company/segment/{segment_id}")
        return list(found["accounts"]) if found else []

    def search(self, domain: str, page: int) -> list[Record]:
        """One page of a company's people at the configured levels and functions; no e-mails."""
        found = self._people.json(
            "POST",
            "/v2/search/people",
            reads=True,
            json={
                "domain": [domain],
                "level": _filter(self.config.people_levels, "SIXSENSE_PEOPLE_LEVELS"),
                "function": _filter(self.config.people_functions, "SIXSENSE_PEOPLE_FUNCTIONS"),
                "pageNo": page,
                "pageSize": PEOPLE_PAGE,
            },
        )
        return list(found["people"]) if found else []

    def dictionary(self) -> Record:
        """The values that the filters of a search may have."""
        found: Record = self._people.json("GET", "/v2/search/dictionary")
        return found

    def enrich(self, people_ids: Sequence[str]) -> list[Record]:
        """People with their e-mail addresses, a credit each: fewer than asked, in any order."""
        found = self._people.json(
            "POST",
            "/v2/enrichment/people",
            json=[{"peopleId": one, "referenceKeys": {"peopleId": one}} for one in people_ids],
        )
        return list(found["contacts"]) if found else []


def read_account_scores(pull: Pull) -> Iterator[Page]:
    """The accounts whose scores are oldest, those never asked for first, then the active ones."""
    if (
        only_tells_of_today(pull, "6sense")
        or not _is_set(pull, "scoring_token", "account_scores")
        or not _is_built(pull.warehouse, "marts", "dim_accounts", "account_scores")
    ):
        return
    today = pull.end.date()
    due = pull.warehouse.rows(DUE, [datetime.combine(today, datetime.min.time())])
    chosen = due if pull.mode == "full" else due[: pull.config.accounts_per_run]
    minutes = len(chosen) * GENERAL_LIMIT.seconds / GENERAL_LIMIT.calls / 60
    logger.info(
        "6sense: %s accounts to score, %s in this run (about %s minutes)",
        f"{len(due):,}",
        f"{len(chosen):,}",
        f"{minutes:,.0f}",
    )
    answered, scored = 0, 0
    for number, account in enumerate(chosen, start=1):
        records = _score_records(pull.api, account, today)
        answered += records[0]["is_match"]
        scored += "scores" in records[0]
        yield Page(records, total=len(chosen), is_costly=number % SCORES_AT_ONCE == 0)
    if answered and not scored:
        logger.warning(
            "6sense: none of %s answers held scores: the token hides them; switch scores on for it "
            "in 6sense (Settings, Integrations, API tokens)",
            f"{answered:,}",
        )


# One person an account, at the account's own domain: her address leads 6sense to the company.
DUE = """
with people as (
    select account_key, email
    from marts.dim_people
    where not is_do_not_contact
        and (
            split_part(email, '@', 2) = account_key
            or split_part(email, '@', 2) like '%.' || account_key
        )
    qualify row_number() over (partition by account_key order by is_opted_out, person_id) = 1
),

scored as (
    select split_part(record_id, '|', 1) as domain, max(version_at) as scored_at
    from raw.sixsense__account_scores
    group by 1
)

select
    accounts.account_key as domain,
    accounts.account_name,
    accounts.country,
    people.email
from marts.dim_accounts as accounts
inner join people on accounts.account_key = people.account_key
left join scored on accounts.account_key = scored.domain
where scored.scored_at is null or scored.scored_at < ?
order by
    scored.scored_at asc nulls first,
    accounts.last_seen_at desc nulls last,
    accounts.account_key
"""


def _score_form(account: Record) -> Record:
    form = {
        "email": account["email"],
        "country": account["country"],
        "company": account["account_name"],
        "website": account["domain"],
    }
    return {name: value for name, value in form.items() if value}


def _score_records(api: SixSense, account: Record, today: date) -> list[Record]:
    """The answer without what is not a score, and each of those with why it is set aside.

    An account that 6sense cannot be asked about has no score, and is set aside too.
    """
    asked = {"domain": account["domain"], "observed_on": today.isoformat()}
    try:
        answer = api.score(_score_form(account))
    except Refused as refused:
        if refused.response.status_code not in BAD_INPUT:
            raise
        reason = "6sense does not take its person's address, its name or its country"
        return [{**asked, "is_match": False}, {"domain": account["domain"], FAILED_BECAUSE: reason}]
    record: Record = {**asked, "is_match": answer is not None}
    if answer is None or "scores" not in answer:
        return [record]
    found = answer["scores"] or []
    good = [score for score in found if isinstance(score, dict) and score.get("product")]
    bad = [score for score in found if score not in good]
    return [
        {**record, "scores": good},
        *({"score": score, FAILED_BECAUSE: "the score names no product"} for score in bad),
    ]


def read_segment_export(pull: Pull) -> Iterator[Page]:
    """The rows of the shared table, by the days they were observed on."""
    table = pull.config.export_table
    if table is None:
        return
    if not _TABLE_NAME.fullmatch(table):
        raise ConfigurationError("SIXSENSE_EXPORT_TABLE is not the name of a table: correct it")
    for start, stop in pull.windows("observed_on", EXPORT_WINDOW_DAYS, EXPORT_OVERLAP):
        rows = _exported(pull.warehouse, table, start.date(), stop.date())
        for batch in rows.to_batches(max_chunksize=EXPORT_BATCH):
            yield Page([_exported_record(row) for row in batch.to_pylist()])
        yield Page(checkpoint={"observed_on": stop.isoformat()})


def _exported(warehouse: Warehouse, table: str, first: date, last: date) -> pa.Table:
    try:
        return warehouse.arrow(
            f"select * from {table} where cast(observed_on as date) between ? and ?", [first, last]
        )
    except Exception as error:
        if not is_of_an_engine(error):
            raise
        raise ConfigurationError(
            "the table that SIXSENSE_EXPORT_TABLE names cannot be read, or has no column "
            "observed_on: grant it to the role, or make a view with the columns of "
            "`gtm load --describe intent_accounts`"
        ) from None


def _exported_record(row: Record) -> Record:
    record = {name.lower(): _plain(value) for name, value in row.items() if value not in (None, "")}
    if isinstance(record.get("account_domain"), str):
        record["account_domain"] = record["account_domain"].strip().lower()
    return {"product": NO_PRODUCT, **record}


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def read_segments(pull: Pull) -> Iterator[Page]:
    """One page a segment, which is complete: accounts not in it have left it."""
    if not _is_set(pull, "segments_token", "segments"):
        return
    names = {str(segment["id"]): segment.get("name") for segment in pull.api.segments()}
    known = pull.warehouse.rows(
        "select distinct split_part(record_id, '|', 1) as segment_id from raw.sixsense__segments"
    )
    for segment_id in sorted({*names, *(row["segment_id"] for row in known)}):
        accounts = pull.api.segment(segment_id) if segment_id in names else []
        named = {"segment_id": segment_id, "segment_name": names.get(segment_id)}
        yield Page(reshaped(accounts, partial(or_, named)), complete=segment_id)


def read_people(pull: Pull) -> Iterator[Page]:
    """Who is there, at the levels and functions sought, in every account that qualifies."""
    if not _is_set(pull, "credits_token", "people"):
        return
    today = pull.end.date().isoformat()
    domains = sorted(qualifying_accounts(pull.warehouse, pull.config, pull.end, "people"))
    if pull.state.get("day") == today:
        domains = [domain for domain in domains if domain > pull.state["domain"]]
    yield from in_parallel(
        domains,
        partial(_people_of, pull.api),
        lambda domain: {"day": today, "domain": domain},
    )
    yield Page(checkpoint={})


def _people_of(api: SixSense, domain: str) -> Iterator[Page]:
    """The people of one account as one snapshot, however many answers they come in."""
    records: list[dict[str, Any]] = []
    for number in itertools.count(1):
        people = api.search(domain, number)
        records += reshaped(people, partial(or_, {"domain": domain}))
        if len(people) < PEOPLE_PAGE:
            break
    yield Page(records, complete=domain)


def qualifying_accounts(
    warehouse: Warehouse, config: SixSenseConfig, now: datetime, entity: str
) -> list[str]:
    """Domains of the accounts whose latest row of any product qualifies, the highest score first.

    They come from every way in. None before the first build, and ``entity`` is said to wait for it.
    """
    if not _is_built(warehouse, "intermediate", "int_account_keys", entity):
        return []
    stages, fits = _listed(config.qualifying_stages), _listed(config.qualifying_fits)
    today = now.date()
    rows = warehouse.rows(
        "with observed as ("
        "select keys.company_domain, intent.* "
        "from intermediate.int_intent_accounts_collected as intent "
        "inner join intermediate.int_account_keys as keys "
        "on intent.account_domain = keys.domain_reference "
        "where intent.is_current and intent.observed_on between ? and ?), "
        "latest as ("
        "select company_domain, buying_stage, profile_fit, intent_score from observed "
        "qualify row_number() over ("
        "partition by company_domain, product order by observed_on desc, version_at desc, "
        "intent_score desc nulls last) = 1) "
        "select company_domain as domain, max(intent_score) as intent_score from latest "
        f"where buying_stage in ({', '.join('?' * len(stages))}) "
        f"and profile_fit in ({', '.join('?' * len(fits))}) and intent_score > ? "
        "group by 1 order by 2 desc, 1",
        [
            today - timedelta(days=config.qualifying_days),
            today,
            *stages,
            *fits,
            config.qualifying_above,
        ],
    )
    return [row["domain"] for row in rows]


def read_people_enrichment(pull: Pull) -> Iterator[Page]:
    """The best people of each qualifying account, as far as the run's credits go."""
    left = pull.config.enrichment_credits_per_run
    if (
        not left
        or only_tells_of_today(pull, "6sense")
        or not _is_set(pull, "credits_token", "people_enrichment")
    ):
        return
    expiry = timedelta(days=pull.config.credit_expiry_days)
    ledger = CreditLedger("sixsense", pull.warehouse, expiry, pull.end)
    ledger.settle_interrupted()
    wanted = ledger.unpaid(_best_people(pull))
    while left and wanted:
        asked = wanted[: min(left, LARGEST_ENRICHMENT)]
        wanted = wanted[len(asked) :]
        run_id = ledger.intend(asked)
        try:
            contacts = pull.api.enrich(asked)
        except (QuotaExhausted, TurnedAway, PermanentError, ConfigurationError):
            ledger.refused(run_id)
            raise
        records = reshaped(contacts, _enriched)
        yield Page(records, is_costly=True)
        matched = {value_at(record, "people_id") for record in records}
        outcomes: dict[str, Settled] = {
            one: "paid" if one in matched else "unmatched" for one in asked
        }
        ledger.settle(run_id, outcomes)
        left -= Counter(outcomes.values())["paid"]


def _best_people(pull: Pull) -> list[str]:
    """Ids of the people to write to: by level, then by function, so many an account."""
    levels, functions = _listed(pull.config.people_levels), _listed(pull.config.people_functions)
    people: dict[str, list[Record]] = {}
    for row in pull.warehouse.rows(
        "select payload from raw.sixsense__people "
        "qualify row_number() over (partition by record_id order by version_at desc) = 1"
    ):
        person = json.loads(row["payload"])
        if person.get("hasEmail") and not person.get("is_gone"):
            people.setdefault(person["domain"], []).append(person)

    def rank(person: Record) -> tuple[int, int, str]:
        return (
            _place(levels, person.get("jobLevel")),
            _place(functions, person.get("jobFunction")),
            person["id"],
        )

    qualifying = qualifying_accounts(pull.warehouse, pull.config, pull.end, "people_enrichment")
    return [
        str(person["id"])
        for domain in qualifying
        for person in sorted(people.get(domain, ()), key=rank)[: pull.config.people_per_account]
    ]


def _enriched(contact: Record) -> Record:
    """A contact under the id it was asked for by; without one it cannot be placed."""
    keys = contact.get("referenceKeys") or {}
    return {"people_id": keys.get("peopleId"), **contact}


def check(api: SixSense) -> list[Check]:
    """Whether each configured token is accepted, and the filters have values that there are."""
    config, checks = api.config, []
    if config.scoring_token is not None:
        stranger = {"email": "nobody@example.com", "country": "US"}
        checks.append(tried("the scoring token is accepted", partial(api.score, stranger)))
    if config.segments_token is not None:
        checks.append(tried("the segments token is accepted", api.segments))
    if config.credits_token is not None:
        accepted = tried("the credits token is accepted", api.dictionary)
        checks.append(accepted)
        if accepted.is_ok:
            checks += _filter_checks(config, api.dictionary())
    return checks


def _filter_checks(config: SixSenseConfig, dictionary: Record) -> list[Check]:
    checks = []
    for name, text in (("level", config.people_levels), ("function", config.people_functions)):
        variable = f"SIXSENSE_PEOPLE_{name.upper()}S"
        known = dictionary.get(name) or []
        unknown = [value for value in _listed(text) if known and value not in known]
        advice = f"{variable}: there is no {', '.join(unknown)}; use {', '.join(map(str, known))}"
        checks.append(
            Check(f"{variable} are known to 6sense", not unknown, advice if unknown else "")
        )
    return checks


def _judge(response: Any) -> Verdict | None:
    """No match is a 404 in 6sense's own words; any other 404 is a wrong address."""
    if response.status_code == 404 and '"status"' in response.text:
        return Verdict.EMPTY
    return None


def only_tells_of_today(pull: Pull, title: str) -> bool:
    """Whether a past is asked for that the vendor cannot tell of; says so if it is."""
    if pull.mode != "backfill":
        return False
    logger.warning("%s tells what is so today: there is nothing to backfill", title)
    return True


def _is_set(pull: Pull, token: str, entity: str) -> bool:
    if getattr(pull.config, token) is not None:
        return True
    logger.info("6sense: no %s, SIXSENSE_%s is not set", entity, token.upper())
    return False


def _is_built(warehouse: Warehouse, schema: str, relation: str, entity: str) -> bool:
    if warehouse.has_table(schema, relation):
        return True
    logger.warning("6sense: no %s yet, the accounts to ask for come from `gtm build`", entity)
    return False


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _filter(text: str, variable: str) -> list[str]:
    values = _listed(text)
    if not 1 <= len(values) <= LARGEST_FILTER:
        raise ConfigurationError(f"{variable} needs 1 to {LARGEST_FILTER} values, with commas")
    return values


def _place(order: Sequence[str], value: Any) -> int:
    return order.index(value) if value in order else len(order)


ACCOUNT_SCORES = Contract(
    source="sixsense",
    entity="account_scores",
    shape="state",
    meaning="What 6sense said of an account on a day: a score for each of its products, or none.",
    key=("domain", "observed_on"),
    columns=(
        Column("domain", "text", "the account's web domain", required=True),
        Column("observed_on", "date", "day on which 6sense was asked", required=True),
        Column("is_match", "boolean", "6sense knows the company", required=True),
        Column("scores", "json", "one object a product; missing when it tells none", required=True),
    ),
    version_from=("observed_on",),
)

SEGMENT_EXPORT = Contract(
    source="sixsense",
    entity="segment_export",
    shape="state",
    meaning="Rows of the table that SIXSENSE_EXPORT_TABLE names.",
    key=("account_domain", "product", "observed_on"),
    columns=INTENT_ACCOUNTS.columns,
    version_from=("observed_on",),
    known_from="known_at",
)

SEGMENTS = Contract(
    source="sixsense",
    entity="segments",
    shape="state",
    meaning="Which accounts are in which segment; one that left it has is_gone.",
    key=("segment_id", "domain"),
    columns=(
        Column("segment_id", "text", "id of the segment", required=True),
        Column("segment_name", "text", "its name"),
        Column("domain", "text", "the account's web domain", required=True),
        Column("name", "text", "the account's name"),
        Column("country", "text", "the account's country"),
    ),
    is_observed=True,
)

PEOPLE = Contract(
    source="sixsense",
    entity="people",
    shape="state",
    meaning="People of qualifying accounts, as a search shows them: without a way to reach them.",
    key=("domain", "id"),
    columns=(
        Column("domain", "text", "the account's web domain", required=True),
        Column("id", "text", "6sense's id of the person", required=True),
        Column("jobLevel", "text", "level, such as Director", required=True),
        Column("jobFunction", "text", "function, such as Operations", required=True),
        Column("hasEmail", "boolean", "6sense has an e-mail address", required=True),
    ),
    is_observed=True,
)

PEOPLE_ENRICHMENT = Contract(
    source="sixsense",
    entity="people_enrichment",
    shape="state",
    meaning="People with their e-mail addresses and telephone numbers, a credit each.",
    key=("people_id",),
    columns=(
        Column("people_id", "text", "6sense's id of the person, as asked", required=True),
        Column("email", "text", "e-mail address", required=True),
        Column("emailConfidence", "text", "A+, A, B or C"),
    ),
    is_observed=True,
)

SOURCE = Source(
    name="sixsense",
    title="6sense",
    config=SixSenseConfig,
    connect=SixSense,
    entities=(
        Entity(ACCOUNT_SCORES, read_account_scores),
        Entity(SEGMENT_EXPORT, read_segment_export),
        Entity(SEGMENTS, read_segments),
        Entity(PEOPLE, read_people),
        Entity(PEOPLE_ENRICHMENT, read_people_enrichment),
    ),
    check=check,
)
