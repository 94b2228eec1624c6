"""The destinations. A new one is a module here, with a ``Destination``, and one line below."""

from __future__ import annotations

from python_jobs.activate.destination import Destination
from python_jobs.errors import ConfigurationError
from python_jobs.ingest.run import connect
from python_jobs.ingest.sources import source_named
from python_jobs.settings import Settings
from python_jobs.warehouse import BriefWarehouse


def destinations() -> dict[str, type[Destination]]:
    """Every destination by its name."""
    from python_jobs.activate.destinations.outreach import OutreachDestination
    from python_jobs.activate.destinations.salesforce import SalesforceDestination

    return {kind.name: kind for kind in (SalesforceDestination, OutreachDestination)}


def open_destination(name: str, settings: Settings, warehouse: BriefWarehouse) -> Destination:
    """The destination of that name, connected as the connector of the same name is.

    Raises:
        ConfigurationError: there is none of that name, or it is not configured.
    """
    kinds = destinations()
    if name not in kinds:
        raise ConfigurationError(f"there is no destination '{name}': use one of {', '.join(kinds)}")
    return kinds[name](connect(source_named(name), settings, warehouse))
