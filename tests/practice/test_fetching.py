"""Fetching what somebody asks for: from allowed hosts alone, and never from inside."""

import gzip
import socket
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from practice.fetching import FetchFailed, FetchRefused, fetch, host_name, is_public
from tests.practice.tls_site import NAME, TlsSite, ok, redirect

URL = f"https://{NAME}/busy.ics"
PUBLIC = "93.184.216.34"


class Tripwire:
    """Every line that anybody asks for comes here, and is counted."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.lines: list[str] = []

    def connector(self, address: str, seconds: float) -> socket.socket:
        self.lines.append(address)
        return socket.create_connection(self.listening.getsockname(), timeout=seconds)

    def was_touched(self) -> bool:
        self.listening.setblocking(False)
        try:
            self.listening.accept()
        except BlockingIOError:
            return bool(self.lines)
        return True


@pytest.fixture
def tripwire() -> Iterator[Tripwire]:
    wire = Tripwire()
    yield wire
    wire.listening.close()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TlsSite]:
    """A calendar service that this machine trusts."""
    running = TlsSite(tmp_path)
    running.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
    yield running
    running.stop()


def get(site: TlsSite, url: str = URL, **facts: Any) -> bytes:
    """Fetch from the site as if it stood at a public address."""
    asked: dict[str, Any] = {
        "allowed_hosts": [NAME],
        "limit_bytes": 100_000,
        "seconds": 5,
        "resolver": lambda host: [PUBLIC],
        "connector": site.connector,
    }
    return fetch(url, **asked | facts)


# What is never asked

HOSTILE = [
    # Loopback, however it is written
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.0.0.1./",
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127%2e0%2e0%2e1/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://localhost.localdomain/",
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1%25lo]/",
    "https://[fd00::1]/",
    "https://[2002:7f00:1::]/",
    "https://[::1]:443/",
    "https://[v1.1]/",
    # Networks inside, and the neighbors of a cloud
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/",
    "https://metadata.google.internal/",
    # Who is asked, and as whom
    f"https://user@{NAME}/",
    f"https://user:secret@{NAME}/",
    f"https://{NAME}@127.0.0.1/",
    f"https://127.0.0.1@{NAME}/",
    f"https://{NAME}%40127.0.0.1/",
    f"https://{NAME}\\@127.0.0.1/",
    f"https://{NAME}\\.evil.example/",
    f"https:\\\\{NAME}/",
    f"https://{NAME}.evil.example/",
    f"https://evil-{NAME}/",
    f"https://sub.{NAME}/",
    f"https://evil.example/{NAME}",
    f"https://evil.example/?{NAME}",
    f"https://evil.example#{NAME}",
    f"https://evil.example#@{NAME}/",
    f"https://evil.example;{NAME}/",
    "https://ex\u00e0mple.com/",
    f"https://{NAME}\u3002evil.example/",
    f"https://{NAME.replace('e', chr(0x435))}/",
    # Another door, another language
    f"http://{NAME}/",
    f"https://{NAME}:80/",
    f"https://{NAME}:22/",
    f"https://{NAME}:8443/",
    f"https://{NAME}:99999/",
    f"https://{NAME}:x/",
    f"ftp://{NAME}/",
    f"gopher://{NAME}/_GET",
    "file:///etc/passwd",
    f"file://{NAME}/etc/passwd",
    "data:text/calendar,BEGIN:VCALENDAR",
    "javascript:alert(1)",
    f"dict://{NAME}/",
    f"jar:https://{NAME}!/",
    f"//{NAME}/",
    NAME,
    f"https:/{NAME}/",
    f"https:{NAME}",
    "https://",
    "https:///path",
    "",
    # What programs read in two ways
    f"https://{NAME}/ HTTP/1.1\r\nHost: evil.example",
    f"https://{NAME}/\r\nX-Spy: 1",
    f"https://{NAME}\n.evil.example/",
    f"https://{NAME}\t.evil.example/",
    f"https://{NAME}\x00.evil.example/",
    f" https://{NAME}/",
    f"https://{NAME} /",
    f"https://{NAME}\u2028/",
    "https://" + "a" * 64 + ".example.com/",
    "https://" + "a." * 200 + "example.com/",
]


def test_there_are_enough_of_them():
    assert len(set(HOSTILE)) == len(HOSTILE) >= 60


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_address_is_refused_without_a_question_or_a_line(url, tripwire):
    asked: list[str] = []

    def resolver(host: str) -> list[str]:
        asked.append(host)
        return [PUBLIC]

    with pytest.raises(FetchRefused) as refused:
        fetch(
            url,
            allowed_hosts=[NAME],
            limit_bytes=1000,
            seconds=2,
            resolver=resolver,
            connector=tripwire.connector,
        )
    assert str(refused.value).endswith((".", "isn’t one."))
    assert asked == []
    assert not tripwire.was_touched()


@pytest.mark.parametrize(
    "number", ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "[::1]", "::1", "localhost", "0"]
)
def test_not_even_the_owner_can_allow_what_is_not_a_name(number, tripwire):
    with pytest.raises(FetchRefused):
        fetch(
            f"https://{number}/",
            allowed_hosts=[number],
            limit_bytes=1000,
            seconds=2,
            resolver=lambda host: ["127.0.0.1"],
            connector=tripwire.connector,
        )
    assert not tripwire.was_touched()


# What an allowed name may stand for

INSIDE = [
    "0.0.0.0",  # noqa: S104  not bound to
    "127.0.0.1",
    "127.255.255.254",
    "10.1.2.3",
    "172.31.255.255",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "4000::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_allowed_name_that_stands_for_a_place_inside_is_refused(address, tripwire):
    assert not is_public(address)
    for addresses in ([address], [PUBLIC, address]):
        with pytest.raises(FetchRefused, match="don’t read from"):
            fetch(
                URL,
                allowed_hosts=[NAME],
                limit_bytes=1000,
                seconds=2,
                resolver={NAME: addresses}.__getitem__,
                connector=tripwire.connector,
            )
    assert not tripwire.was_touched()


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_ordinary_addresses_are_public(address):
    assert is_public(address)


def test_the_name_is_asked_once_and_the_line_goes_to_what_was_checked(site):
    """Somebody who answers first with a public address, then with ours, gains nothing."""
    site.answers["/busy.ics"] = ok(b"hello")
    told = [[PUBLIC], ["127.0.0.1"]]
    lines: list[str] = []

    def connector(address: str, seconds: float) -> socket.socket:
        lines.append(address)
        return site.connector(address, seconds)

    assert get(site, resolver=lambda host: told.pop(0), connector=connector) == b"hello"
    assert lines == [PUBLIC]
    assert told == [["127.0.0.1"]]


def test_where_one_address_is_down_the_next_is_tried(site):
    site.answers["/busy.ics"] = ok(b"hello")

    def connector(address: str, seconds: float) -> socket.socket:
        if address != PUBLIC:
            raise ConnectionRefusedError
        return site.connector(address, seconds)

    assert get(site, resolver=lambda host: ["8.8.8.8", PUBLIC], connector=connector) == b"hello"


def test_the_machine_s_own_names_lead_nowhere():
    with pytest.raises(FetchFailed, match="couldn’t reach"):
        fetch(
            "https://nowhere.invalid/", allowed_hosts=["nowhere.invalid"], limit_bytes=9, seconds=9
        )


# Names


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Calendar.Example.COM", NAME),
        (" calendar.example.com. ", NAME),
        ("calendar。example．com", NAME),
        ("büro.example", "xn--bro-hoa.example"),
        ("XN--BRO-HOA.example", "xn--bro-hoa.example"),
        ("1.example.com", "1.example.com"),
        *[(bad, "") for bad in ("", ".", "a..b", "com", "a_b.com", "a.1", "a.0x1", "*.a.com")],
    ],
)
def test_a_host_has_one_name_however_it_is_written(written, name):
    assert host_name(written) == name


def test_an_allowed_host_is_found_however_either_is_written(site):
    site.answers["/busy.ics"] = ok(b"hello")
    url = "https://CALENDAR.example.com.:443/busy.ics"
    assert get(site, url, allowed_hosts=["Calendar.EXAMPLE.com"]) == b"hello"


def test_where_no_host_is_allowed_nothing_is_read(tripwire):
    with pytest.raises(FetchRefused, match="the owner allowed"):
        fetch(URL, allowed_hosts=[], limit_bytes=9, seconds=1, connector=tripwire.connector)
    assert not tripwire.was_touched()


# The real line


def test_what_stands_there_is_read_over_tls_by_its_name(site):
    site.answers["/busy.ics?key=a%20b&x=ü"] = ok(b"never")
    site.answers["/busy.ics?key=a%20b&x=%C3%BC"] = ok(b"BEGIN:VCALENDAR")
    assert get(site, f"{URL}?key=a%20b&x=ü#part") == b"BEGIN:VCALENDAR"
    assert site.called == [NAME]
    [asked] = site.asked
    assert f"\r\nHost: {NAME}\r\n" in asked
    assert "cookie" not in asked.lower()
    assert "referer" not in asked.lower()


def test_no_cookie_that_was_set_comes_back(site):
    there = redirect("/two")
    there[0] = there[0].replace(b"Location", b"Set-Cookie: a=b\r\nLocation")
    site.answers |= {"/busy.ics": there, "/two": ok(b"x", "Set-Cookie: c=d")}
    assert get(site) == b"x"
    assert "cookie" not in "".join(site.asked).lower()


@pytest.mark.parametrize("names", [("other.example.com",), ("127.0.0.1", PUBLIC), ("*.com",)])
def test_who_can_t_prove_the_name_is_not_asked(tmp_path, monkeypatch, names):
    stranger = TlsSite(tmp_path, names)
    stranger.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(stranger.authority))
    with pytest.raises(FetchFailed, match="couldn’t prove"):
        get(stranger)
    assert stranger.asked == []
    stranger.stop()


def test_an_authority_that_nobody_trusts_proves_nothing(site, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(FetchFailed, match="couldn’t prove"):
        get(site)
    assert site.asked == []


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_what_is_allowed_is_followed(site, status):
    site.answers |= {"/busy.ics": redirect("/there", status), "/there": ok(b"hello")}
    assert get(site) == b"hello"


@pytest.mark.parametrize(
    "there",
    [
        "https://127.0.0.1/",
        "http://127.0.0.1/",
        "//127.0.0.1/",
        f"http://{NAME}/",
        f"https://{NAME}:8443/",
        "https://evil.example/",
        "file:///etc/passwd",
        f"https://{NAME}@127.0.0.1/",
        f"https://user@{NAME}/",
        "\\\\127.0.0.1\\",
    ],
)
def test_a_redirect_elsewhere_is_refused_like_a_first_address(site, there):
    site.answers["/busy.ics"] = redirect(there)
    with pytest.raises(FetchRefused):
        get(site)
    assert len(site.asked) == 1


def test_a_redirect_to_a_name_that_stands_for_us_is_refused(site):
    site.answers["/busy.ics"] = redirect("https://second.example.com/")
    places = {NAME: [PUBLIC], "second.example.com": ["127.0.0.1"]}
    with pytest.raises(FetchRefused, match="don’t read from"):
        get(site, allowed_hosts=list(places), resolver=places.__getitem__)
    assert len(site.asked) == 1


def test_three_redirects_are_followed_and_a_fourth_is_not(site):
    site.answers |= {f"/{n}": redirect(f"/{n + 1}") for n in range(4)}
    site.answers["/4"] = ok(b"hello")
    assert get(site, f"https://{NAME}/1") == b"hello"
    with pytest.raises(FetchFailed, match="from one address to the next"):
        get(site, f"https://{NAME}/0")


def test_a_redirect_to_nowhere_goes_round_and_ends(site):
    site.answers["/busy.ics"] = [b"HTTP/1.1 302 Elsewhere\r\nContent-Length: 0\r\n\r\n"]
    with pytest.raises(FetchFailed):
        get(site)
    assert len(site.asked) == 4


# Too much, too slow, and broken


@pytest.mark.parametrize("size", [100_001, 5_000_000])
def test_more_than_we_read_is_not_taken(site, size):
    site.answers["/busy.ics"] = ok(b"x" * size)
    with pytest.raises(FetchFailed, match="more at this address"):
        get(site)


def test_as_much_as_we_read_is_taken(site):
    site.answers["/busy.ics"] = ok(b"x" * 100_000)
    assert len(get(site)) == 100_000


def test_what_is_packed_is_unpacked(site):
    site.answers["/busy.ics"] = ok(gzip.compress(b"hello"), "Content-Encoding: gzip")
    assert get(site) == b"hello"


@pytest.mark.parametrize("times", [1, 2])
def test_what_grows_when_it_is_unpacked_is_let_go(site, times):
    bomb = b"\0" * 200_000_000
    for _ in range(times):
        bomb = gzip.compress(bomb)
    coding = ", ".join(["gzip"] * times)
    site.answers["/busy.ics"] = ok(bomb, f"Content-Encoding: {coding}")
    tracemalloc.start()
    with pytest.raises(FetchFailed, match="more at this address"):
        get(site)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000


def _drip(site: TlsSite, first: bytes) -> Iterator[bytes]:
    yield first
    while not site.stopping.wait(0.05):
        yield b"x"


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9000\r\n",
    ],
)
def test_who_answers_drop_by_drop_is_cut_off_in_time(site, first):
    site.answers["/busy.ics"] = _drip(site, first)
    began = time.monotonic()
    with pytest.raises(FetchFailed, match="took too long"):
        get(site, seconds=0.5)
    assert 0.4 < time.monotonic() - began < 10


def test_who_takes_the_line_and_says_nothing_is_cut_off_in_time(tripwire):
    began = time.monotonic()
    with pytest.raises(FetchFailed, match="took too long"):
        fetch(
            URL,
            allowed_hosts=[NAME],
            limit_bytes=9,
            seconds=0.5,
            resolver=lambda host: [PUBLIC],
            connector=tripwire.connector,
        )
    assert time.monotonic() - began < 10


def test_a_name_server_that_doesn_t_answer_is_not_waited_for(site):
    began = time.monotonic()

    def resolver(host: str) -> list[str]:
        site.stopping.wait(30)
        return [PUBLIC]

    with pytest.raises(FetchFailed, match="took too long"):
        get(site, resolver=resolver, seconds=0.3)
    site.stopping.set()
    assert time.monotonic() - began < 10


def test_redirects_share_one_time(site):
    def slowly(there: str) -> Iterator[bytes]:
        site.stopping.wait(0.3)
        yield from redirect(there)

    site.answers |= {"/busy.ics": slowly("/1"), "/1": slowly("/2"), "/2": slowly("/3")}
    with pytest.raises(FetchFailed, match="took too long"):
        get(site, seconds=0.7)


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 404, 410, 429, 500, 503])
def test_anything_but_yes_is_said_with_its_number(site, status):
    site.answers["/busy.ics"] = [f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode()]
    with pytest.raises(FetchFailed, match=f"nothing for us here \\({status}\\)"):
        get(site)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\0" * 100,
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 302 Go\r\nLocation: https://[/\r\n\r\n",
    ],
)
def test_a_broken_answer_fails_in_words(site, broken):
    site.answers["/busy.ics"] = [broken]
    with pytest.raises((FetchFailed, FetchRefused)) as failed:
        get(site)
    assert str(failed.value).endswith(".")
    assert failed.value.__cause__ is None


def test_a_server_that_is_down_is_said(tripwire):
    def down(address: str, seconds: float) -> socket.socket:
        raise ConnectionRefusedError

    with pytest.raises(FetchFailed, match="couldn’t reach"):
        fetch(
            URL,
            allowed_hosts=[NAME],
            limit_bytes=9,
            seconds=1,
            resolver=lambda host: [PUBLIC],
            connector=down,
        )


def test_what_it_says_names_no_address(site):
    """A calendar's address is as good as a password, and words are shown and kept."""
    site.answers["/busy.ics"] = [b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"]
    with pytest.raises(FetchFailed) as failed:
        get(site)
    assert "busy.ics" not in str(failed.value)
