"""Clay: what a routine that somebody built there finds out about an account. Optional.

| entity | from | grain | schedule |
|---|---|---|---|
| enrichments | routines/{id}/run, then its results | routine and account | when named |

Every item costs credits and Clay takes no idempotency key: a request is in ops.credit_ledger before
it is made, and under Clay's own run id before it is polled. So a run that dies is found again and
polled, and what was asked for is never asked for a second time before it expires.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from pydantic import Field, SecretStr

from python_jobs.errors import (
    ConfigurationError,
    PermanentError,
    QuotaExhausted,
    TransientError,
)
from python_jobs.http import Api, Auth, Limit, Patience, TurnedAway, Verdict
from python_jobs.ingest.connector import (
    Check,
    Entity,
    Page,
    Pull,
    Record,
    Source,
    SourceConfig,
    tried,
)
from python_jobs.ingest.contracts import Column, Contract
from python_jobs.ingest.credits import CreditLedger, Settled
from python_jobs.ingest.records import FAILED_BECAUSE, value_at
from python_jobs.ingest.sources.sixsense import (
    SixSenseConfig,
    only_tells_of_today,
    qualifying_accounts,
)

logger = logging.getLogger(__name__)

LIMIT = Limit(10, 1)
"""Clay documents no figure; this one is ours."""

LARGEST_RUN = 100
RESULTS_PAGE = 100


class ClayConfig(SourceConfig):
    """The key, the routine, and how much of it a run may use."""

    api_key: SecretStr | None = Field(default=None, alias="CLAY_API_KEY")
    routine_id: str | None = Field(default=None, alias="CLAY_ROUTINE_ID")
    base_url: str = Field(default="https://api.clay.com/public/v0", alias="CLAY_API_URL")
    accounts_per_run: int = Field(default=100, alias="CLAY_ACCOUNTS_PER_RUN", gt=0)
    credit_expiry_days: int = Field(default=90, alias="CLAY_CREDIT_EXPIRY_DAYS", gt=0)
    poll_seconds: float = Field(default=5, alias="CLAY_POLL_SECONDS", gt=0)
    poll_longest: float = Field(default=900, alias="CLAY_POLL_LONGEST_SECONDS", gt=0)

    needs: ClassVar[tuple[str, ...]] = ("api_key", "routine_id")
    in_sandbox: ClassVar[dict[str, str]] = {
        "api_key": "sandbox-clay-key",
        "routine_id": "function:t_sandbox_companies",
        "base_url": "{url}/clay/public/v0",
        "poll_seconds": "0.05",
    }


class Clay:
    """Clay's public API, version 0, for one routine."""

    def __init__(self, config: ClayConfig, patience: Patience) -> None:
        key = config.api_key.get_secret_value() if config.api_key else ""
        auth = Auth({"clay-api-key": key})
        self.config = config
        self._api = Api("clay", config.base_url, auth, [LIMIT], judge=_judge, patience=patience)

    @property
    def calls(self) -> int:
        """Calls sent so far."""
        return self._api.calls

    def me(self) -> object:
        """Whose key it is."""
        return self._api.json("GET", "/me")

    def run(self, items: Sequence[Record]) -> str:
        """Start the routine on 1 to 100 items; returns Clay's id of the run.

        Raises:
            PermanentError: there is no such routine, or it cannot take the items.
        """
        path = f"/routines/{self.config.routine_id}/run"
        started = self._api.json("POST", path, json={"items": list(items)})
        if started is None:
            raise PermanentError("clay knows no routine of the id CLAY_ROUTINE_ID: correct it")
        return str(started["routine_run_id"])

    def results(self, run_id: str) -> Iterator[list[Record]]:
        """Wait until a run is done, then its items, page by page; none if Clay knows no such run.

        Raises:
            TransientError: it is not done within CLAY_POLL_LONGEST_SECONDS.
        """
        path, params = f"/routines/run/{run_id}/results", {"limit": str(RESULTS_PAGE)}
        waited = 0.0
        while True:
            answer = self._api.json("GET", path, params=params)
            if answer is None:
                return
            if answer["status"] == "in_progress":
                if waited >= self.config.poll_longest:
                    raise TransientError(
                        "clay is still working on a run: the next `gtm ingest clay` asks for it"
                    )
                time.sleep(self.config.poll_seconds)
                waited += self.config.poll_seconds
                continue
            yield list(answer["data"])
            if not answer.get("cursor"):
                return
            params = {**params, "cursor": answer["cursor"]}


