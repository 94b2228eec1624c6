"""6sense: who visits, how ready an account is to buy, and whom to write to.

Three hosts as three prefixes: ``/epsilon`` (identification), ``/scribe`` (scoring, segments) and
``/api`` (firmographics, people). A token is of one API group and may hide scores or segments. No
answer tells how much of a limit is left, and nothing tells which accounts surge.
"""

from __future__ import annotations

import ipaddress
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from python_jobs.http import Limit
from python_jobs.sandbox.vendor import Vendor
from python_jobs.sandbox.world import names
from python_jobs.sandbox.world.intent import PRODUCTS

Fields = dict[str, Any]

IDENTIFICATION, CREDITS, SCORING, SEGMENTS = "identification", "credits", "scoring", "segments"


@dataclass
class Token:
    """What one API token is good for, and how many credits are behind it."""

    group: str
    shows_scores: bool = True
    shows_segments: bool = True
    credits: int = 10_000


def _token(name: str) -> str:
    """Forty characters, as tokens have them."""
    return name.ljust(40, "0")


SCORING_TOKEN = _token("sandbox-scoring-")
SCORING_TOKEN_WITHOUT_SCORES = _token("sandbox-scoring-hides-scores-")
CREDITS_TOKEN = _token("sandbox-credits-")
CREDITS_TOKEN_NEARLY_SPENT = _token("sandbox-credits-nearly-spent-")
SEGMENTS_TOKEN = _token("sandbox-segments-")
IDENTIFICATION_TOKEN = _token("sandbox-identification-")

SCORES_LAST_DAYS = 13
"""An observation of the world counts for so many days."""
STRANGERS = 4
"""People of a company whom its CRM does not know."""
LARGEST_ENRICHMENT = 25
LARGEST_FILTER = 10
LARGEST_PAGE = 1_000

FUNCTIONS = {
    "Operations": ("operat",),
    "Legal": ("legal", "counsel"),
    "Compliance": ("complian",),
    "Product": ("product",),
    "Information Technology": ("it ", "cio", "security", "software"),
    "Finance": ("cfo", "financ", "accountant"),
    "Sales": ("account executive",),
    "Marketing": ("marketing",),
    "Human Resources": ("hr ",),
}
LEVELS = {
    "C-Level": ("chief", "cio", "cfo", "counsel"),
    "VP": ("vp ",),
    "Director": ("director",),
    "Manager": ("manager",),
}
FILTERS = (
    "domain",
    "email",
    "linkedinUrl",
    "jobTitle",
    "function",
    "level",
    "division",
    "country",
    "state",
    "city",
    "industryNAICS",
)
SHOWN = (
    "id",
    "firstName",
    "lastName",
    "fullName",
    "jobTitle",
    "jobFunction",
    "jobLevel",
    "location",
    "linkedinUrl",
)
"""The fields that a search shows of a person, beside those that say how she can be reached."""


