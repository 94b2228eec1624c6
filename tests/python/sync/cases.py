"""The company that the sync models plan for: what we say of each account and person, and what
Salesforce and Outreach say."""

from __future__ import annotations

from typing import Any

DAY = "2026-06-30"
Row = dict[str, Any]

ACCOUNT = {
    "Domain__c": None,
    "Name": "Its name",
    "Website": "www.example.com",
    "Intent_Score__c": None,
    "Intent_Stage__c": None,
    "Intent_Surge__c": None,
    "Intent_Top_Lane__c": "compliance",
    "Intent_Why_Hot__c": None,
    "Intent_Updated_At__c": "2026-07-01T00:00:00.000+0000",
}

# account: (our score, our surge ratio; None: never seen), what Salesforce says, the fields written
# (None: nothing is), the reason
CASES: dict[str, tuple[tuple[int, float] | None, Row, Row | None, str | None]] = {
    "equal": ((50, 1.0), {"score": 50.0, "stage": "Warm"}, None, None),
    "first": (
        (50, 1.0),
        {},
        {"Intent_Score__c": 50, "Intent_Stage__c": "Warm", "Intent_Surge__c": "Normal"},
        "Intent_Score__c empty → 50; Intent_Stage__c empty → Warm; Intent_Surge__c empty → Normal",
    ),
    # a rise is written at once
    "risen": (
        (70, 1.0),
        {"score": 69, "stage": "Warm"},
        {"Intent_Score__c": 70, "Intent_Stage__c": "Hot"},
        "Intent_Stage__c Warm → Hot",
    ),
    # a fall waits until the score is ten points clear of the boundary: 60 is not, 59 is
    "fallen_a_little": ((60, 1.0), {"score": 72, "stage": "Hot"}, None, None),
    "fallen_clear": (
        (59, 1.0),
        {"score": 72, "stage": "Hot"},
        {"Intent_Score__c": 59, "Intent_Stage__c": "Warm"},
        "Intent_Stage__c Hot → Warm",
    ),
    "fallen_to_cold": ((25, 1.0), {"score": 36, "stage": "Warm"}, None, None),
    "fallen_to_clear_cold": (
        (24, 1.0),
        {"score": 36, "stage": "Warm"},
        {"Intent_Score__c": 24, "Intent_Stage__c": "Cold"},
        "Intent_Stage__c Warm → Cold",
    ),
    "fallen_two_stages": (
        (30, 1.0),
        {"score": 72, "stage": "Hot"},
        {"Intent_Score__c": 30, "Intent_Stage__c": "Cold"},
        "Intent_Score__c 72 → 30; Intent_Stage__c Hot → Cold",
    ),
    # decay within a stage is no reason; a move of thirty points is, and the stage rides along
    "decayed": ((40, 1.0), {"score": 69, "stage": "Warm"}, None, None),
    "moved": (
        (39, 1.0),
        {"score": 69, "stage": "Warm"},
        {"Intent_Score__c": 39},
        "Intent_Score__c 69 → 39",
    ),
    "moved_within_hysteresis": (
        (65, 1.0),
        {"score": 95, "stage": "Hot"},
        {"Intent_Score__c": 65, "Intent_Stage__c": "Warm"},
        "Intent_Score__c 95 → 65",
    ),
    # surge matters from Warm on; 1.7 × 1.5 is still above 2.5, 1.6 × 1.5 is not
    "surging_cold": ((20, 3.0), {"score": 20, "stage": "Cold"}, None, None),
    "surging": (
        (50, 3.0),
        {"score": 50, "stage": "Warm"},
        {"Intent_Surge__c": "Exploding"},
        "Intent_Surge__c Normal → Exploding",
    ),
    "calmed_a_little": (
        (50, 1.7),
        {"score": 50, "stage": "Warm", "surge": "Exploding"},
        None,
        None,
    ),
    "calmed": (
        (50, 1.6),
        {"score": 50, "stage": "Warm", "surge": "Exploding"},
        {"Intent_Surge__c": "Surging"},
        "Intent_Surge__c Exploding → Surging",
    ),
    # null: own figures are cleared, the third party's are left
    "gone": (
        None,
        {"score": 80, "stage": "Hot", "more": {"X6Sense_Buying_Stage__c": "Decision"}},
        {
            "Intent_Score__c": None,
            "Intent_Stage__c": None,
            "Intent_Surge__c": None,
            "Intent_Top_Lane__c": None,
            "Intent_Updated_At__c": None,
        },
        "Intent_Score__c 80 → empty; Intent_Stage__c Hot → empty",
    ),
    "never_seen": (
        None,
        {"more": {"Intent_Top_Lane__c": None, "Intent_Updated_At__c": None}},
        None,
        None,
    ),
    # only what is empty: the domain is, the name is not
    "without_domain": (
        (50, 1.0),
        {"score": 50, "stage": "Warm", "more": {"Domain__c": " "}},
        {"Domain__c": "without_domain.com"},
        "Domain__c empty → without_domain.com",
    ),
}
# of one company, what 6sense says: stage and fit differ, the score has moved by less than ten
SIXSENSE = "sixsense.com"
OWNER, LEFT = "005000000000001AAA", "005000000000002AAA"