def read_enrichments(pull: Pull) -> Iterator[Page]:
    """First the runs that an earlier pull began, then new ones for the accounts that qualify."""
    if only_tells_of_today(pull, "Clay"):
        return
    config = pull.config
    expiry = timedelta(days=config.credit_expiry_days)
    ledger = CreditLedger("clay", pull.warehouse, expiry, pull.end)
    ledger.settle_interrupted()
    for run_id, keys in ledger.running().items():
        yield from _results(pull.api, ledger, run_id, keys)
    which = SixSenseConfig.load(None)
    qualifying = qualifying_accounts(pull.warehouse, which, pull.end, "enrichments")
    keys = ledger.unpaid([_subject(config.routine_id, domain) for domain in qualifying])
    keys = keys[: config.accounts_per_run]
    for start in range(0, len(keys), LARGEST_RUN):
        some = keys[start : start + LARGEST_RUN]
        run_id = _start(pull.api, ledger, some)
        yield from _results(pull.api, ledger, run_id, some)


def _start(api: Clay, ledger: CreditLedger, keys: Sequence[str]) -> str:
    """Start a run of these subjects, in the ledger before and, under Clay's id, after."""
    own_id = ledger.intend(keys)
    items = [{"id": _item_id(key), "inputs": {"domain": _domain(key)}} for key in keys]
    try:
        run_id = api.run(items)
    except (QuotaExhausted, TurnedAway, PermanentError, ConfigurationError):
        ledger.refused(own_id)
        raise
    ledger.started(own_id, run_id)
    return run_id


def _results(api: Clay, ledger: CreditLedger, run_id: str, keys: Sequence[str]) -> Iterator[Page]:
    """The results of a run; the ledger says how it ended once they have landed."""
    outcomes: dict[str, Settled] = dict.fromkeys(keys, "unknown")
    by_item = {_item_id(key): key for key in keys}
    for items in api.results(run_id):
        records = []
        for item in items:
            key = by_item.get(str(value_at(item, "id")))
            is_complete = value_at(item, "status") == "complete"
            if key is not None:
                outcomes[key] = "paid" if is_complete else "failed"
            records.append(_record(run_id, key, item, is_complete))
        yield Page(records, total=len(keys), is_costly=True)
    lost = sum(outcome == "unknown" for outcome in outcomes.values())
    if lost:
        logger.warning("clay: no result of %s of %s items", f"{lost:,}", f"{len(keys):,}")
    ledger.settle(run_id, outcomes)


def _record(run_id: str, key: str | None, item: Record, is_complete: bool) -> Record:
    """An item's result under the account it is of; an item without one says why."""
    if key is None:
        return {"item": item, FAILED_BECAUSE: "the item is none that was asked for"}
    record = {
        "routine_id": key.partition("|")[0],
        "domain": _domain(key),
        "routine_run_id": run_id,
        **{name: value for name, value in item.items() if name != "id"},
    }
    return record if is_complete else {**record, FAILED_BECAUSE: "Clay could not enrich it"}


def check(api: Clay) -> list[Check]:
    """Whether the key is accepted. That the routine is there shows only when it is run."""
    return [tried("the key is accepted", api.me)]


def _judge(response: Any) -> Verdict | None:
    """Clay answers an id that it does not know, of a routine or of a run, with its own 404."""
    if response.status_code == 404 and '"message"' in response.text:
        return Verdict.EMPTY
    return None


def _subject(routine_id: str, domain: str) -> str:
    return f"{routine_id}|{domain}"


def _domain(key: str) -> str:
    return key.partition("|")[2]


def _item_id(key: str) -> str:
    """At most 64 characters, and the same for the same subject."""
    return hashlib.md5(key.encode()).hexdigest()


ENRICHMENTS = Contract(
    source="clay",
    entity="enrichments",
    shape="state",
    meaning="What a Clay routine found out about an account.",
    key=("routine_id", "domain"),
    columns=(
        Column("routine_id", "text", "the routine", required=True),
        Column("domain", "text", "the account's web domain", required=True),
        Column("routine_run_id", "text", "Clay's id of the run", required=True),
        Column("result", "json", "what the routine gives, as it was built", required=True),
    ),
    is_observed=True,
)

SOURCE = Source(
    name="clay",
    title="Clay",
    config=ClayConfig,
    connect=Clay,
    entities=(Entity(ENRICHMENTS, read_enrichments),),
    check=check,
    is_optional=True,
)