class SixSense(Vendor):
    """Scores from the world's weekly intent, people from its contacts and from nowhere else."""

    name: ClassVar[str] = "sixsense"
    limits = (Limit(100, 60), Limit(20, 1))
    scopes: ClassVar[dict[str, str]] = {
        CREDITS: "/api/v2/",
        SCORING: "/scribe/v2/",
        SEGMENTS: "/scribe/v1/",
    }

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._tokens = {
            SCORING_TOKEN: Token(SCORING),
            SCORING_TOKEN_WITHOUT_SCORES: Token(SCORING, shows_scores=False),
            CREDITS_TOKEN: Token(CREDITS),
            CREDITS_TOKEN_NEARLY_SPENT: Token(CREDITS, credits=LARGEST_ENRICHMENT),
            SEGMENTS_TOKEN: Token(SEGMENTS),
            IDENTIFICATION_TOKEN: Token(IDENTIFICATION),
        }
        self._computing: set[str] = set()

    def routes(self) -> list[Route]:
        return [
            Route("/epsilon/v3/company/details", self._identify),
            Route("/api/v1/enrichment/company", self._firmographics, methods=["POST"]),
            Route("/scribe/v2/people/score", self._score, methods=["POST"]),
            Route("/scribe/v2/people/full", self._score_and_company, methods=["POST"]),
            Route("/scribe/v1/company/products", self._list_products),
            Route("/scribe/v1/company/segments", self._list_segments),
            Route("/scribe/v1/company/segment/{segment_id}", self._segment),
            Route("/api/v2/search/people", self._search, methods=["POST"]),
            Route("/api/v2/search/dictionary", self._dictionary),
            Route("/api/v2/enrichment/people", self._enrich, methods=["POST"]),
        ]

    def limits_at(self, path: str) -> Sequence[Limit]:
        """People endpoints have a limit of their own."""
        people = path.startswith("/api/v2/") and path.endswith("/people")
        return self.limits[1:] if people else self.limits[:1]

    def throttled(self, wait: float) -> Response:
        return _error(429, "Rate limit exceeded")

    def failed(self) -> Response:
        return _error(500, "Internal server error")

    def expired(self) -> Response:
        return _error(401, "Invalid token")

    def out_of_scope(self, scope: str) -> Response:
        return _error(401, "Token is not valid for this API")

    def load(self) -> None:
        self._companies = self._load_companies()
        self._scores = self._load_scores()
        self._people = self._load_people()
        self._segments = self._load_segments()
        self._by_id = {person["id"]: person for found in self._people.values() for person in found}
        self._by_email = {person["email"]: person for person in self._by_id.values()}

    def _load_companies(self) -> dict[str, Fields]:
        companies = {
            row["account_domain"]: {"name": row["account_domain"].split(".")[0].title()}
            for row in self.world.rows("select distinct account_domain from intent_accounts")
        }
        for row in self.world.rows(
            "select *, lower(coalesce(domain, regexp_extract(website, "
            "'^(?:https?://)?(?:www[.])?([^/?:]+)', 1))) as host from accounts "
            "qualify row_number() over (partition by account_id order by updated_at desc) = 1"
        ):
            if row["host"]:
                companies[row["host"]] = row
        return companies

    def _load_scores(self) -> dict[str, list[Fields]]:
        """Company domain to one entry a product; where it shows no interest, a faint one."""
        observed: dict[str, dict[str, Fields]] = {}
        for row in self.world.rows(
            "select * from intent_accounts where known_at <= ?::timestamp "
            "and observed_on > ?::date - ? qualify row_number() over "
            "(partition by account_domain, product order by observed_on desc) = 1",
            [self.world.now, self.world.as_of, SCORES_LAST_DAYS],
        ):
            observed.setdefault(row["account_domain"], {})[row["product"]] = row
        return {
            domain: [
                by_product.get(product) or _faint(product, next(iter(by_product.values())))
                for product in sorted(PRODUCTS, reverse=zlib.crc32(domain.encode()) % 2 == 0)
            ]
            for domain, by_product in observed.items()
        }

    def _load_people(self) -> dict[str, list[Fields]]:
        people: dict[str, list[Fields]] = {}
        for row in self.world.rows(
            "select * from contacts where email is not null qualify row_number() over "
            "(partition by lower(email) order by updated_at desc, contact_id) = 1"
        ):
            domain = self._domain_of(row["email"])
            if domain is not None:
                people.setdefault(domain, []).append(self._person(domain, row))
        for domain in self._scores:
            known = {person["email"] for person in people.get(domain, ())}
            strangers = [self._person(domain, row) for row in _strangers(domain)]
            people.setdefault(domain, []).extend(
                person for person in strangers if person["email"] not in known
            )
        return people

    def _person(self, domain: str, row: Fields) -> Fields:
        title = row["title"] or "Office Assistant"
        level = _first_match(LEVELS, title, "Staff")
        company = self._companies[domain]
        email = str(row["email"]).lower()
        number = zlib.crc32(email.encode())
        return {
            "id": f"{number:08x}{zlib.crc32(email[::-1].encode()):08x}",
            "email": email,
            "emailConfidence": ("A+", "A", "B", "C")[number % 4],
            "fullName": f"{row['first_name']} {row['last_name']}",
            "firstName": row["first_name"],
            "lastName": row["last_name"],
            "jobTitle": title,
            "jobFunction": _first_match(FUNCTIONS, title, "Other"),
            "jobLevel": level,
            "jobSeniority": level,
            "phone": row.get("phone"),
            "mobilePhone": None,
            "linkedinUrl": row.get("linkedin_url"),
            "location": ", ".join(filter(None, (company.get("city"), company.get("country")))),
            "skills": [],
            "education": [],
            "company": {
                "id": f"c-{zlib.crc32(domain.encode()):08x}",
                "name": company["name"],
                "domain": domain,
                "country": company.get("country"),
                "state": company.get("state"),
                "city": company.get("city"),
                "industry": company.get("industry"),
                "employees": company.get("employee_count"),
            },
        }

    def _load_segments(self) -> dict[int, Fields]:
        segments: dict[int, Fields] = {}
        for domain, scores in sorted(self._scores.items()):
            for name in {name for row in scores for name in row["segments"].split(";")}:
                number = zlib.crc32(name.encode()) % 100_000
                segment = segments.setdefault(number, {"name": name, "accounts": []})
                company = self._companies[domain]
                segment["accounts"].append(
                    {"name": company["name"], "domain": domain, "country": company.get("country")}
                )
        return segments

    def _domain_of(self, text: str) -> str | None:
        """The company of an e-mail address or host, also below the company's domain."""
        host = text.rpartition("@")[2].strip().lower()
        for candidate in (host, host.partition(".")[2]):
            if candidate in self._companies:
                return candidate
        return None

    def _admit(self, request: Request, *groups: str) -> Token | Response:
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        token = self._tokens.get(value)
        if kind != "Token" or token is None:
            return self.expired()
        return token if token.group in groups else self.out_of_scope(token.group)

    async def _identify(self, request: Request) -> Response:
        token = self._admit(request, IDENTIFICATION)
        if isinstance(token, Response):
            return token
        try:
            address = ipaddress.ip_address(request.query_params.get("ip", ""))
        except ValueError:
            return _error(400, "Invalid input")
        known = sorted(self._companies)
        domain = None
        if address.is_global and known:
            domain = known[zlib.crc32(str(address).encode()) % len(known)]
        scores = [_as_identified(row) for row in self._scores.get(domain or "", ())]
        answer: Fields = {
            "company": self._identified(domain),
            "confidence": "Very High" if domain else "Low",
        }
        if token.shows_scores:
            answer["scores"] = scores
        if token.shows_segments:
            answer["segments"] = self._memberships(domain)
        return JSONResponse(answer)

    def _identified(self, domain: str | None) -> Fields:
        company = self._companies.get(domain or "", {})
        industry = company.get("industry") or ""
        return {
            "company_match": "Match" if domain else "No Match",
            "additional_comment": "Company name or domain match was found" if domain else "",
            "companyId": f"{zlib.crc32(domain.encode()):08x}" if domain else "",
            "domain": domain or "",
            "name": company.get("name") or "",
            "region": "",
            "country": company.get("country") or "",
            "country_iso_code": company.get("country") or "",
            "state": company.get("state") or "",
            "state_code": company.get("state") or "",
            "city": company.get("city") or "",
            "address": "",
            "zip": "",
            "phone": "",
            "industry": industry,
            "industry_v2": [{"industry": industry, "subindustry": industry}] if industry else [],
            "employee_range": "",
            "employee_count": company.get("employee_count"),
            "revenue_range": "",
            "annual_revenue": company.get("annual_revenue_amount"),
            "is_blacklisted": False,
            "is_6qa": any(_is_qualified(row) for row in self._scores.get(domain or "", ())),
            "geoIP_country": company.get("country") or "",
            "geoIP_state": company.get("state") or "",
            "geoIP_city": company.get("city") or "",
            "sic": "",
            "sic_description": "",
            "naics": company.get("naics") or "",
            "naics_description": "",
        }

    def _memberships(self, domain: str | None) -> Fields:
        listed = [
            {"id": number, "name": segment["name"]}
            for number, segment in sorted(self._segments.items())
            if any(account["domain"] == domain for account in segment["accounts"])
        ]
        return {
            "ids": [segment["id"] for segment in listed],
            "names": [segment["name"] for segment in listed],
            "list": listed,
        }

    async def _firmographics(self, request: Request) -> Response:
        token = self._admit(request, CREDITS)
        if isinstance(token, Response):
            return token
        form = await _form(request)
        asked = form.get("domain") or form.get("email")
        if not asked:
            return _error(400, "Invalid input")
        domain = self._domain_of(asked)
        if domain is None:
            return _error(404, "No match found")
        answer: Fields = {"company": self._firmographic(domain)}
        if token.shows_segments:
            answer["segments"] = self._memberships(domain)
        return JSONResponse(answer)

    def _firmographic(self, domain: str) -> Fields:
        company = self._companies[domain]
        revenue = company.get("annual_revenue_amount")
        employees = company.get("employee_count")
        return {
            "companyId": f"{zlib.crc32(domain.encode()):08x}",
            "domain": domain,
            "name": company["name"],
            "country": company.get("country"),
            "state": company.get("state"),
            "city": company.get("city"),
            "industry": company.get("industry"),
            "employeeCount": None if employees is None else str(employees),
            "annualRevenue": None if revenue is None else str(int(revenue)),
            "naics": company.get("naics"),
        }

    async def _score(self, request: Request) -> Response:
        token = self._admit(request, SCORING)
        if isinstance(token, Response):
            return token
        form = await _form(request)
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", form.get("email", "")):
            return _error(400, "Invalid input")
        domain = self._domain_of(form["email"])
        if domain is None:
            return _error(404, "No match found")
        return JSONResponse({"scores": self._scored(domain)} if token.shows_scores else {})

    async def _score_and_company(self, request: Request) -> Response:
        """As scoring, with the company; an address is answered from the second time on."""
        token = self._admit(request, SCORING)
        if isinstance(token, Response):
            return token
        form = await _form(request)
        email = form.get("email", "")
        if "@" not in email:
            return _error(400, "Invalid input")
        domain = self._domain_of(email)
        if domain is None:
            return _error(404, "No match found")
        if email not in self._computing:
            self._computing.add(email)
            return JSONResponse({"status": "pending"}, 202)
        answer: Fields = {"company": self._identified(domain)}
        if token.shows_scores:
            answer["scores"] = self._scored(domain)
        if token.shows_segments:
            answer["segments"] = self._memberships(domain)
        return JSONResponse(answer)

    def _scored(self, domain: str) -> list[Fields]:
        scores = [_as_scored(row) for row in self._scores.get(domain, ())]
        shown, _ = self.cut(scores, None, max(1, len(scores)), f"scores {domain}")
        return shown

    async def _list_products(self, request: Request) -> Response:
        token = self._admit(request, SEGMENTS)
        if isinstance(token, Response):
            return token
        return JSONResponse(
            {
                "products": [
                    {"product": name, "product_display_name": name.replace("_", " ").title()}
                    for name in PRODUCTS
                ]
            }
        )

    async def _list_segments(self, request: Request) -> Response:
        token = self._admit(request, SEGMENTS)
        if isinstance(token, Response):
            return token
        listed = [
            {"id": number, "name": segment["name"]}
            for number, segment in sorted(self._segments.items())
        ]
        return JSONResponse({"segments": listed})

    async def _segment(self, request: Request) -> Response:
        token = self._admit(request, SEGMENTS)
        if isinstance(token, Response):
            return token
        text = request.path_params["segment_id"]
        segment = self._segments.get(int(text)) if text.isdigit() else None
        if segment is None:
            return _error(404, "Segment not found")
        accounts, _ = self.cut(
            segment["accounts"], None, len(segment["accounts"]), request.url.path
        )
        return JSONResponse(
            {"count": len(accounts), "created_at": "2026-01-05T08:00:00Z", "accounts": accounts}
        )

    async def _search(self, request: Request) -> Response:
        token = self._admit(request, CREDITS)
        if isinstance(token, Response):
            return token
        asked = await _object(request)
        if asked is None or not _is_search(asked):
            return _error(400, "Invalid input")
        number, size = int(asked.get("pageNo", 1)), int(asked.get("pageSize", 50))
        if number < 1 or not 1 <= size <= LARGEST_PAGE:
            return _error(422, "pageNo or pageSize out of range")
        found = [person for person in self._sought(asked) if _matches(person, asked)]
        page, _ = self.cut(
            found[(number - 1) * size : number * size], None, size, f"{sorted(asked.items())}"
        )
        people = [_summary(person) for person in page]
        return JSONResponse({"totalResults": len(found), "people": people})

    def _sought(self, asked: Fields) -> list[Fields]:
        domains = [str(domain).lower() for domain in asked.get("domain", self._people)]
        return [person for domain in domains for person in self._people.get(domain, ())]

    async def _dictionary(self, request: Request) -> Response:
        token = self._admit(request, CREDITS)
        if isinstance(token, Response):
            return token
        countries = sorted({row.get("country") or "" for row in self._companies.values()} - {""})
        return JSONResponse(
            {
                "function": [*FUNCTIONS, "Other"],
                "level": [*LEVELS, "Staff"],
                "country": countries,
                "emailConfidence": ["A+", "A", "B", "C"],
            }
        )

    async def _enrich(self, request: Request) -> Response:
        """Those found, in no order of the asker's; one credit each, or nothing at all."""
        token = self._admit(request, CREDITS)
        if isinstance(token, Response):
            return token
        asked = await _array(request)
        if asked is None or not 1 <= len(asked) <= LARGEST_ENRICHMENT:
            return _error(400, "Invalid input")
        found = []
        for wish in asked:
            person = self._by_id.get(str(wish.get("peopleId"))) or self._by_email.get(
                str(wish.get("email", "")).lower()
            )
            if person is not None and int(person["id"], 16) % 4:
                found.append({**person, "referenceKeys": wish.get("referenceKeys", {})})
        if len(found) > token.credits:
            return _error(402, "Quota exceeded")
        token.credits -= len(found)
        contacts, _ = self.cut(
            sorted(found, key=lambda person: person["id"][::-1]),
            None,
            LARGEST_ENRICHMENT,
            f"enrichment {[person['id'] for person in found]}",
        )
        return JSONResponse({"contacts": contacts})


