"""Salesforce's staging models over small records by hand, also where another loader landed them."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from python_jobs.ingest.salesforce_ids import id18
from python_jobs.runs import ensure_ops_tables, ensure_raw_tables
from python_jobs.settings import PROJECT_DIR, Settings
from python_jobs.warehouse import open_warehouse
from tests.small_project import SmallProject

STAGING = ("models/staging/salesforce", "models/staging/sixsense")
AS_OF = "2026-06-30"
SHIPPED = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text())["vars"]["salesforce_fields"]
IDS = ["001dM00003jU9Gx", "00AAAAAAAAAAAAA", "000000000000000", "005owner0500zZZ"]


def at(day: int) -> str:
    return f"2026-06-{day:02d}T10:00:00.000+0000"


class Org:
    """A warehouse with raw Salesforce records, and dbt over it."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.settings = Settings(**env)
        self._project = SmallProject(folder / "project", env)
        self._project.take(*(f"{one}/*salesforce*" for one in STAGING))
        listed = " union all ".join(
            f"select '{one}' as id" for one in [*IDS, id18(IDS[0]), "short"]
        )
        (self._project.folder / "models" / "ids.sql").write_text(
            f"select id, {{{{ salesforce_id18('id') }}}} as made from ({listed}) as given"
        )
        with open_warehouse(self.settings) as warehouse:
            ensure_ops_tables(warehouse)
            ensure_raw_tables(warehouse)

    def land(self, entity: str, *records: dict[str, Any], known: str | None = None) -> None:
        """Put versions of records into the raw table, as the connector does."""
        version_from = "CreatedDate" if entity == "opportunity_history" else "SystemModstamp"
        as_json = "parse_json(?)" if self.settings.target == "snowflake" else "?"
        extra = "_dlt_load_id, _dlt_id" if self.settings.target == "snowflake" else ""
        with open_warehouse(self.settings) as warehouse:
            for record in records:
                version_at = datetime.fromisoformat(record[version_from]).replace(tzinfo=None)
                known_at = None
                if known:
                    known_at = datetime.fromisoformat(record[known]).replace(tzinfo=None)
                payload = json.dumps(record)
                warehouse.execute(
                    f"insert into raw.salesforce__{entity} (record_id, version_at, known_at, "
                    f"payload, payload_hash, loaded_at{', ' + extra if extra else ''}) "
                    f"select ?, ?, ?, {as_json}, ?, ?{', ?, ?' if extra else ''}",
                    [
                        *(record["Id"], version_at, known_at, payload, payload[-32:], version_at),
                        *(("load", payload[:32]) if extra else ()),
                    ],
                )

    def dbt(self, *arguments: str, as_of: str = AS_OF, **variables: Any) -> None:
        chosen = json.dumps({"as_of_date": as_of, **variables})
        self._project.dbt(*arguments, "--vars", chosen)

    def render(self, jinja: str) -> str:
        return self._project.render(jinja)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with open_warehouse(self.settings) as warehouse:
            return warehouse.rows(sql)

    def execute(self, sql: str) -> None:
        with open_warehouse(self.settings) as warehouse:
            warehouse.execute(sql)


DEAL = {
    "Id": "006D",
    "AccountId": "001A",
    "Name": "A deal",
    "StageName": "Closed Lost",
    "Amount": 900.0,
    "CloseDate": "2026-06-12",
    "IsClosed": True,
    "IsWon": False,
    "IsDeleted": False,
    "OwnerId": "005O",
    "Loss_Reason__c": "Price",
    "CreatedDate": at(1),
    "SystemModstamp": at(12),
}


def change(number: int, day: int, stage: str, category: str, probability: int) -> dict[str, Any]:
    return {
        "Id": f"008{number}",
        "OpportunityId": "006D",
        "StageName": stage,
        "Amount": 100.0 * number,
        "CloseDate": f"2026-07-0{number}",
        "Probability": probability,
        "ForecastCategory": category,
        "IsDeleted": False,
        "CreatedDate": at(day),
        "SystemModstamp": at(day),
    }