def in_stage(score: int) -> str:
    return "Cold" if score <= 34 else "Warm" if score <= 69 else "Hot"


def in_surge(ratio: float) -> str:
    return "Normal" if ratio < 1.5 else "Surging" if ratio <= 2.5 else "Exploding"


def ours(key: str, figures: tuple[int, float] | None, **more: Any) -> Row:
    score, ratio = figures or (0, 1.0)
    return {
        "account_key": key,
        "account_name": key,
        "domain": key,
        "website": f"www.{key}",
        "crm_owner_id": LEFT if key == "surging.com" else OWNER,
        "intent_score": score,
        "intent_stage": in_stage(score),
        "surge_ratio": ratio,
        "surge_level": in_surge(ratio),
        "top_lane": "compliance",
        "why_hot": [],
        "score_updated_at": "2026-07-01 00:00:00" if figures else None,
        "sixsense_buying_stage": None,
        "sixsense_intent_score": None,
        "sixsense_profile_fit": None,
        "sixsense_topics": None,
        "sixsense_segments": None,
        **more,
    }


def theirs(key: str, given: Row) -> Row:
    surge = given.get("surge", "Normal" if "stage" in given else None)
    return {
        **ACCOUNT,
        "Domain__c": key,
        "Intent_Score__c": given.get("score"),
        "Intent_Stage__c": given.get("stage"),
        "Intent_Surge__c": surge,
        **given.get("more", {}),
    }


ACCOUNTS = [
    *(ours(f"{name}.com", figures) for name, (figures, *_) in CASES.items()),
    ours("long.com", (50, 1.0), why_hot=["x" * 300]),
    ours("double.com", (50, 1.0)),
    ours("deleted.com", (80, 1.0)),
    ours("new.com", (80, 3.0), why_hot=["2× Pricing", "1× Security"]),
    ours("new-cold.com", (10, 1.0)),
    ours("queued.com", (10, 1.0)),
    ours(
        SIXSENSE,
        (50, 1.0),
        sixsense_buying_stage="Decision",
        sixsense_intent_score=69.0,
        sixsense_profile_fit="Strong",
        sixsense_topics="notary",
    ),
]
STEADY = {"score": 50, "stage": "Warm"}
SALESFORCE_ACCOUNTS: dict[str, Row] = {
    **{f"{name}.com": theirs(f"{name}.com", given) for name, (_, given, *_) in CASES.items()},
    "long.com": theirs("long.com", STEADY | {"more": {"Intent_Why_Hot__c": "x" * 255}}),
    "deleted.com": theirs("deleted.com", STEADY) | {"IsDeleted": True},
    SIXSENSE: theirs(
        SIXSENSE,
        STEADY
        | {
            "more": {
                "X6Sense_Buying_Stage__c": "Awareness",
                "X6Sense_Intent_Score__c": 60.0,
                "X6Sense_Profile_Fit__c": "Strong",
                "X6Sense_Last_Surge_Date__c": "2026-06-20",
            }
        },
    ),
}
DOUBLES = {"001double1": "www.double.com", "001double2": "https://double.com"}


