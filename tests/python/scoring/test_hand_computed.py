"""The scores of twenty events, against figures computed by hand.

tests/fixtures/twenty_events.csv, with the weight of each event and its lane (shipped registries):

    e01  1 Mar   page_view /pricing                    25  other                  own account key
    e02  3 Mar   page_view /security/soc2              18  compliance             v1, nobody yet
    e03  4 Mar   page_view /services/identity-…        10  identity_verification  app.acme.com
    e04  5 Mar   cta_click contact_sales               20  other
    e05  6 Mar   page_view says case_study, lane       12  notarization           ann@acme.com
    e06  7 Mar   page_view /integrations/salesforce    18  integrations           known on 12 Mar
    e07  8 Mar   form_started                          20  other
    e08 10 Mar   form_submitted                        60  other                  v1 is ann@acme.com
    e09 10 Mar   page_view /blog/remote-notary          3  notarization           v1, known by now
    e10 20 Mar   page_view /pricing/enterprise         25  other                  ann@acme.com
    e11  2 Apr   page_view /pricing                    25  other                  came on 15 Mar
    e12 30 Mar   page_view content type webinar         1  esignature             as `other`

    e13 15 Mar   page_view /directory/london            8  notarization           bob, globex.co.uk
    e14 16 Mar   cta_click request_reservation         25  other                  bob
    e15 24 Mar   page_view /compare/rival              15  other                  v2 is bob
    e16 29 Mar   page_view /docs/api-webhooks           6  integrations           v2
    e17 31 Mar   page_view /services/esignature        10  esignature             bob, 23:59:59

    e18, e19     a personal mail address, and a visitor who stays unknown: no account
    e20 10 Mar   page_view /request-reservation        30  other                  initech.com, v5

An event of age a counts weight × exp(-0.1 × a); a score is 100 × (1 - exp(-sum / 80)), rounded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from python_jobs.settings import PROJECT_DIR, Settings
from python_jobs.warehouse import Warehouse, open_warehouse
from tests.typed import done

EVENTS = PROJECT_DIR / "tests" / "fixtures" / "twenty_events.csv"


@dataclass(frozen=True)
class Snapshot:
    """What one row of fct_daily_account_intent must say; lanes to the six decimals it keeps."""

    account: str
    day: str
    raw_7d: float
    raw_prev_7d: float
    raw_30d: float
    score: int
    stage: str
    ratio: float
    surge: str
    top_lane: str
    people: int
    why_hot: list[str] = field(default_factory=list)
    lanes_7d: dict[str, float] = field(default_factory=dict)
    lanes_30d: dict[str, float] = field(default_factory=dict)


SNAPSHOTS = [
    # 7d: 10e^-.5 + 20e^-.4 + 12e^-.3 + 20e^-.1; before: 25e^-.8. Without e02 (nobody) and e06.
    Snapshot(
        *("acme.com", "2026-03-09", 46.458274526739, 11.233224102931, 57.691498629669),
        *(51, "Warm", 3.169935571668, "Exploding", "other", 1),
        why_hot=["1× Form Started"],
        lanes_7d={"identity_verification": 6.065307, "notarization": 8.889819, "other": 31.503149},
    ),
    # 7d: 10e^-.6 + 20e^-.5 + 12e^-.4 + 20e^-.2 + 60 + 3; before: 25e^-.9, and 18e^-.7 now.
    Snapshot(
        *("acme.com", "2026-03-10", 105.037185169180, 19.102776961760, 124.139962130941),
        *(79, "Hot", 4.565332257928, "Exploding", "other", 1),
        why_hot=["1× Form Started", "1× Form Submitted"],
        lanes_7d={"identity_verification": 5.488116, "notarization": 11.043841, "other": 88.505228},
        lanes_30d={
            "identity_verification": 5.488116,
            "notarization": 11.043841,
            "compliance": 8.938535,
            "other": 98.669470,
        },
    ),
    # 7d: 12e^-.6 + 18e^-.5 + 20e^-.4 + 60e^-.2 + 3e^-.2, the 18 known since this morning;
    # before: 25e^-1.1 + 18e^-.9 + 10e^-.8 + 20e^-.7. A ratio just below 2.5 is Surging.
    Snapshot(
        *("acme.com", "2026-03-12", 82.489729872581, 30.065026684783, 112.554756557365),
        *(76, "Hot", 2.495070962274, "Surging", "other", 1),
        why_hot=["1× Integrations", "1× Form Started", "1× Form Submitted"],
        lanes_7d={"notarization": 9.041932, "integrations": 10.917552, "other": 62.530246},
        lanes_30d={
            "notarization": 9.041932,
            "identity_verification": 4.493290,
            "compliance": 7.318254,
            "integrations": 10.917552,
            "other": 80.783729,
        },
    ),
    # 7d: 1e^-.1; before: 25e^-1.1; older: 18e^-2.8 + 10e^-2.7 + 20e^-2.6 + 12e^-2.5 + 18e^-2.4
    # + 20e^-2.3 + 60e^-2.1 + 3e^-2.1. e01 is 30 days old and gone, e11 is still to come.
    Snapshot(
        *("acme.com", "2026-03-31", 0.904837418036, 8.321777092452, 24.816597326516),
        *(27, "Cold", 0.443246976515, "Normal", "esignature", 0),
        lanes_7d={"esignature": 0.904837},
        lanes_30d={
            "notarization": 1.352389,
            "identity_verification": 0.672055,
            "esignature": 0.904837,
            "compliance": 1.094581,
            "integrations": 1.632923,
            "other": 19.159811,
        },
    ),
    # 7d: 25 + 1e^-.3; before: 25e^-1.3; older: 10e^-2.9 + 20e^-2.8 + 12e^-2.7 + 18e^-2.6
    # + 20e^-2.5 + 60e^-2.3 + 3e^-2.3.
    Snapshot(
        *("acme.com", "2026-04-02", 25.740818220682, 6.813294825850, 44.421944187350),
        *(43, "Warm", 2.602222214366, "Exploding", "other", 0),
        why_hot=["1× Pricing"],
        lanes_7d={"esignature": 0.740818, "other": 25.0},
    ),
    # 7d: 8e^-.1 + 25.
    Snapshot(
        *("globex.co.uk", "2026-03-16", 32.238699344288, 0.0, 32.238699344288),
        *(33, "Cold", 7.447739868858, "Exploding", "other", 1),
        why_hot=["1× CTA Click Request Reservation"],
        lanes_7d={"notarization": 7.238699, "other": 25.0},
    ),
    # 7d: 6e^-.2 + 10; before: 15e^-.7; older: 8e^-1.6 + 25e^-1.5.
    Snapshot(
        *("globex.co.uk", "2026-03-31", 14.912384518468, 7.448779556871, 29.554590223007),
        *(31, "Cold", 1.599545114242, "Surging", "esignature", 1),
        lanes_7d={"integrations": 4.912385, "esignature": 10.0},
        lanes_30d={
            "notarization": 1.615172,
            "integrations": 4.912385,
            "esignature": 10.0,
            "other": 13.027034,
        },
    ),
    # 7d: 30.
    Snapshot(
        *("initech.com", "2026-03-10", 30.0, 0.0, 30.0),
        *(31, "Cold", 7.0, "Exploding", "other", 1),
        why_hot=["1× Request Reservation"],
        lanes_7d={"other": 30.0},
    ),
    # Nothing for ten days; before: 30e^-1.
    Snapshot(
        *("initech.com", "2026-03-20", 0.0, 11.036383235143, 11.036383235143),
        *(13, "Cold", 0.311791002166, "Normal", "other", 0),
        lanes_30d={"other": 11.036383},
    ),
]

# acme.com on 12 March: day, what, content type, cta, lane, weight, age, exp(-0.1 × age), points.
LEDGER = """
2026-03-01 page_view pricing - other 25 11 0.332871083698 8.321777092452
2026-03-03 page_view security - compliance 18 9 0.406569659741 7.318253875331
2026-03-04 page_view service_page - identity_verification 10 8 0.449328964117 4.493289641172
2026-03-05 cta_click other contact_sales other 20 7 0.496585303791 9.931706075828
2026-03-06 page_view case_study - notarization 12 6 0.548811636094 6.585739633128
2026-03-07 page_view integrations - integrations 18 5 0.606530659713 10.917551874827
2026-03-08 form_started request_reservation - other 20 4 0.670320046036 13.406400920713
2026-03-10 form_submitted request_reservation - other 60 2 0.818730753078 49.123845184679
2026-03-10 page_view blog - notarization 3 2 0.818730753078 2.456192259234
"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The twenty events, loaded and built as a user does it, up to 2 April."""
    folder = tmp_path_factory.mktemp("hand_computed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GTM_TARGET", "duckdb")
        patch.setenv("GTM_DUCKDB_PATH", str(folder / "warehouse.duckdb"))
        patch.setenv("DBT_LOG_PATH", str(folder / "logs"))
        done("load", "web_events", str(EVENTS))
        done("build", "--as-of", "2026-04-02", "--select", "+score_ledger", "--skip-tests")
        settings = Settings(GTM_DUCKDB_PATH=Path(folder / "warehouse.duckdb"))
    with open_warehouse(settings, read_only=True) as opened:
        yield opened