CHANGES = (
    change(1, 1, "Old stage", "Pipeline", 20),
    change(2, 3, "Retired won", "Closed", 100),
    change(3, 5, "Retired lost", "Omitted", 0),
    change(4, 12, "Closed Lost", "Omitted", 0),
)


LEAD = {
    "Id": "00QA",
    "LastName": "Lee",
    "Company": "[not provided]",
    "Email": "lee@acme.com",
    "LeadSource": "Web",
    "Request_Type__c": "quote",
    "Requested_At__c": at(2),
    "IsDeleted": False,
    "CreatedDate": at(2),
    "SystemModstamp": at(2),
}


ACCOUNT = {
    "Id": "001A",
    "Name": "Acme",
    "Website": "www.acme.com",
    "Domain__c": "acme.com",
    "Type": "Customer - Direct",
    "AnnualRevenue": 5.0,
    "IsDeleted": False,
    "CreatedDate": "2020-01-01T00:00:00.000+0000",
    "SystemModstamp": at(2),
    "accountIntentScore6sense__c": 61.0,
    "accountBuyingStage6sense__c": "Decision",
    "accountProfileFit6sense__c": "Strong",
}


DELETED_DEAL = {**DEAL, "SystemModstamp": at(20), "IsDeleted": True}
CONVERTED = {**LEAD, "SystemModstamp": at(9), "Status": "Closed", "Email": "new@acme.com"}
CONVERTED["HasOptedOutOfEmail"] = True
BOUGHT = {**LEAD, "Id": "00QB", "LeadSource": "List", "Request_Type__c": None}
RENAMED = {**ACCOUNT, "Name": "Acme Inc.", "SystemModstamp": at(8)}
RISEN = {**RENAMED, "accountIntentScore6sense__c": 88.0, "SystemModstamp": at(16)}
CONTACT = {
    "Id": "003A",
    "Email": "ann@acme.com",
    "LastName": "Lee",
    "IsDeleted": False,
    "MasterRecordId": None,
    "CreatedDate": at(1),
    "SystemModstamp": at(2),
}
MERGED = {**CONTACT, "Id": "003B", "IsDeleted": True, "MasterRecordId": "003A"}
DELETED = {**CONTACT, "Id": "003C", "IsDeleted": True}
UNSEEN = {"Id": "001B", "Name": "B", "CreatedDate": at(1), "SystemModstamp": at(1)}


def landed(folder: Path, env: dict[str, str]) -> Org:
    org = Org(folder, env)
    org.land("opportunities", DEAL, DELETED_DEAL)
    org.land("opportunity_history", *CHANGES)
    org.land("leads", LEAD, BOUGHT, known="CreatedDate")
    org.land("leads", CONVERTED)
    org.land("accounts", ACCOUNT, UNSEEN, known="CreatedDate")
    org.land("accounts", RENAMED, RISEN)
    org.land("contacts", CONTACT, MERGED, DELETED)
    return org