def in_queue(name: str, account: str = "queued.com", **more: Any) -> Row:
    return {
        "queue_date": DAY,
        "queue_rank": 1,
        "person_id": f"id_{name}",
        "account_key": account,
        "account_name": "Queued, Inc.",
        "signal_id": f"signal_of_{name}",
        "signal_name": "usage_spiked",
        "strength": 85,
        "sequence_key": "spike",
        "outreach_sequence_id": "4",
        "mailbox_id": "7",
        "email": f"{name}@queued.com",
        "first_name": name.capitalize(),
        "last_name": "Doe",
        "title": "Director of Operations",
        "linkedin_url": None,
        "crm_contact_id": None,
        "outreach_prospect_id": None,
        "intent_score": 10,
        "intent_stage": "Cold",
        **more,
    }


WRITTEN = {"custom6": "Twelve of yours use it now.", "custom7": "Shall we talk on Tuesday?"}


def written(name: str, **more: Any) -> Row:
    return {
        "person_id": f"id_{name}",
        "signal_id": f"signal_of_{name}",
        "opening": WRITTEN["custom6"],
        "call_to_action": WRITTEN["custom7"],
        "engine": "claude",
        "is_passed": True,
        "is_fallback": False,
        **more,
    }


QUEUE = [
    in_queue("known"),
    in_queue("fresh"),
    in_queue("twin"),
    in_queue("nameless", last_name=None, first_name=None),
    in_queue("enrolled"),
    in_queue("unsendable", mailbox_id=None),
    in_queue("unmade", outreach_sequence_id=None),
    # whose records have other addresses than the one she is written to, or none
    in_queue("merged", crm_contact_id="003merged", outreach_prospect_id="13"),
    in_queue("been", crm_contact_id="003been", outreach_prospect_id="14"),
    in_queue("gone", crm_contact_id="003gone", outreach_prospect_id="15"),
    in_queue("both", crm_contact_id="003both2", outreach_prospect_id="17"),
    # who has said no since the day that the queue is of
    in_queue("refused"),
    in_queue("barred", crm_contact_id="003barred"),
    in_queue("unsubscribed"),
]
CONTACTS = {
    "003known": {
        "Email": "Known@Queued.com",
        "LastName": "Doe",
        "Title": "COO",
        "Signal_Source__c": "Usage spike",
        "Signal_Strength__c": 82.0,
    },
    "003twin1": {"Email": "twin@queued.com", "LastName": "Doe"},
    "003twin2": {"Email": "TWIN@queued.com", "LastName": "Doe"},
    "003merged": {"Email": "merged@gmail.com", "LastName": "Doe"},
    "003been": {"Email": None, "LastName": "Doe"},
    "003gone": {"Email": "gone@gmail.com", "LastName": "Doe", "IsDeleted": True},
    "003both1": {"Email": "both@queued.com", "LastName": "Doe"},
    "003both2": {"Email": "both@gmail.com", "LastName": "Doe"},
    "003refused": {"Email": "Refused@queued.com", "LastName": "Doe", "HasOptedOutOfEmail": True},
    "003barred": {"Email": "barred@gmail.com", "LastName": "Doe", "Do_Not_Contact__c": True},
}
SAID = {
    "custom1": "Usage spike",
    "custom2": "Cold",
    "custom3": "10",
    "custom5": "Queued",
    "custom6": "Queued has been using us a good deal more of late.",
    "custom7": "Would a call of fifteen minutes this week be of use?",
}
PROSPECTS = {
    "11": {
        "emails": ["other@queued.com", "known@queued.com"],
        "firstName": "Kim",
        **SAID,
        "custom4": "Kim",
    },
    "12": {"emails": ["enrolled@queued.com"], **SAID, "custom4": "Enrolled"},
    "13": {"emails": ["merged@gmail.com"]},
    "14": {"emails": ["been@gmail.com"]},
    "15": {"emails": ["gone@gmail.com"], "trashedAt": "2026-06-01T00:00:00Z"},
    "16": {"emails": ["both@queued.com"]},
    "17": {"emails": ["both@gmail.com"]},
}
REQUESTS = [
    {
        "lead_request_id": "lr_1",
        "account_key": "equal.com",
        "crm_lead_id": None,
        "request_type": "quote",
        "email": "Asks@equal.com",
        "first_name": "Ann",
        "last_name": "Asker",
        "company_name": None,
        "website": None,
        "phone": None,
        "message": "Please call",
        "lead_score": score,
        "occurred_at": at,
    }
    | more
    for score, at, more in [
        (75.0, "2026-06-28 10:00:00", {}),
        (60.0, "2026-06-28 10:00:00", {"lead_request_id": "low", "email": "low@equal.com"}),
        (90.0, "2026-06-01 10:00:00", {"lead_request_id": "old", "email": "old@equal.com"}),
        (90.0, "2026-06-28 10:00:00", {"lead_request_id": "known", "email": "known@queued.com"}),
        (90.0, "2026-06-28 10:00:00", {"lead_request_id": "lead", "email": "lead@equal.com"}),
        (
            90.0,
            "2026-06-28 10:00:00",
            {"lead_request_id": "theirs", "email": "x@equal.com", "crm_lead_id": "00Q"},
        ),
    ]
]


