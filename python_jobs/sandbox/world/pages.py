"""The company's web site: its pages, and which of them each kind of visit looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from python_jobs.sandbox.world import journey
from python_jobs.sandbox.world.draws import Floats, Ints

SITE = "https://www.sealwright.example"
CITIES = [
    "austin",
    "boston",
    "chicago",
    "dallas",
    "denver",
    "london",
    "miami",
    "seattle",
    "sydney",
    "toronto",
]
TOOLS = [
    "salesforce",
    "docusign",
    "ncino",
    "encompass",
    "hubspot",
    "workday",
    "sharepoint",
    "box",
    "zapier",
    "slack",
]
DOCS = [
    "quickstart",
    "api-keys",
    "webhooks",
    "sessions",
    "signers",
    "documents",
    "errors",
    "sandbox",
    "limits",
    "sso",
]
CUSTOMERS = (
    ("brightgate-title", "notarization"),
    ("harborlight-bank", "identity_verification"),
    ("cedarfield-law", "esignature"),
    ("northmere-insurance", "compliance"),
    ("slatepay", "integrations"),
)
SERVICES = (
    ("online-notarization", "notarization"),
    ("identity-verification", "identity_verification"),
    ("esignature", "esignature"),
    ("compliance", "compliance"),
)
POSTS = tuple(
    (f"{topic}-{ending}", lane)
    for lane, topic in zip(
        journey.LANES,
        ("remote-notary", "kyc-checks", "signing-online", "audit-trails", "connecting-your-crm"),
        strict=True,
    )
    for ending in ("explained", "in-five-steps", "law-changes", "checklist")
)


@dataclass(frozen=True)
class Page:
    """A path, what it is about, and what the page itself tells the tracker, if anything."""

    path: str
    kind: str
    lane: str | None = None
    says_content_type: str | None = None
    says_lane: str | None = None


def _pages() -> tuple[Page, ...]:
    return (
        Page("/", "home"),
        Page("/about", "about"),
        Page("/careers", "careers"),
        Page("/careers/open-roles", "careers"),
        Page("/pricing", "pricing"),
        Page("/pricing/enterprise", "pricing"),
        Page("/request-reservation", "request"),
        Page("/security", "security"),
        Page("/security/soc2", "security"),
        *(Page(f"/integrations/{tool}", "integrations", "integrations") for tool in TOOLS),
        *(Page(f"/compare/{rival}", "compare") for rival in journey.RIVALS),
        # The newer page templates tell the tracker what they are; for the rest the rules decide.
        *(Page(f"/customers/{slug}", "case", lane, "case_study", lane) for slug, lane in CUSTOMERS),
        *(Page(f"/services/{slug}", "service", lane, None, lane) for slug, lane in SERVICES),
        *(Page(f"/directory/{city}", "directory", "notarization") for city in CITIES),
        *(Page(f"/docs/{topic}", "docs") for topic in DOCS),
        *(Page(f"/blog/{slug}", "blog", lane) for slug, lane in POSTS),
    )


PAGES = _pages()
REQUEST_PAGE = next(index for index, page in enumerate(PAGES) if page.kind == "request")
PRICING_PAGE = next(index for index, page in enumerate(PAGES) if page.path == "/pricing")

# Kinds of visit outside journeys, then stage by stage the lanes of a journey, then robots.
QUIET: dict[str, dict[str, float]] = {
    "general": {"home": 5, "about": 2, "blog": 3, "service": 2, "directory": 2, "pricing": 0.5},
    "careers": {"home": 2, "about": 2, "careers": 6},
    "docs": {"docs": 9, "home": 1, "blog": 1, "integrations": 1},
    "reader": {"blog": 8, "directory": 2, "home": 1, "service": 0.5},
}
STAGE_MIX: dict[str, dict[str, float]] = {
    "awareness": {"home": 2, "blog": 5, "directory": 2, "service": 2, "about": 1},
    "consideration": {
        "service": 5,
        "integrations": 3,
        "security": 2.5,
        "case": 2.5,
        "blog": 1.5,
        "docs": 1,
        "pricing": 1,
    },
    "decision": {
        "pricing": 5,
        "compare": 2.5,
        "request": 2.5,
        "security": 2,
        "case": 1.5,
        "integrations": 1.5,
        "service": 1.5,
    },
}
GENERAL, CAREERS, DOCS_VISIT, READER = range(len(QUIET))
FIRST_STAGE_PROFILE = len(QUIET)
ROBOT = FIRST_STAGE_PROFILE + len(journey.STAGES) * len(journey.LANES)


def stage_profile(stage: Ints, lane: Ints) -> Ints:
    """The profile of a journey's visit."""
    return FIRST_STAGE_PROFILE + stage * len(journey.LANES) + lane


def _weights(mix: dict[str, float], lane: str | None = None) -> Floats:
    """A share per page: the kind's weight shared by its pages, those of ``lane`` five times."""
    share = np.zeros(len(PAGES))
    for kind, weight in mix.items():
        pull = np.array(
            [
                (5.0 if lane is not None and page.lane == lane else 1.0) * (page.kind == kind)
                for page in PAGES
            ]
        )
        share += weight * pull / pull.sum()
    return share / share.sum()


def _cumulative() -> Floats:
    rows = [_weights(mix) for mix in QUIET.values()]
    rows += [_weights(STAGE_MIX[stage], lane) for stage in journey.STAGES for lane in journey.LANES]
    rows.append(np.full(len(PAGES), 1 / len(PAGES)))
    cumulative = np.cumsum(np.array(rows), axis=1)
    cumulative[:, -1] = 1.0
    return (cumulative + np.arange(len(rows))[:, None]).astype(np.float64).ravel()


_CUMULATIVE = _cumulative()


def draw(profile: Ints, chance: Floats) -> Ints:
    """A page per visit event, from the profile's mix and a uniform number."""
    position = np.searchsorted(_CUMULATIVE, profile + chance, side="right")
    page = np.minimum(position - profile * len(PAGES), len(PAGES) - 1)
    return page.astype(np.int64)
