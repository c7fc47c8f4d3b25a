"""Articles by their address: from allowed hosts alone, through the guarded fetcher."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.handouts.importing import UnreadableArticle, import_article
from clients.handouts.importing.from_address import MOST_BYTES, fetch_article
from tests.practice.test_fetching import HOSTILE, INSIDE, PUBLIC, Tripwire
from tests.practice.tls_site import TlsSite, ok, redirect

NAME = "articles.example.com"
PAGE = b"<!doctype html><title>A Site</title><article><h1>Mending</h1><p>Rest.</p></article>"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TlsSite]:
    running = TlsSite(tmp_path, names=(NAME,))
    running.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
    yield running
    running.stop()


@pytest.fixture
def tripwire() -> Iterator[Tripwire]:
    wire = Tripwire()
    yield wire
    wire.listening.close()


def get(site: TlsSite, path: str = "/mending", **facts: Any) -> tuple[bytes, str]:
    asked: dict[str, Any] = {
        "allowed_hosts": [NAME],
        "resolver": lambda host: [PUBLIC],
        "connector": site.connector,
    }
    return fetch_article(f"https://{NAME}{path}", **asked | facts)


def test_a_page_is_fetched_and_read(site):
    site.answers["/mending"] = ok(PAGE)
    article = import_article(*get(site))
    assert article.title == "Mending"
    [asked] = site.asked
    assert "Accept: text/html" in asked
    assert "cookie" not in asked.lower()


@pytest.mark.parametrize(
    ("path", "name"),
    [("/", "article"), ("/a/b.html?x=y", "b.html"), ("/a%20b.md#c", "a b.md"), ("/a/", "a")],
)
def test_the_name_is_the_end_of_the_address(site, path, name):
    site.answers[path.partition("#")[0]] = ok(PAGE)
    assert get(site, path) == (PAGE, name)


def test_a_redirect_stays_within_what_is_allowed(site):
    site.answers |= {"/mending": redirect("/there"), "/there": ok(PAGE)}
    assert get(site)[0] == PAGE
    site.answers["/mending"] = redirect("https://elsewhere.example/")
    with pytest.raises(UnreadableArticle, match="the owner allowed"):
        get(site)


@pytest.mark.parametrize("packing", [bytes, gzip.compress])
def test_more_than_two_megabytes_are_not_taken(site, packing):
    coding = ["Content-Encoding: gzip"] if packing is gzip.compress else []
    site.answers["/mending"] = ok(packing(b"x" * (MOST_BYTES + 1)), *coding)
    with pytest.raises(UnreadableArticle, match="more at this address"):
        get(site)


@pytest.mark.parametrize("status", [404, 500])
def test_what_cannot_be_had_is_said_without_its_address(site, status):
    site.answers["/mending"] = [f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode()]
    with pytest.raises(UnreadableArticle) as failed:
        get(site)
    assert "mending" not in str(failed.value)
    assert "calendar" not in str(failed.value)


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_address_is_refused_without_a_line(address, tripwire):
    with pytest.raises(UnreadableArticle) as refused:
        fetch_article(
            address,
            allowed_hosts=["calendar.example.com"],
            resolver=lambda host: ["127.0.0.1"],
            connector=tripwire.connector,
        )
    assert "calendar" not in str(refused.value)
    assert not tripwire.was_touched()


@pytest.mark.parametrize("address", INSIDE)
def test_an_allowed_name_that_leads_inside_is_refused(address, tripwire):
    with pytest.raises(UnreadableArticle, match="don’t read from"):
        fetch_article(
            f"https://{NAME}/",
            allowed_hosts=[NAME],
            resolver={NAME: [address]}.__getitem__,
            connector=tripwire.connector,
        )
    assert not tripwire.was_touched()


def test_where_the_owner_allowed_no_host_nothing_is_read(tripwire):
    with pytest.raises(UnreadableArticle, match="the owner allowed"):
        fetch_article(f"https://{NAME}/", allowed_hosts=[], connector=tripwire.connector)
    assert not tripwire.was_touched()
