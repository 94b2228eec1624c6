"""The HTTP client against a server on loopback that answers from a script."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from python_jobs.errors import (
    ConfigurationError,
    PermanentError,
    QuotaExhausted,
    TransientError,
)
from python_jobs.http import (
    ANSWERS_TO_JUDGE_BY,
    Api,
    Auth,
    Limit,
    Pacer,
    Patience,
    Refused,
    TurnedAway,
    Verdict,
    bypass_proxy_to_this_machine,
)
from python_jobs.settings import Settings

QUICK = Patience(attempts=4, first_wait=0.01, longest_wait=2.0, read_timeout=0.5)

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Server:
    """Gives the answers of ``script`` one after the other, the last for ever."""

    url: str
    script: list[Answer] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str], float]] = field(default_factory=list)
    delay: float = 0.0

    def says(self, *answers: Answer) -> None:
        self.script[:] = answers


def good(value: object = None) -> Answer:
    return 200, {}, json.dumps({"ok": True} if value is None else value).encode()


def bad(status: int, **headers: str) -> Answer:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, b"{}"


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            self.rfile.read(length)
            held.seen.append((self.command, self.path, dict(self.headers), time.monotonic()))
            time.sleep(held.delay)
            status, headers, body = held.script.pop(0) if len(held.script) > 1 else held.script[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", headers.get("claims", str(len(body))))
            self.end_headers()
            self.wfile.write(body)
            if "claims" in headers:
                self.close_connection = True

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held = Server(f"http://127.0.0.1:{listener.server_address[1]}")
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    yield held
    listener.shutdown()
    listener.server_close()


def api(server: Server, **options: object) -> Api:
    return Api("acme", server.url, **{"patience": QUICK, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "first",
    [
        bad(500),
        bad(503),
        bad(429, Retry_After="0"),
        (200, {}, b"{cut off"),
        (200, {"claims": "99"}, b"{"),
    ],
    ids=["500", "503", "429", "not JSON", "cut off"],
)
def test_a_read_is_sent_again_after_what_passes_by_itself(server: Server, first: Answer) -> None:
    server.says(first, good())
    assert api(server).json("GET", "/things") == {"ok": True}
    assert len(server.seen) == 2


def test_a_read_that_never_succeeds_is_one_sentence_without_its_query(server: Server) -> None:
    server.says(bad(500))
    with pytest.raises(TransientError, match="acme GET /v2/things/…: HTTP 500, 4 times") as error:
        api(server).json("GET", "/v2/things/jane@example.com", params={"email": "jo@example.com"})
    assert "@" not in str(error.value)
    assert len(server.seen) == 4


def test_a_write_is_sent_once_and_its_outcome_said_to_be_unknown(server: Server) -> None:
    server.says(bad(503))
    with pytest.raises(TransientError, match="look before repeating"):
        api(server).json("POST", "/things", json={})
    assert len(server.seen) == 1


def test_a_post_that_only_reads_is_sent_again(server: Server) -> None:
    server.says(bad(503), good())
    assert api(server).json("POST", "/search", reads=True, json={}) == {"ok": True}


def test_an_answer_that_does_not_come_in_time_is_asked_for_again(server: Server) -> None:
    server.says(good())
    server.delay = 0.8
    with pytest.raises(TransientError, match="no answer in time, 4 times"):
        api(server).json("GET", "/slow")


def test_retry_after_is_obeyed(server: Server) -> None:
    server.says(bad(429, Retry_After="1"), good())
    began = time.monotonic()
    api(server).json("GET", "/things")
    assert 0.95 < time.monotonic() - began < 2.5


def test_a_wait_of_hours_ends_the_run_as_quota_exhausted(server: Server) -> None:
    server.says(bad(429, Retry_After="7200"))
    with pytest.raises(QuotaExhausted, match="asks to wait 7,200 s"):
        api(server).json("GET", "/things")
    assert len(server.seen) == 1


def test_spent_credits_are_never_asked_for_again(server: Server) -> None:
    server.says(bad(402))
    with pytest.raises(QuotaExhausted, match="credits are spent"):
        api(server).json("GET", "/things")
    assert len(server.seen) == 1


class RefreshingAuth(Auth):
    def __init__(self) -> None:
        super().__init__()
        self.tokens = ["old", "new"]

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[0]}"}

    def refresh(self) -> bool:
        self.tokens.pop(0)
        return True


def test_an_expired_token_is_refreshed_once(server: Server) -> None:
    server.says(bad(401), good())
    assert api(server, auth=RefreshingAuth()).json("GET", "/things") == {"ok": True}
    sent = [headers["Authorization"] for _, _, headers, _ in server.seen]
    assert sent == ["Bearer old", "Bearer new"]


def test_a_token_that_is_refused_again_is_a_configuration_error_without_the_token(
    server: Server,
) -> None:
    server.says(bad(401))
    with pytest.raises(ConfigurationError, match="check the credentials") as error:
        api(server, auth=RefreshingAuth()).json("GET", "/things")
    assert "new" not in str(error.value).split()
    assert len(server.seen) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_credential_follows_an_answer_to_another_address(server: Server, status: int) -> None:
    elsewhere = server.url.replace("127.0.0.1", "localhost") + "/elsewhere"
    server.says(bad(status, Location=elsewhere), good())
    acme = api(server, auth=Auth({"acme-api-key": "hush"}))
    with pytest.raises(Refused, match="another address") as refused:
        acme.json("POST", "/oauth/token", reads=True, data={"client_secret": "hush"})
    assert [path for _, path, *_ in server.seen] == ["/oauth/token"]
    assert "elsewhere" not in str(refused.value)


@pytest.mark.parametrize("path", ["http://x.test/things", ".x.test/things", "@x.test/things"])
def test_a_path_that_a_vendor_gives_leads_to_no_other_host(server: Server, path: str) -> None:
    server.says(good())
    acme = api(server, auth=Auth({"acme-api-key": "hush"}))
    for whole in (path, server.url + path):
        with pytest.raises(PermanentError, match="acme gave the address of another host"):
            acme.json("GET", whole)
    assert acme.json("GET", f"{server.url}/things") == {"ok": True}
    assert [seen for _, seen, *_ in server.seen] == ["/things"]


@pytest.mark.parametrize("key", ["hush\n", " hush", "hush€"])
def test_a_credential_that_no_header_takes_is_a_configuration_error(
    server: Server, key: str
) -> None:
    server.says(good())
    with pytest.raises(ConfigurationError, match="a credential begins with a blank") as told:
        api(server, auth=Auth({"acme-api-key": key})).json("GET", "/things")
    assert "hush" not in str(told.value)
    assert server.seen == []


def test_a_netrc_takes_no_token_s_place(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login anonymous password me@example.com\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.says(good())
    api(server, auth=Auth({"Authorization": "Bearer ours"})).json("GET", "/things")
    assert server.seen[0][2]["Authorization"] == "Bearer ours"


def test_a_proxy_is_for_vendors_and_not_for_this_machine(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = {"http": "http://127.0.0.1:9", "https": "http://127.0.0.1:9"}
    for name, proxy in nobody.items():
        monkeypatch.setenv(f"{name}_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    bypass_proxy_to_this_machine()
    server.says(good())
    assert api(server).json("GET", "/things") == {"ok": True}
    assert requests.utils.get_environ_proxies("https://api.gong.io").items() >= nobody.items()
    assert requests.utils.get_environ_proxies("https://intranet.example") == {}


def test_json_that_is_nested_without_end_is_one_sentence(server: Server) -> None:
    server.says((200, {}, b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"))
    with pytest.raises(TransientError, match="an answer that is not JSON, 4 times"):
        api(server).json("GET", "/things")


def test_the_vendor_s_own_reading_of_an_answer_comes_first(server: Server) -> None:
    def judge(response: requests.Response) -> Verdict | None:
        return Verdict.EMPTY if response.status_code == 404 else None

    server.says(bad(404))
    assert api(server, judge=judge).json("GET", "/things") is None


def test_a_refusal_carries_its_answer_for_code_that_knows_the_vendor(server: Server) -> None:
    server.says((422, {}, b'{"errors": [{"id": "taken"}]}'))
    with pytest.raises(Refused) as error:
        api(server).json("POST", "/things", json={})
    assert error.value.response.json()["errors"][0]["id"] == "taken"
    assert "taken" not in str(error.value)


def test_a_service_that_is_down_is_one_sentence() -> None:
    with pytest.raises(TransientError, match="the connection failed, 4 times"):
        Api("acme", "http://127.0.0.1:9", patience=QUICK).json("GET", "/things")


@pytest.mark.parametrize(
    "url", ["api.vendor.com", "http//api.vendor.com", "htps://a.com", "http://"]
)
def test_a_base_url_that_is_none_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigurationError, match="vendor: its base URL is not a URL: write"):
        Api("vendor", url, patience=QUICK).json("POST", "/token")


@pytest.mark.parametrize(("delay", "workers"), [(0.0, 1), (0.05, 4)])
def test_the_pace_stays_under_the_limit_and_uses_nine_tenths_of_it(
    server: Server, delay: float, workers: int
) -> None:
    server.says(good())
    server.delay = delay
    paces = []
    while len(paces) < 3 and max(paces, default=0) < 0.9 * 40:  # a busy machine is not our delay
        server.seen.clear()
        paces.append(_pace_of_100_calls(server, workers))
    assert max(paces) >= 0.9 * 40


def _pace_of_100_calls(server: Server, workers: int) -> float:
    """Calls a second, of which 40 are allowed."""
    client = api(server, limits=[Limit(20, 0.5)])
    calls = 100 // workers
    threads = [
        threading.Thread(target=lambda: [client.json("GET", "/x") for _ in range(calls)])
        for _ in range(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    arrived = [at for *_, at in server.seen]
    assert len(arrived) == client.calls == 100
    for first, later in zip(arrived, arrived[20:], strict=False):
        assert later - first >= 0.5, "never more than 20 in any half second"
    return 80 / (arrived[-20] - arrived[0])


def test_calls_of_an_earlier_run_count(server: Server) -> None:
    pacer = Pacer([Limit(10, 3600)], longest_wait=60)
    pacer.spent(seconds_ago=100, calls=8)
    for _ in range(2):
        pacer.end(pacer.start())
    with pytest.raises(QuotaExhausted, match=r"the next is free in 3,5\d\d s"):
        pacer.start()


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_an_answer_that_is_too_large_is_not_read_to_its_end(server: Server, packed: bool) -> None:
    large = json.dumps(["x" * 5_000_000]).encode()
    headers = {"content-encoding": "gzip"} if packed else {}
    server.says((200, headers, gzip.compress(large) if packed else large))
    small = api(server, patience=replace(QUICK, largest_answer=4))
    with pytest.raises(PermanentError, match=r"acme GET /things: .* more than 4 MB: .*_ANSWER"):
        small.json("GET", "/things")
    assert len(server.seen) == 1, "it would be as large again"
    # what has been done by then is for the caller to look up
    with pytest.raises(TransientError, match=r"more than 4 MB; whether it took effect is unknown"):
        small.json("POST", "/things", json={})
    enough = api(server, patience=replace(QUICK, largest_answer=6))
    assert enough.json("GET", "/things") == ["x" * 5_000_000]


def test_the_largest_answer_is_a_setting() -> None:
    assert Settings().patience.largest_answer == 256
    assert Settings(GTM_HTTP_LARGEST_ANSWER=1.5).patience.largest_answer == 1.5


@given(
    latencies=st.lists(st.floats(0.0, 3.0), min_size=1, max_size=60),
    limit=st.builds(Limit, st.integers(1, 5), st.floats(0.5, 5.0)),
    early=st.floats(0.0, 1.0),
)
def test_however_long_answers_take_no_window_holds_more_than_the_limit(
    latencies: list[float], limit: Limit, early: float
) -> None:
    """Calls one after the other; each arrives somewhere between sending and the fastest return."""
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += max(seconds, 1e-3)

    pacer = Pacer([limit], longest_wait=1e9, clock=lambda: now, sleep=sleep)
    quickest = 0.01
    arrivals = []
    for latency in [0.0] * ANSWERS_TO_JUDGE_BY + latencies:
        started = pacer.start()
        arrivals.append(now + early * latency)
        now += latency + quickest
        pacer.end(started)
    for first, later in zip(arrivals, arrivals[limit.calls :], strict=False):
        assert later - first >= limit.seconds - 0.02


def test_a_write_that_is_turned_away_is_sent_again_until_it_is_let_in(server: Server) -> None:
    server.says(bad(429, Retry_After="0"), bad(429, Retry_After="0"), good())
    assert api(server).json("POST", "/things") == {"ok": True}
    server.says(*[bad(429, Retry_After="0")] * 20)
    with pytest.raises(TurnedAway, match=r"HTTP 429, \d+ times$"):
        api(server).json("POST", "/things")