def near(value: float) -> Any:
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def test_only_companies_are_accounts(warehouse: Warehouse) -> None:
    found = warehouse.rows(
        "select account_key, min(snapshot_date)::varchar, max(snapshot_date)::varchar "
        "from marts.fct_daily_account_intent group by 1 order by 1"
    )
    assert [tuple(row.values()) for row in found] == [
        ("acme.com", "2026-03-01", "2026-04-02"),
        ("globex.co.uk", "2026-03-15", "2026-04-02"),
        ("initech.com", "2026-03-10", "2026-04-02"),
    ]


@pytest.mark.parametrize("expected", SNAPSHOTS, ids=lambda one: f"{one.account}-{one.day}")
def test_snapshot(warehouse: Warehouse, expected: Snapshot) -> None:
    (row,) = warehouse.rows(
        "select * from marts.fct_daily_account_intent where account_key = ? and snapshot_date = ?",
        [expected.account, expected.day],
    )
    assert row["raw_score_7d"] == near(expected.raw_7d)
    assert row["raw_score_prev_7d"] == near(expected.raw_prev_7d)
    assert row["raw_score_30d"] == near(expected.raw_30d)
    assert row["surge_ratio"] == near(expected.ratio)
    assert (row["intent_score"], row["intent_stage"]) == (expected.score, expected.stage)
    assert (row["surge_level"], row["top_lane"]) == (expected.surge, expected.top_lane)
    assert row["unique_people_7d"] == expected.people
    assert json.loads(row["why_hot"]) == expected.why_hot
    assert json.loads(row["lane_scores_7d"]) == pytest.approx(expected.lanes_7d, abs=1e-6)
    if expected.lanes_30d:
        assert json.loads(row["lane_scores_30d"]) == pytest.approx(expected.lanes_30d, abs=1e-6)
    assert row["score_config_id"] == "default_v1"


