"""Account briefs by hand, on both engines: what they say, when and by which prompt one is written.

The models of account briefs run over small relations in place of those they read; a relation's
days are laid down at once and met one after the other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from python_jobs.brief import read_brief
from python_jobs.enrich.engines.offline import Offline
from python_jobs.enrich.runner import Outcome, run_task
from python_jobs.enrich.tasks.account_brief import TASK
from python_jobs.enrich.tasks.account_brief.schema import LENGTHS
from python_jobs.enrich.tasks.first_touch import TASK as FIRST_TOUCH
from python_jobs.errors import ConfigurationError
from python_jobs.registry.edits import Edit, set_row
from python_jobs.registry.journal import append, read_registries
from python_jobs.runs import ensure_ops_tables
from python_jobs.settings import PROJECT_DIR, Settings
from python_jobs.warehouse import BriefWarehouse, open_warehouse
from tests.small_project import SmallProject

pytestmark = pytest.mark.xdist_group("account_briefs")

Row = dict[str, Any]
REGISTRIES = (
    *("account_aliases", "brief_plays", "lanes", "prompt_templates"),
    *("message_angles", "message_rules", "signals"),
)
ANSWERS = ("account_briefs", "first_touches")
PATTERNS = (
    *("any", "length", "reading_level"),
    *("banned_claim", "placeholder", "not_in_evidence"),
)
DAYS = ("2026-06-27", "2026-06-28", "2026-06-29", "2026-06-30")

# account: (score, surge, lane) of each day; stages are those of default_v1
COURSES: dict[str, list[tuple[int, str, str]]] = {
    # nine points are no reason, ten are, from the last brief and not from yesterday
    "moved.com": [(50, "Normal", "other")] * 2 + [(59, "Normal", "other"), (60, "Normal", "other")],
    "fell.com": [(60, "Normal", "other"), (55, "Normal", "other"), (50, "Normal", "other")] * 2,
    "surged.com": [(50, "Normal", "other"), (50, "Surging", "other")]
    + [(50, "Surging", "other")] * 2,
    # the lane alone is no reason, where the template stays
    "lane.com": [(50, "Normal", "other"), (50, "Normal", "integrations")] * 2,
    # another stage has another template: sales, then sales_hot
    "hotter.com": [(65, "Normal", "other"), (70, "Normal", "other")]
    + [(70, "Normal", "other")] * 2,
    "cold.com": [(20, "Normal", "other")] * 4,
    # one for each step of precedence
    "exact.com": [(80, "Normal", "notarization")] * 4,
    "lane-persona.com": [(80, "Normal", "identity_verification")] * 4,
    "lane-stage.com": [(80, "Normal", "esignature")] * 4,
    "persona-stage.com": [(80, "Normal", "compliance")] * 4,
    "any.com": [(50, "Normal", "compliance")] * 4,
}
# what the five steps of precedence are worked out with, whatever is shipped
TEMPLATES = {
    "exact": ("notarization", "sales", "Hot"),
    "lane_persona": ("identity_verification", "sales", "*"),
    "lane_persona_2": ("notarization", "sales", "*"),
    "lane_stage": ("esignature", "*", "Hot"),
    "lane_stage_2": ("identity_verification", "*", "Hot"),
    "persona_stage": ("*", "sales", "Hot"),
    "default": ("*", "*", "*"),
}


def stage_of(score: int) -> str:
    return "Cold" if score <= 34 else "Warm" if score <= 69 else "Hot"


def snapshot(account: str, day: str, score: int, surge: str, lane: str) -> Row:
    return {
        "account_key": account,
        "snapshot_date": day,
        "top_lane": lane,
        "intent_score": score,
        "intent_stage": stage_of(score),
        "surge_level": surge,
        "surge_ratio": 1.75,
        "is_surge_significant": False,
        "unique_people_7d": 3,
        "top_pages_7d": [
            {"page_path": path, "events": events}
            for path, events in (("/", 9), ("/soc2", 2), ("/join/ann@acme.com", 1))
        ],
    }


def account(key: str, **more: Any) -> Row:
    return {
        "account_key": key,
        "account_name": f"{key} Holdings",
        "industry": None,
        "employee_count": None,
        "product_user_count": 0,
        "open_opportunity_count": 1,
        "intent_score": 1,
        "intent_stage": "Cold",
        "surge_level": "Normal",
        "sixsense_buying_stage": None,
        "sixsense_intent_score": None,
        "sixsense_profile_fit": None,
        "sixsense_observed_on": None,
        "last_seen_at": "2026-06-26 09:00:00",
    } | more


def counted(key: str, content: str, count: int, age: int, points: float) -> Row:
    return {
        "account_key": key,
        "snapshot_date": DAYS[0],
        "event_date": f"2026-06-{27 - age}",
        "event_name": "page_view",
        "content_type": content,
        "event_count": count,
        "age_days": age,
        "points": points,
    }


GIVEN: dict[str, list[Row]] = {
    "fct_daily_account_intent": [
        snapshot(key, day, *course)
        for key, courses in COURSES.items()
        for day, course in zip(DAYS, courses, strict=False)
    ]
    + [snapshot("exact.com", "2026-06-20", 42, "Normal", "notarization")],
    "dim_accounts": [
        *(account(key) for key in COURSES if key != "exact.com"),
        account("exact.com", account_name="Exact Title", industry="Real estate", employee_count=40),
    ],
    "lane_accounts": [
        {
            "account_key": "exact.com",
            "lane": lane,
            "lane_score_7d": points,
            "lane_score_30d": 400.0,
            "is_top_lane": lane == "notarization",
        }
        for lane, points in (("notarization", 120.4), ("compliance", 30.0))
    ],
    "score_ledger": [
        counted("exact.com", "pricing", 2, 0, 50.0),
        counted("exact.com", "pricing", 1, 3, 20.0),
        counted("exact.com", "pricing", 4, 9, 40.0),
        counted("exact.com", "security", 1, 8, 10.0),
    ],
    "fct_lead_requests": [
        {
            "lead_request_id": "L1",
            "account_key": "exact.com",
            "request_type": "quote",
            "lead_score": 85.0,
            "occurred_at": "2026-06-26 10:00:00",
        }
    ],
    "int_activation_signals": [
        {
            "signal_id": "S1",
            "signal_name": "usage_spiked",
            "signal_label": "Usage spike",
            "account_key": "exact.com",
            "strength": 90,
            "evidence": {"facts": {"event_count": 12, "previous_event_count": 4}},
            "detected_at": "2026-06-25",
        }
    ],
    "fct_opportunity_changes": [
        {
            "opportunity_change_id": f"C{number}",
            "opportunity_id": "O1",
            "account_key": "exact.com",
            "opportunity_name": "Renewal",
            "change_number": number,
            "stage_after": stage,
            "loss_reason": None,
            "amount_after": 35700.0,
            "is_creation": number == 1,
            "is_closed": False,
            "is_won": False,
            "is_deleted": False,
            "changed_at": f"2026-06-{20 + number} 09:00:00",
            "known_at": f"2026-06-{20 + number} 09:00:00",
        }
        for number, stage in ((1, "Discovery"), (2, "Proposal"))
    ]
    + [
        # lost before anybody looked, and deleted, which is not lost
        {
            "opportunity_change_id": f"C-{name}",
            "opportunity_id": name,
            "account_key": "any.com",
            "opportunity_name": name,
            "change_number": 1,
            "stage_after": stage,
            "loss_reason": None,
            "amount_after": 100.0,
            "is_creation": False,
            "is_closed": True,
            "is_won": False,
            "is_deleted": stage == "Deleted",
            "changed_at": "2026-06-05 09:00:00",
            "known_at": "2026-06-05 09:00:00",
        }
        for name, stage in (("Pilot", "Closed Lost"), ("Twin", "Deleted"))
    ]
    + [
        # lost, and told why two weeks later
        {
            "opportunity_change_id": f"C-Rollout-{number}",
            "opportunity_id": "Rollout",
            "account_key": "lane.com",
            "opportunity_name": "Rollout",
            "change_number": number,
            "stage_after": "Discovery" if number == 1 else "Closed Lost",
            "loss_reason": reason,
            "amount_after": 100.0,
            "is_creation": number == 1,
            "is_closed": number > 1,
            "is_won": False,
            "is_deleted": False,
            "changed_at": f"{day} 09:00:00",
            "known_at": f"{day} 09:00:00",
        }
        for number, (day, reason) in enumerate(
            (("2026-05-01", None), ("2026-06-05", None), ("2026-06-20", "Price")), 1
        )
    ],
    "fct_calls": [
        {
            "call_id": call,
            "account_key": "exact.com",
            "guest_count": 2,
            "duration_seconds": 600,
            "is_private": call == "secret",
            "started_at": f"{day} 10:00:00",
            "known_at": f"{day} 11:00:00",
        }
        for call, day in (("K1", "2026-06-10"), ("secret", "2026-06-11"))
    ],
    "account_contacts": [
        {
            "account_key": "exact.com",
            "contact_rank": 1,
            "person_id": "P1",
            "persona": "chief_legal",
            "title": "General Counsel",
            "is_contactable": True,
        }
    ],
    "activation_queue": [
        {
            "queue_date": DAYS[0],
            "queue_rank": 1,
            "person_id": "P1",
            "account_key": "nobody.com",
            "account_name": "Nobody Holdings, Inc.",
            "signal_id": "S1",
            "signal_name": "usage_spiked",
            "evidence": {"facts": {"event_count": 12, "previous_event_count": 4}},
            "first_name": "Rosalind",
            "title": "General Counsel",
            "persona": "chief_legal",
            "sequence_key": "spike",
            "top_lane": "compliance",
            "intent_stage": "Warm",
            "detected_at": "2026-06-25",
        }
    ],
    "activation_blocked": [
        {
            "blocked_id": "B1",
            "queue_date": DAYS[0],
            "account_key": "exact.com",
            "strength": 90,
            "rule": "person_cool_down",
            "reason": "Last written to on 2026-06-22.",
            "is_first": True,
        }
    ],
}
TYPES = {
    **dict.fromkeys(("snapshot_date", "event_date", "detected_at", "queue_date"), "date"),
    "sixsense_observed_on": "date",
    **dict.fromkeys(
        ("last_seen_at", "occurred_at", "changed_at", "known_at", "started_at"), "timestamp"
    ),
    **dict.fromkeys(("employee_count", "product_user_count"), "integer"),
    "sixsense_intent_score": "double",
}


class Desk:
    """A warehouse with the relations above, the models of briefs, and the offline writer."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.settings = Settings(**env)
        self.project = SmallProject(
            folder / "project",
            env,
            "models/enrich/account_brief",
            "models/enrich/first_touch",
            "models/marts/briefs",
            "models/staging/ops",
        )
        self.project.take(
            *(f"models/ai/{name}.sql" for name in ANSWERS),
            "models/staging/registry/_registry.yml",
            *(f"models/staging/registry/stg_registry__{one}.sql" for one in REGISTRIES),
        )
        described = yaml.safe_load((PROJECT_DIR / "models/ai/_ai.yml").read_text())
        ours = [one for one in described["models"] if one["name"] in ANSWERS]
        (self.project.folder / "models/ai/_ai.yml").write_text(
            yaml.safe_dump({"version": 2, "models": ours})
        )
        for name, rows in GIVEN.items():
            schema = "intermediate" if name.startswith("int_") else "marts"
            config = f"{{{{ config(materialized='table', schema='{schema}') }}}}\n"
            self.project.give(name, rows, TYPES, config)
        self._settle()
        with open_warehouse(self.settings) as warehouse:
            ensure_ops_tables(warehouse)

    def build(self, day: str, first: bool = False) -> None:
        """Build the briefs' inputs and views as of a day, and test them."""
        paths = ["path:models/enrich", "path:models/ai", "path:models/marts"]
        if first:
            paths += [*REGISTRIES, "path:models/given"]
        paths += [f"stg_registry__{one}" for one in REGISTRIES]
        kinds = ["unit_test"] if first else ["unit_test", "test"]
        self.project.dbt(
            *("build", "--exclude-resource-type", *kinds),
            *("--vars", json.dumps({"as_of_date": day})),
            *("--select", *paths),
        )

    def write(self) -> Outcome:
        return run_task(BriefWarehouse(self.settings), TASK, Offline(workers=1))

    def rows(self, sql: str) -> list[Row]:
        with open_warehouse(self.settings) as warehouse:
            return warehouse.rows(sql)

    def dates(self) -> dict[str, str]:
        """Of each account the day whose facts its brief tells."""
        rows = self.rows("select account_key, brief_date from marts.account_brief_status")
        return {row["account_key"]: str(row["brief_date"]) for row in rows}

    def edit(self, registry: str, key: str, given: Mapping[str, str]) -> None:
        """As ``gtm registry set`` does it."""
        with open_warehouse(self.settings) as warehouse:
            edit = Edit(read_registries(warehouse), "anna", datetime(2026, 6, 30, 9))
            set_row(edit, registry, key, given)
            append(warehouse, edit.checked())

    def _settle(self) -> None:
        """Only the templates that the cases are worked out with."""
        lines = [
            "template_id,task,lane,persona,intent_stage,version,enabled,system_prompt,user_prompt,max_words"
        ]
        for name, slot in TEMPLATES.items():
            prompt = "{{JSON_HERE}}"
            lines.append(
                f"{name},account_brief,{','.join(slot)},1,true,Write a brief.,{prompt},180"
            )
        lines.append("first_touch,first_touch,*,*,*,1,true,Write.,{{JSON_HERE}},65")
        seed = self.project.folder / "seeds/registry/prompt_templates.csv"
        seed.write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def desk(engine_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The first day is built and written."""
    found = Desk(tmp_path_factory.mktemp("desk"), engine_env)
    found.build(DAYS[0], first=True)
    found.write()
    return found


def test_a_brief_says_what_its_rows_say(desk: Desk) -> None:
    with open_warehouse(desk.settings) as warehouse:
        found = read_brief(warehouse, "https://www.exact.com/pricing")
    said = [(one["section"], one["text"]) for one in found.statements]
    assert said == [
        ("why_hot", "Lead request (quote) on 2026-06-26, lead score 85."),
        ("why_hot", "Usage spike on 2026-06-25, strength 90, 12 uses after 4 the week before."),
        ("why_hot", "3 pricing views in the last 7 days, the last on 2026-06-27."),
        ("buying_stage", "Hypothesis: Likely Proposal, the stage of the open opportunity."),
        (
            "primary_interest",
            "Notarization, the top lane: 120 points in the last 7 days; "
            "Compliance: 30 points in the last 7 days.",
        ),
        ("next_sales", "Answer the quote request today."),
        ("next_sales", "Ask in the open opportunity what has changed."),
        ("next_sales", "Ask what drives the usage, and offer a plan for it."),
        ("next_marketing", "Show them what customers save."),
        ("next_marketing", "Send the security overview."),
        ("next_marketing", "Send content on Notarization."),
        ("personalisation", "Begin with their quote request."),
        ("personalisation", "Begin with the call of 2026-06-10."),
        ("risks", "Not written to on 2026-06-27: Last written to on 2026-06-22."),
        ("risks", "Hypothesis: It is unknown who decides and whether there is a budget."),
    ]
    assert list(dict.fromkeys(section for section, _ in said)) == list(LENGTHS)
    assert all(one["rows"] for one in found.statements)
    assert [(row["number"], row["source_table"], row["source_key"]) for row in found.rows[:3]] == [
        (1, "marts.fct_lead_requests", "L1"),
        (2, "marts.fct_signals", "S1"),
        (3, "marts.score_ledger", "exact.com 2026-06-27 page_view pricing, ages 0–6"),
    ]
    assert found.status["account_name"] == "Exact Title"
    assert json.loads(found.as_json())["rows"][0]["text"].startswith("Lead request (quote)")


def test_rows_that_a_brief_may_cite_are_those_of_its_account_and_day(desk: Desk) -> None:
    rows = desk.rows(
        "select evidence_id, text from enrich.account_brief_evidence "
        "where account_key = 'exact.com'"
    )
    texts = {row["evidence_id"]: row["text"] for row in rows}
    assert texts["score_change"] == "Intent score 42 → 80 in the week to 2026-06-27"
    assert (
        texts["page_view:security"] == "1 security view in the last 30 days, the last on 2026-06-19"
    )
    assert texts["open_deal:O1"] == "Open opportunity Renewal: stage Proposal, amount 35700"
    assert texts["firm"] == "Industry Real estate, 40 employees"
    assert texts["path:1"] == "2 views of /soc2 in the last 7 days"
    assert not any("@" in row for row in texts), "a model is told the ids as they are"
    assert "call:secret" not in texts
    assert not any(row.startswith("queue:") for row in texts)


def test_a_deal_is_told_as_what_is_known_of_it(desk: Desk) -> None:
    deals = desk.rows(
        "select evidence_id, text from enrich.account_brief_evidence "
        "where account_key in ('any.com', 'lane.com') and evidence_id like '%deal:%' order by 1"
    )
    assert [tuple(row.values()) for row in deals] == [
        ("lost_deal:Pilot", "Opportunity Pilot was lost, first seen on 2026-06-05"),
        ("lost_deal:Rollout", "Opportunity Rollout was lost on 2026-06-05, reason Price"),
    ]


def test_who_has_none_is_told_why(desk: Desk) -> None:
    with (
        open_warehouse(desk.settings) as warehouse,
        pytest.raises(ConfigurationError, match=r"cold.com has no brief: it is Cold"),
    ):
        read_brief(warehouse, "cold.com")


def test_the_most_specific_template_is_taken(desk: Desk) -> None:
    rows = desk.rows("select account_key, template_id from enrich.account_brief_inputs")
    taken = {row["account_key"]: row["template_id"] for row in rows}
    assert taken["exact.com"] == "exact"
    assert taken["lane-persona.com"] == "lane_persona"
    assert taken["lane-stage.com"] == "lane_stage"
    assert taken["persona-stage.com"] == "persona_stage"
    assert taken["any.com"] == "default"


def test_a_brief_is_written_anew_only_for_a_reason(desk: Desk) -> None:
    """Day after day over the courses; then an edit of a template, which no score has to follow."""
    desk.build(DAYS[0])
    assert desk.write().wanted == 0
    first = dict.fromkeys(set(COURSES) - {"cold.com"}, DAYS[0])
    assert desk.dates() == first

    desk.build(DAYS[1])
    due = desk.rows("select account_key from marts.account_brief_status where is_due")
    assert {row["account_key"] for row in due} == {"surged.com", "hotter.com"}
    assert desk.write().wanted == 2
    second = first | dict.fromkeys(("surged.com", "hotter.com"), DAYS[1])
    assert desk.dates() == second

    desk.build(DAYS[2])
    assert desk.write().wanted == 1
    third = second | {"fell.com": DAYS[2]}
    assert desk.dates() == third

    desk.build(DAYS[3])
    assert desk.write().wanted == 2  # ten points up, and ten points up again
    fourth = third | dict.fromkeys(("moved.com", "fell.com"), DAYS[3])
    assert desk.dates() == fourth

    desk.build(DAYS[1])  # an earlier day again takes nothing back
    assert desk.write().wanted == 0

    desk.edit("prompt_templates", "lane_stage", {"system_prompt": "Be brief.", "version": "2"})
    desk.build(DAYS[3])
    assert desk.write().wanted == 1
    assert desk.dates() == fourth | {"lane-stage.com": DAYS[3]}

    # and once more on its own day, over other rows: until then the one there is keeps what it cites
    with open_warehouse(desk.settings) as warehouse:
        warehouse.execute("update marts.fct_daily_account_intent set unique_people_7d = 0")
    desk.edit("prompt_templates", "lane_stage", {"system_prompt": "Be kind.", "version": "3"})
    desk.build(DAYS[3])
    [due] = desk.rows("select account_key from marts.account_brief_status where is_due")
    assert due["account_key"] == "lane-stage.com"
    cited = "select evidence_id, text from marts.account_brief_citations where text is null"
    assert desk.rows(cited) == []
    assert desk.write().wanted == 1
    assert desk.rows("select account_key from marts.account_brief_status where is_due") == []


def test_a_first_message_is_asked_for_without_her_name_and_counted(desk: Desk) -> None:
    [given] = desk.rows("select input, evidence from enrich.first_touch_inputs")
    assert "Rosalind" not in str(given)
    assert "General Counsel" not in str(given)
    rows = {row["id"]: row["text"] for row in json.loads(given["evidence"])}
    assert rows["signal:S1"] == "Usage spike on 2026-06-25, 12 uses after 4 the week before"
    assert run_task(BriefWarehouse(desk.settings), FIRST_TOUCH, Offline(workers=1)).fallbacks == 0
    [touch] = desk.rows("select * from ai.first_touches")
    assert (touch["person_id"], touch["signal_id"], touch["is_passed"]) == ("P1", "S1", True)
    assert touch["opening"] == "Nobody has been using us a good deal more of late."
    quality = desk.rows("select pattern, failed_count, pass_rate from marts.first_touch_quality")
    assert {row["pattern"]: (row["failed_count"], row["pass_rate"]) for row in quality} == (
        dict.fromkeys(PATTERNS, (0, 1.0))
    )


def test_a_message_that_failed_is_counted_by_its_pattern(desk: Desk) -> None:
    desk.edit(
        "message_rules", "no_deal", {"gate": "banned_claim", "kind": "pattern", "value": "deal"}
    )
    desk.build(DAYS[3])
    outcome = run_task(BriefWarehouse(desk.settings), FIRST_TOUCH, Offline(workers=1))
    assert (outcome.answered, outcome.fallbacks) == (1, 1)
    [touch] = desk.rows("select * from ai.first_touches")
    assert (touch["is_passed"], touch["opening"], touch["is_fallback"]) == (False, None, True)
    assert touch["reason"] == "banned_claim: no_deal"
    quality = desk.rows("select pattern, failed_count, pass_rate from marts.first_touch_quality")
    assert {row["pattern"]: (row["failed_count"], row["pass_rate"]) for row in quality} == (
        dict.fromkeys(PATTERNS, (0, 1.0)) | dict.fromkeys(("any", "banned_claim"), (1, 0.5))
    )
