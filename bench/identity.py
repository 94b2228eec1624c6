"""How many identities of one person, or one company, end up as one, and how many wrongly.

Holds `intermediate.int_person_identities` and the CRM's account keys against the truth that the
generator wrote beside the data, which the pipeline never reads. Counted are pairs: two identities
of one person (or references to one company) that have one id here are found; two of different ones
that share an id are wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from python_jobs.sandbox.vendors.salesforce_objects import id_from_world

# Identities of the truth that the warehouse holds, with the person each is (truth) and is taken
# for (ours). A visitor who never gave an address and stands in no record is nobody's as far as
# anyone can tell: she is counted apart.
PEOPLE = """
create or replace temp table people as
select
    truth.person_id as truth,
    ours.person_id as ours,
    stated.person_id as alone,
    ours.identity_type <> 'posthog_distinct_id' or stated.email is not null as is_named
from (
    select distinct
        person_id,
        case identity_type
            when 'contact_id' then 'crm_id'
            when 'distinct_id' then 'posthog_distinct_id'
            else identity_type
        end as identity_type,
        identity_value
    from (
        select * from read_parquet('{truth}/persons.parquet')
        union all
        select truth.* replace (contact_ids.theirs as identity_value)
        from read_parquet('{truth}/persons.parquet') as truth
        inner join contact_ids on truth.identity_value = contact_ids.ours
    )
) as truth
inner join intermediate.int_person_identities as ours using (identity_type, identity_value)
inner join intermediate.int_identities_stated as stated using (identity_type, identity_value)
"""

# What names a company (domains as they are written, CRM accounts), with the company it is of and
# the account it is taken for. Domains of no company of the world, such as our own, are nobody's.
COMPANIES = """
create or replace temp table people as
with domains as (
    select distinct account_domain as truth, account_domain as domain
    from read_parquet('{truth}/persons.parquet') where account_domain is not null
    union
    select account_domain, alias_domain from read_parquet('{truth}/aliases.parquet')
),
written as (
    select
        keys.domain_reference as reference,
        domains.truth,
        keys.account_key as ours,
        company_domains.company_domain as alone
    from intermediate.int_account_keys as keys
    inner join intermediate.int_company_domains as company_domains using (domain_reference)
    inner join domains on company_domains.company_domain = domains.domain
),
crm_accounts as (
    select accounts.account_id, domains.truth, accounts.account_key, domains.domain
    from intermediate.int_crm_accounts_keyed as accounts
    inner join intermediate.int_crm_account_domains as linked
        on accounts.account_id = linked.account_id and linked.linked_until = date '9999-12-31'
    inner join domains on linked.company_domain = domains.domain
)
select truth, ours, alone, true as is_named from written
union all
select truth, account_key, domain, true from crm_accounts
"""

PAIRS = """
with counts as (
    select truth, {ours} as ours, count(*) as n from people where {condition} group by all
)
select
    (select coalesce(sum(n * (n - 1) // 2), 0) from counts),
    (select coalesce(sum(n * (n - 1) // 2), 0)
        from (select ours, sum(n) as n from counts group by 1)),
    (select coalesce(sum(n * (n - 1) // 2), 0)
        from (select truth, sum(n) as n from counts group by 1))
"""

# Links of each rule, and those of them whose two ends are one person in truth.
RULES = """
with truth as (select alone as person_id, min(truth) as truth from people group by 1),
links as (
    select links.rule, links.objection, merged.rule is not null as is_merged,
        one.truth = other.truth as is_right
    from intermediate.int_identity_links_judged as links
    left join intermediate.int_identity_links_merged as merged
        using (person_id, other_person_id, rule)
    inner join truth as one on links.person_id = one.person_id
    inner join truth as other on links.other_person_id = other.person_id
)
select
    rule,
    count(*) filter (is_merged),
    count(*) filter (is_merged and is_right),
    count(*) filter (not is_merged),
    count(*) filter (not is_merged and is_right)
from links group by 1 order by 2 desc, 1
"""


@dataclass(frozen=True)
class Pairs:
    """Pairs that are one in truth and here, that are one here, and that are one in truth."""

    right: int
    ours: int
    true: int

    @property
    def precision(self) -> float:
        """Share of our pairs that are one in truth."""
        return self.right / self.ours if self.ours else 1.0

    @property
    def recall(self) -> float:
        """Share of the truth's pairs that are one here."""
        return self.right / self.true if self.true else 1.0


@dataclass(frozen=True)
class RuleFound:
    """Links of one rule: merged and held back, and those of each that are right."""

    rule: str
    merged: int
    merged_right: int
    held: int
    held_right: int


@dataclass(frozen=True)
class Judgement:
    """Figures of one warehouse: after and before merging, people and companies, and by rule."""

    people: Pairs
    people_unmerged: Pairs
    people_with_anonymous: Pairs
    companies: Pairs
    companies_unmerged: Pairs
    rules: tuple[RuleFound, ...]


def judge(warehouse: Path, world: Path) -> Judgement:
    """Hold a built warehouse against its world's truth."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        truth = str(world / "truth")
        _contact_ids(con, truth)
        con.execute(PEOPLE.format(truth=truth))
        people = _pairs(con, "ours", "is_named")
        unmerged = _pairs(con, "alone", "is_named")
        everybody = _pairs(con, "ours", "true")
        rules = tuple(RuleFound(*row) for row in con.sql(RULES).fetchall())
        con.execute(COMPANIES.format(truth=truth))
        return Judgement(
            people=people,
            people_unmerged=unmerged,
            people_with_anonymous=everybody,
            companies=_pairs(con, "ours", "true"),
            companies_unmerged=_pairs(con, "alone", "true"),
            rules=rules,
        )


def _contact_ids(con: duckdb.DuckDBPyConnection, truth: str) -> None:
    """The ids that the sandbox's Salesforce has given the truth's contacts."""
    con.execute("create or replace temp table contact_ids (ours varchar, theirs varchar)")
    wanted = con.sql(
        f"select identity_value from read_parquet('{truth}/persons.parquet') "
        "where identity_type = 'contact_id'"
    ).fetchall()
    con.executemany(
        "insert into contact_ids values (?, ?)", [(own, id_from_world(own)) for (own,) in wanted]
    )


def _pairs(con: duckdb.DuckDBPyConnection, ours: str, condition: str) -> Pairs:
    [counts] = con.sql(PAIRS.format(ours=ours, condition=condition)).fetchall()
    return Pairs(*(int(count) for count in counts))


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge a warehouse that `gtm demo` built, print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.identity", description=__doc__)
    parser.add_argument("--warehouse", type=Path, default=Path("warehouse.duckdb"))
    parser.add_argument("--world", type=Path, default=Path("world"))
    wish = parser.parse_args(arguments)
    for path in (wish.warehouse, wish.world / "truth"):
        if not path.exists():
            sys.exit(f"{path} is not there: run make run, or name it (--warehouse, --world)")
    report(judge(wish.warehouse, wish.world))


def report(judgement: Judgement) -> None:
    """Print a judgement as tables."""
    print("\n| pairs | in truth | here | right | precision | recall |\n|---|---|---|---|---|---|")
    for label, pairs in (
        ("people", judgement.people),
        ("people, without merges", judgement.people_unmerged),
        ("people, with visitors nobody named", judgement.people_with_anonymous),
        ("companies", judgement.companies),
        ("companies, without aliases", judgement.companies_unmerged),
    ):
        print(
            f"| {label} | {pairs.true:,} | {pairs.ours:,} | {pairs.right:,} | "
            f"{pairs.precision:.4f} | {pairs.recall:.4f} |"
        )
    print("\n| rule | merged | of them right | held back | of them right |\n|---|---|---|---|---|")
    for rule in judgement.rules:
        share = f" ({rule.merged_right / rule.merged:.1%})" if rule.merged else ""
        print(
            f"| {rule.rule} | {rule.merged:,} | {rule.merged_right:,}{share} | {rule.held:,} | "
            f"{rule.held_right:,} |"
        )


if __name__ == "__main__":
    main()
