"""Finds the account a person means: by domain, URL, e-mail, CRM id or name."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from python_jobs.errors import ConfigurationError
from python_jobs.warehouse import Warehouse

_SHOWN = 5


def find_account(warehouse: Warehouse, text: str) -> str:
    """The key of the account meant, whatever its case; an alias domain gives its account.

    Raises:
        ConfigurationError: nothing has been built, no account fits, or several do; the sentence
            names those that come near.
    """
    if not warehouse.has_table("marts", "dim_accounts"):
        raise ConfigurationError("nothing has been built yet: run gtm build")
    wanted = text.strip().lower()
    for domain in _domains(wanted):
        found = _by_domain(warehouse, domain)
        if found:
            return found
    keys = _by_id_or_name(warehouse, wanted) if wanted else []
    if len(keys) == 1:
        return keys[0]
    if keys:
        raise ConfigurationError(f"'{text}' is the name of several accounts: {_listed(keys)}")
    near = _near(warehouse, wanted)
    hint = f"did you mean {_listed(near, 'or')}?" if near else "marts.dim_accounts lists them all"
    raise ConfigurationError(f"there is no account '{text}': {hint}")


def _domains(text: str) -> Iterator[str]:
    """The host in a URL, an e-mail or a bare domain, then the domains above it."""
    authority = text.split("://", 1)[-1].lstrip("/")
    for separator in "/?#":
        authority = authority.split(separator, 1)[0]
    host = authority.rsplit("@", 1)[-1].split(":", 1)[0].removeprefix("www.").strip(". >")
    labels = host.split(".")
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])


def _by_domain(warehouse: Warehouse, domain: str) -> str | None:
    rows = warehouse.rows(
        "select account_key from staging.stg_registry__account_aliases where alias_domain = ? "
        "union all select account_key from marts.dim_accounts where account_key = ?",
        [domain, domain],
    )
    return rows[0]["account_key"] if rows else None


def _by_id_or_name(warehouse: Warehouse, text: str) -> list[str]:
    rows = warehouse.rows(
        "select account_key from marts.dim_accounts where lower(account_name) = ? "
        "or position(? in lower(cast(crm_account_ids as varchar))) > 0 order by account_key",
        [text, f'"{text}"'],
    )
    return [row["account_key"] for row in rows]


def _near(warehouse: Warehouse, text: str) -> list[str]:
    """Keys of accounts whose key or name holds the text, or else looks like it."""
    rows = warehouse.rows(
        "select account_key, lower(coalesce(account_name, account_key)) as name "
        "from marts.dim_accounts order by account_key"
    )
    holding = [
        row["account_key"] for row in rows if text and text in f"{row['account_key']} {row['name']}"
    ]
    if holding:
        return holding[:_SHOWN]
    keys = {row["name"]: row["account_key"] for row in rows}
    keys |= {row["account_key"]: row["account_key"] for row in rows}
    alike = difflib.get_close_matches(text, keys, n=_SHOWN, cutoff=0.7)
    return list(dict.fromkeys(keys[name] for name in alike))


def _listed(keys: list[str], last: str = "and") -> str:
    shown = keys[:_SHOWN]
    if len(keys) > _SHOWN:
        return f"{', '.join(shown)} and {len(keys) - _SHOWN} more"
    return f" {last} ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
