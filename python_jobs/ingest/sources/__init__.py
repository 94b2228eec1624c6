"""The connectors. A new one is a module here, with ``SOURCE``, and one line below."""

from __future__ import annotations

from python_jobs.errors import ConfigurationError
from python_jobs.ingest.connector import Source
from python_jobs.ingest.contracts import CONTRACTS, Contract
from python_jobs.ingest.sources import (
    clay,
    gong,
    hubspot,
    job_boards,
    outreach,
    posthog,
    product_db,
    salesforce,
    sixsense,
)

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        clay.SOURCE,
        gong.SOURCE,
        hubspot.SOURCE,
        job_boards.SOURCE,
        outreach.SOURCE,
        posthog.SOURCE,
        product_db.SOURCE,
        salesforce.SOURCE,
        sixsense.SOURCE,
    )
}


def source_named(name: str) -> Source:
    """The connector of that name.

    Raises:
        ConfigurationError: there is none; the message names those there are.
    """
    try:
        return SOURCES[name]
    except KeyError:
        raise ConfigurationError(
            f"there is no source '{name}': use all or one of {', '.join(SOURCES)}"
        ) from None


def all_contracts() -> list[Contract]:
    """The contract of every raw table: of the files' entities and of the connectors'."""
    return [
        *CONTRACTS.values(),
        *(entity.contract for source in SOURCES.values() for entity in source.entities),
    ]
