"""A company's key: the registrable domain of whatever address a record holds, on both engines."""

from __future__ import annotations

import random

from publicsuffixlist import PublicSuffixList

from python_jobs.reference import public_suffix_rows

from .conftest import Domains

HOSTS = {
    "https://www.AcmeSpace.com/path": "acmespace.com",
    "name@gmail.com": "gmail.com",
    "app.acme.co.uk": "app.acme.co.uk",
    "http://user:secret@www.acme.com:8443/a?b=c#d": "acme.com",
    "https://acme.com?return=https://other.com": "acme.com",
    "acme.com#team@other.com": "acme.com",
    "acme.com/contact@other.com": "acme.com",
    "acme.com:8080": "acme.com",
    "//cdn.acme.com/x.js": "cdn.acme.com",
    "http:/acme.com": "acme.com",
    "ftp://acme.com": "acme.com",
    "mailto:ann@acme.com": "acme.com",
    "Ann Lee <ann@Mail.Acme.com>": "mail.acme.com",
    "  \tacme.com\r\n": "acme.com",
    "acme.com.": "acme.com",
    "https://acme.com.:443/x": "acme.com",
    "ACME_labs.com": "acme_labs.com",
    "www.com": "www.com",
    "www.ck": "www.ck",
    "www2.acme.com": "www2.acme.com",
    "https://bücher.de/x": "bücher.de",
    "xn--bcher-kva.de": "xn--bcher-kva.de",
    "1.2.3.4": "1.2.3.4",
    "https://acme.com/" + "x" * 1_000_000: "acme.com",
    "": None,
    "n/a": None,
    "unknown": None,
    "localhost": None,
    "http://localhost:3000/x": None,
    "/pricing.html": None,
    "[2001:db8::1]:443": None,
    "http://[::1]/": None,
    "2001:db8::1": None,
    "acme..com": None,
    ".acme.com": None,
    "acme corp.com": None,
    "o'neil.com": None,
    'ac"me.com': None,
    "ac\\me.com": None,
    "acme.com, other.com": None,
    "android-app://com.acme.app": None,
    "javascript:alert(1)": None,
    "a" * 64 + ".com": None,
    "x" * 3000 + ".com": None,
}

REGISTRABLE = {
    "acmespace.com": "acmespace.com",
    "app.acme.co.uk": "acme.co.uk",
    "team.github.io": "team.github.io",
    "docs.team.github.io": "team.github.io",
    "shop.bücher.de": "bücher.de",
    "a.b.ck": "a.b.ck",
    "x.www.ck": "www.ck",
    "city.kobe.jp": "city.kobe.jp",
    "a.b.c.kobe.jp": "b.c.kobe.jp",
    "食狮.公司.cn": "食狮.公司.cn",
    "www.xn--85x722f.xn--55qx5d.cn": "xn--85x722f.xn--55qx5d.cn",
    "a.b.no-such-suffix": "b.no-such-suffix",
    "1.2.3.4": None,
    "10.0.0.255": None,
    "github.io": None,
    "co.uk": None,
    "b.ck": None,
    "printer.local": None,
    "db.internal": None,
    "app.localhost": None,
}

PERSONAL = ("gmail.com", "mail.yahoo.co.uk", "outlook.com", "hotmail.fr", "icloud.com", "qq.com")


def test_host_of_an_address(domains: Domains) -> None:
    found = dict(zip(HOSTS, domains.hosts(list(HOSTS)), strict=True))
    assert {text: host for text, host in found.items() if host != HOSTS[text]} == {}


def test_registrable_domain_of_a_host(domains: Domains) -> None:
    found = domains.registrable(list(REGISTRABLE))
    assert {host: domain for host, (domain, _) in found.items()} == REGISTRABLE
    assert not any(is_personal for _, is_personal in found.values())


def test_personal_mail_is_told_from_companies(domains: Domains) -> None:
    companies = ("acme.com", "alibaba.com", "facebook.com", "github.io", "1.2.3.4")
    found = domains.registrable([*PERSONAL, *companies])
    assert {host: is_personal for host, (_, is_personal) in found.items()} == dict.fromkeys(
        PERSONAL, True
    ) | dict.fromkeys(companies, False)


def test_same_domains_as_the_list_s_own_package(domains: Domains) -> None:
    """Thousands of hosts around every kind of rule give what `publicsuffixlist` gives."""
    seeded = random.Random(20260301)
    rules = public_suffix_rows()
    special = [rule for rule in rules if "true" in rule[1:]]
    chosen = seeded.sample(rules, 900) + seeded.sample(special, 200)
    hosts = {"a.com", "b.a.unknown", "x.y.z.unknown"}
    for suffix, _, _ in chosen:
        for depth in range(4):
            labels = [seeded.choice(("www", "city", "a", "shop-1")) for _ in range(depth)]
            hosts.add(".".join([*labels, suffix]))
    asked = sorted(host for host in hosts if "." in host)
    suffixes = PublicSuffixList()
    found = domains.registrable(asked)
    assert len(found) == len(asked) > 3000
    wrong = {
        host: domain
        for host, (domain, _) in found.items()
        if domain != suffixes.privatesuffix(host)
    }
    assert wrong == {}