@pytest.fixture(scope="module")
def built(engine_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Org:
    """The models over the records, built and tested by dbt on each engine."""
    org = landed(tmp_path_factory.mktemp("salesforce"), engine_env)
    org.dbt("build")
    return org


@pytest.fixture
def org(duckdb_env: dict[str, str], tmp_path: Path) -> Org:
    """The records on DuckDB, not built yet."""
    return landed(tmp_path, duckdb_env)


def test_a_deals_versions_come_from_its_history_and_its_present(built: Org) -> None:
    rows = built.rows(
        "select version_at, stage_name, opportunity_amount, is_closed, is_won, loss_reason, "
        "account_id from staging.stg_salesforce__opportunity_versions order by version_at"
    )
    told = [
        (
            row["version_at"].day,
            row["stage_name"],
            row["opportunity_amount"],
            row["is_closed"],
            row["is_won"],
            row["loss_reason"],
        )
        for row in rows
    ]
    assert told == [
        (1, "Old stage", 100.0, False, False, None),
        # of stages that no deal is in any more, the forecast category tells what they mean
        (3, "Retired won", 200.0, True, True, None),
        (5, "Retired lost", 300.0, True, False, None),
        # where both have a moment, the deal itself counts
        (12, "Closed Lost", 900.0, True, False, "Price"),
        (20, "Deleted", 900.0, True, False, "Price"),
    ]
    assert {row["account_id"] for row in rows} == {"001A"}, "also from before it was first landed"


def test_a_lead_is_a_request_once_as_it_came(built: Org) -> None:
    [request] = built.rows("select * from staging.stg_salesforce__lead_requests")
    assert (request["lead_request_id"], request["email"]) == ("00QA", "lee@acme.com")
    assert request["occurred_at"] == request["known_at"] == datetime(2026, 6, 2, 10)
    assert request["company_name"] is None


def test_whom_the_crm_deleted_is_not_written_to_but_a_merge_is_no_no(built: Org) -> None:
    rows = built.rows("select * from staging.stg_salesforce__contacts order by contact_id")
    assert [(row["contact_id"], row["is_deleted"], row["is_do_not_contact"]) for row in rows] == [
        ("003A", False, None),
        ("003B", True, None),
        ("003C", True, True),
    ]


def test_what_a_lead_says_of_mail_is_told(built: Org) -> None:
    said = built.rows(
        "select is_opted_out from staging.stg_salesforce__leads where lead_id = '00QA' "
        "order by version_at"
    )
    assert [row["is_opted_out"] for row in said] == [False, True]


def test_6senses_fields_are_observed_when_they_change_and_never_before(built: Org) -> None:
    rows = built.rows("select * from staging.stg_sixsense__salesforce_accounts order by version_at")
    assert [(row["observed_on"], row["intent_score"]) for row in rows] == [
        (date(2026, 6, 2), 61.0),
        (date(2026, 6, 16), 88.0),
    ]
    assert rows[0]["known_at"] == datetime(2026, 6, 2, 10), "not since 2020, when it was made"
    assert rows[0]["intent_account_id"] == "acme.com||2026-06-02"
    assert (rows[0]["buying_stage"], rows[0]["segments"]) == ("Decision", None)


def test_ids_of_15_characters_become_18_on_both_engines(built: Org) -> None:
    made = {row["id"]: row["made"] for row in built.rows("select * from staging.ids")}
    assert made == {
        **{one: id18(one) for one in IDS},
        id18(IDS[0]): id18(IDS[0]),
        "short": "short",
    }
    assert made[IDS[0]] == "001dM00003jU9GxQAK"


def test_a_day_in_the_past_and_an_org_that_names_its_fields_otherwise(org: Org) -> None:
    theirs = {**ACCOUNT, "Id": "001C", "SixScore__c": 12, "Topics__c": "notary", "Web__c": "c.org"}
    org.land("accounts", theirs)
    org.dbt(
        *("run", "--select", "+stg_salesforce__opportunity_versions"),
        "stg_sixsense__salesforce_accounts",
        as_of="2026-06-04",
        sixsense_salesforce_fields={"intent_score": "SixScore__c", "topics": "Topics__c"},
        salesforce_fields=SHIPPED | {"account_domain": "Web__c", "opportunity_loss_reason": "W__c"},
    )
    rows = org.rows(
        "select * from staging.stg_salesforce__opportunity_versions order by version_at"
    )
    assert [row["stage_name"] for row in rows] == ["Old stage", "Retired won"]
    assert {row["loss_reason"] for row in rows} == {None}
    [row] = org.rows("select * from staging.stg_sixsense__salesforce_accounts")
    assert (row["account_domain"], row["intent_score"]) == ("c.org", 12.0)
    assert (row["topics"], row["buying_stage"]) == ("notary", None)


def test_fivetrans_accounts_are_the_same_as_ours(org: Org) -> None:
    """Columns renamed into the vendor's names; those that are missing are null."""
    org.execute("create schema fivetran")
    org.execute(
        "create table fivetran.account as select '001A' as id, 'Acme' as name, "
        "'www.acme.com' as website, 'acme.com' as web_address_c, 'Customer - Direct' as type, "
        "5.0::double as annual_revenue, timestamptz '2020-01-01 02:00:00+02' as created_date, "
        "timestamptz '2026-06-02 12:00:00+02' as system_modstamp, false as is_deleted, "
        "false as _fivetran_deleted, 61.0::double as account_intent_score_6_sense_c, "
        "'Decision' as account_buying_stage_6_sense_c, 'Strong' as account_profile_fit_6_sense_c, "
        "timestamptz '2026-06-03 00:00:00+00' as _fivetran_synced"
    )
    org.execute(
        "insert into fivetran.account select '001Z', 'Gone', null, null, null, null, created_date, "
        "system_modstamp, false, true, null, null, null, _fivetran_synced from fivetran.account"
    )
    org.execute("delete from raw.salesforce__accounts")
    org.land("accounts", ACCOUNT, known="CreatedDate")
    models = ("stg_salesforce__accounts", "stg_sixsense__salesforce_accounts")
    org.dbt("run", "--select", *models)
    ours = [org.rows(f"select * exclude (loaded_at) from staging.{name}") for name in models]
    org.dbt(
        *("run", "--select", *models),
        landed_elsewhere={
            "salesforce.accounts": {
                "relation": "fivetran.account",
                "columns": {"Domain__c": "web_address_c"},
            }
        },
    )
    where = ("where account_id = '001A'", "")
    theirs = [
        org.rows(f"select * exclude (loaded_at) from staging.{name} {condition}")
        for name, condition in zip(models, where, strict=True)
    ]
    assert theirs == ours
    assert ours[0][0]["account_type"] == "customer"
    [gone] = org.rows("select * from staging.stg_salesforce__accounts where account_id = '001Z'")
    assert gone["is_deleted"]
    [loaded] = org.rows("select max(loaded_at) as at from staging.stg_salesforce__accounts")
    assert loaded["at"] == datetime(2026, 6, 3)


@pytest.mark.parametrize(
    ("elsewhere", "sentence"),
    [
        ("nowhere.account", "is to be in nowhere.account, which is not there"),
        ("fivetran.empty", "fivetran.empty has no column for Id: name it under columns"),
    ],
)
def test_a_relation_that_does_not_fit_is_one_sentence(
    org: Org, elsewhere: str, sentence: str
) -> None:
    org.execute("create schema fivetran")
    org.execute("create table fivetran.empty (nothing integer)")
    with pytest.raises(AssertionError, match=sentence):
        org.dbt(
            *("compile", "--select", "stg_salesforce__accounts"),
            landed_elsewhere={"salesforce.accounts": elsewhere},
        )


def test_a_table_that_no_model_reads_from_elsewhere_is_one_sentence(org: Org) -> None:
    with pytest.raises(AssertionError, match=r"no model reads hubspot\.deals from elsewhere"):
        org.dbt("parse", landed_elsewhere={"hubspot.deals": "fivetran.hubspot.deal"})


def test_what_others_may_land_is_what_models_read_through_the_macro(org: Org) -> None:
    models = " ".join(path.read_text() for path in (PROJECT_DIR / "models").rglob("*.sql"))
    read = {".".join(pair) for pair in re.findall(r"landed\(\s*'(\w+)',\s*'(\w+)'", models)}
    listed = "{{ tables_that_others_may_land() | join(' ') }}"
    assert set(org.render(listed).split()) == read