def test_top_lists_and_key_events(warehouse: Warehouse) -> None:
    """12 March: five events within seven days, one of them late; of equal counts, a before b."""
    (row,) = warehouse.rows(
        "select * from marts.fct_daily_account_intent "
        "where account_key = 'acme.com' and snapshot_date = '2026-03-12'"
    )
    assert json.loads(row["top_categories_7d"]) == [
        {"content_type": "request_reservation", "events": 2},
        {"content_type": "blog", "events": 1},
        {"content_type": "case_study", "events": 1},
        {"content_type": "integrations", "events": 1},
    ]
    assert json.loads(row["top_pages_7d"]) == [
        {"page_path": "/about", "events": 1},
        {"page_path": "/blog/remote-notary", "events": 1},
        {"page_path": "/integrations/salesforce", "events": 1},
    ]
    assert json.loads(row["key_events_7d"]) == {
        "integrations_views": 1,
        "form_started": 1,
        "form_submitted": 1,
    }


def test_the_ledger_of_one_score(warehouse: Warehouse) -> None:
    ledger = warehouse.rows(
        "select event_date::varchar as day, event_name, content_type, cta_id, lane, weight, "
        "age_days, decay, points, event_count from marts.score_ledger "
        "where account_key = 'acme.com' and snapshot_date = '2026-03-12' "
        "order by event_date, event_name"
    )
    for row, line in zip(ledger, LEDGER.strip().splitlines(), strict=True):
        *names, weight, age, decay, points = line.split()
        named = ("day", "event_name", "content_type", "cta_id", "lane")
        assert [row[name] or "-" for name in named] == names
        assert (row["event_count"], row["weight"], row["age_days"]) == (1, int(weight), int(age))
        assert (row["decay"], row["points"]) == (near(float(decay)), near(float(points)))
    assert sum(row["points"] for row in ledger) == near(112.554756557365)


def test_every_ledger_adds_up_to_its_score(warehouse: Warehouse) -> None:
    scores = warehouse.rows(
        "select account_key, snapshot_date, raw_score_30d, raw_score_7d, raw_score_prev_7d, "
        "coalesce(sum(points), 0) as points_30d, "
        "coalesce(sum(points) filter (where age_days < 7), 0) as points_7d, "
        "coalesce(sum(points) filter (where age_days between 7 and 13), 0) as points_prev_7d "
        "from marts.fct_daily_account_intent "
        "left join marts.score_ledger using (account_key, snapshot_date) group by all"
    )
    assert len(scores) == 33 + 19 + 24
    for row in scores:
        assert row["points_30d"] == near(row["raw_score_30d"])
        assert row["points_7d"] == near(row["raw_score_7d"])
        assert row["points_prev_7d"] == near(row["raw_score_prev_7d"])