def day_of(key: str, day: str, score: int, ratio: float) -> Row:
    return {
        "account_key": key,
        "snapshot_date": day,
        "intent_score": score,
        "intent_stage": in_stage(score),
        "surge_level": in_surge(ratio),
        "why_hot": ["1× Pricing"],
    }


# the relations in the place of those that the models read; a text names the type of nulls
GIVEN: dict[str, list[Row]] = {
    "dim_accounts": ACCOUNTS,
    "int_score_configs": [
        {
            "is_active": True,
            "cold_max": 34,
            "warm_max": 69,
            "surge_surging_min": 1.5,
            "surge_exploding_min": 2.5,
        }
    ],
    "activation_queue": QUEUE,
    # what was written for her signal; for another one of hers; what did not pass the gate
    "first_touches": [
        written("fresh"),
        written("enrolled", signal_id="an_earlier_one"),
        written("unmade", is_passed=False),
    ],
    "fct_signals": [
        {"account_key": key, "signal_name": "intent_surged", "detected_at": day}
        for key, day in (
            ("before-the-alias.com", "2026-06-20"),
            (SIXSENSE, "2026-05-01"),
            (SIXSENSE, "2026-07-01"),
        )
    ],
    "stg_registry__account_aliases": [
        {"alias_domain": "before-the-alias.com", "account_key": SIXSENSE}
    ],
    "int_crm_accounts_keyed": [
        {"account_id": f"001{key}", "account_key": key} for key in SALESFORCE_ACCOUNTS
    ],
    "int_account_keys": [
        {"domain_reference": key, "account_key": key} for key in ("double.com", "queued.com")
    ],
    "fct_daily_account_intent": [
        day_of("risen.com", "2026-06-29", 69, 1.0),
        day_of("risen.com", DAY, 70, 1.0),
        day_of("double.com", "2026-06-29", 50, 1.0),
        day_of("double.com", DAY, 50, 3.0),
        # its owner has left
        day_of("surging.com", "2026-06-29", 50, 1.0),
        day_of("surging.com", DAY, 50, 3.0),
        # one visit of an account that nobody knew, which is no reason to call
        day_of("surging_cold.com", DAY, 20, 3.0),
        day_of("equal.com", "2026-06-29", 80, 1.0),
        day_of("equal.com", DAY, 80, 1.0),
    ],
    "fct_lead_requests": REQUESTS,
    "stg_files__technographics": [{"account_domain": "queued.com", "technology": "Zapier"}],
    "stg_clay__enrichments": [
        {
            "enrichment_id": "e1",
            "account_domain": "queued.com",
            "result": {"technologies": ["Okta", "DocuSign"], "news": "Opened a branch"},
            "is_current": True,
            "version_at": "2026-06-01 00:00:00",
        }
    ],
    "stg_salesforce__users": [
        {
            "user_id": user,
            "is_active": user == OWNER,
            "is_current": True,
            "version_at": "2026-06-01 00:00:00",
        }
        for user in (OWNER, LEFT)
    ],
    "stg_salesforce__leads": [
        {
            "lead_id": "00Q1",
            "version_at": "2026-06-01 00:00:00",
            "loaded_at": "2026-06-01 00:00:00",
            "email": "Lead@equal.com",
        }
    ],
}
TYPES = {
    "queue_date": "date",
    "snapshot_date": "date",
    "detected_at": "date",
    "score_updated_at": "timestamp",
    "loaded_at": "timestamp",
    "occurred_at": "timestamp",
    "version_at": "timestamp",
    "surge_ratio": "double",
    "lead_score": "double",
    "sixsense_intent_score": "double",
    "surge_surging_min": "double",
    "surge_exploding_min": "double",
}