def _faint(product: str, other: Fields) -> Fields:
    """What the model of a product says of a company that shows interest in another one."""
    score = max(1, other["intent_score"] // 4)
    return {**other, "product": product, "intent_score": score, "buying_stage": "Target"}


def _is_qualified(row: Fields) -> bool:
    return row["buying_stage"] in ("Decision", "Purchase")


def _as_identified(row: Fields) -> Fields:
    """Score fields as identification calls them."""
    return {
        "product": row["product"],
        "product_display_name": row["product"].replace("_", " ").title(),
        "is_6qa": _is_qualified(row),
        "intent_score": row["intent_score"],
        "buying_stage": row["buying_stage"],
        "profile_score": row["profile_score"],
        "profile_fit": row["profile_fit"],
    }


def _as_scored(row: Fields) -> Fields:
    """Score fields as lead scoring calls them."""
    return {
        "product": row["product"],
        "company_intent_score": row["intent_score"],
        "company_buying_stage": row["buying_stage"],
        "company_profile_score": row["profile_score"],
        "company_profile_fit": row["profile_fit"],
        "contact_intent_score": row["intent_score"] // 2,
        "contact_grade": "ABCD"[min(3, (100 - row["intent_score"]) // 25)],
        "contact_profile_score": row["profile_score"],
        "contact_profile_fit": row["profile_fit"],
    }


def _strangers(domain: str) -> list[Fields]:
    """People of a company whom nobody here has met: the same ones every time."""
    draw = zlib.crc32(f"strangers {domain}".encode())
    titles = [row[0] for row in names.TITLES if row[1] >= 5]
    people = []
    for number in range(STRANGERS):
        first, first_ascii = names.FIRST_NAMES[(draw + 37 * number) % len(names.FIRST_NAMES)]
        last, last_ascii = names.LAST_NAMES[(draw // 97 + 59 * number) % len(names.LAST_NAMES)]
        people.append(
            {
                "first_name": first,
                "last_name": last,
                "email": f"{first_ascii}.{last_ascii}@{domain}",
                "title": titles[(draw // 31 + 5 * number) % len(titles)],
                "phone": f"+1555{(draw + number) % 9_000_000 + 1_000_000}" if number % 2 else None,
                "linkedin_url": f"https://www.linkedin.com/in/{first_ascii}-{last_ascii}",
            }
        )
    return people


def _first_match(words: dict[str, tuple[str, ...]], title: str, otherwise: str) -> str:
    lowered = f"{title.lower()} "
    return next(
        (name for name, parts in words.items() if any(part in lowered for part in parts)),
        otherwise,
    )


def _is_search(asked: Fields) -> bool:
    """Every filter is a list of at most ten values, and there is one at least."""
    lists = [asked[name] for name in FILTERS if name in asked]
    return bool(lists) and all(
        isinstance(values, list) and 1 <= len(values) <= LARGEST_FILTER for values in lists
    )


def _matches(person: Fields, asked: Fields) -> bool:
    fields = {
        "email": person["email"],
        "linkedinUrl": person["linkedinUrl"],
        "jobTitle": person["jobTitle"],
        "function": person["jobFunction"],
        "level": person["jobLevel"],
        "country": person["company"]["country"],
        "state": person["company"]["state"],
        "city": person["company"]["city"],
    }
    has = {"hasEmail": True, "hasPhone": person["phone"] is not None, "hasWorkPhone": False}
    return all(value in asked.get(name, [value]) for name, value in fields.items()) and all(
        asked.get(name, value) == value for name, value in has.items()
    )


def _summary(person: Fields) -> Fields:
    """What a search shows of a person: how to reach her only by yes or no."""
    if "id" not in (person or ()):
        return person
    return {name: person[name] for name in SHOWN} | {
        "hasEmail": True,
        "hasPhone": person["phone"] is not None,
        "hasMobilePhone": person["mobilePhone"] is not None,
    }


async def _form(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    return {name: values[0] for name, values in parse_qs(body).items()}


async def _object(request: Request) -> Fields | None:
    found = await _parsed(request)
    return found if isinstance(found, dict) else None


async def _array(request: Request) -> list[Fields] | None:
    found = await _parsed(request)
    if isinstance(found, list) and all(isinstance(item, dict) for item in found):
        return found
    return None


async def _parsed(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except ValueError:
        return None


def _error(status: int, message: str) -> Response:
    return JSONResponse({"status": "error", "message": message}, status)
