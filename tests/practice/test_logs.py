"""Log lines: one JSON object per event, with ids and never with people."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator

import pytest
from django.test import Client as Browser
from structlog.stdlib import ProcessorFormatter

from practice import logs, views
from practice.logs import log
from tests.cast import Cast, open_link

TOKEN = "Zm9vYmFyLXRva2VuLWZvci10ZXN0cw_-0123456789"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """`lines()`: what was logged since, written and read back as the product's own handler does."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(_formatter())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def _formatter() -> logging.Formatter:
    found = (handler.formatter for handler in logging.getLogger().handlers)
    return next(one for one in found if isinstance(one, ProcessorFormatter))


def broken(*_: object, **__: object) -> None:
    raise ValueError("CANARY hanna@example.com said words")


@pytest.mark.django_db
def test_a_request_is_one_line_with_view_status_and_time(lines, client: Browser):
    client.get("/")
    (line,) = lines()
    assert line["event"] == "request"
    assert (line["view"], line["method"], line["status"]) == ("home", "GET", 200)
    assert isinstance(line["ms"], float)
    assert len(str(line["request_id"])) == 32


@pytest.mark.django_db
@pytest.mark.parametrize("path", [f"/s/{TOKEN}", f"/stop/{TOKEN}", f"/nowhere/s/{TOKEN}?q=CANARY"])
def test_no_token_or_query_reaches_a_line(lines, client: Browser, path: str):
    client.get(path)
    client.post(path, {"code": "CANARY"})
    assert len(lines()) == 2
    assert_clean(lines())


@pytest.mark.django_db
def test_an_error_tells_its_kind_and_places_and_not_its_words(
    lines, client: Browser, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(views, "render", broken)
    client.raise_request_exception = False
    assert client.get("/?q=CANARY").status_code == 500
    error, request = lines()
    assert error["error"] == "ValueError"
    assert any("test_logs.py" in place for place in error["places"])
    assert request["status"] == 500
    assert_clean(lines())


@pytest.mark.django_db
def test_an_error_behind_a_private_link_tells_no_token(
    lines, client: Browser, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("clients.contact.views.render", broken)
    client.raise_request_exception = False
    for path in (f"/s/{TOKEN}", f"/stop/{TOKEN}"):
        assert client.get(path).status_code == 500
    assert_clean(lines())


def test_our_own_events_keep_the_kind_of_an_error_in_whatever_way_it_is_given(lines):
    try:
        broken()
    except ValueError as error:
        log.exception("failed")
        log.error("failed", exc_info=error)
        log.error("failed", exc_info=sys.exc_info())
        logging.getLogger("some.library").exception("failed")
    assert [line["error"] for line in lines()] == ["ValueError"] * 4
    assert_clean(lines())


def test_libraries_events_are_cleaned(lines):
    logger = logging.getLogger("some.library")
    logger.warning("no mail to %s by /s/%s?next=%s", "hanna@example.com", TOKEN, "CANARY")
    log.warning("no mail", to="Hanna <hanna@example.com>", path=f"https://x.example/stop/{TOKEN}")
    assert_clean(lines())
    assert [line["level"] for line in lines()] == ["warning", "warning"]


def test_a_line_break_in_an_event_makes_no_second_line(lines):
    logging.getLogger("some.library").warning("one\ntwo\r\u2028three")
    (line,) = lines()
    assert line["event"] == "one\ntwo\r\u2028three"


@pytest.mark.django_db
def test_a_day_of_work_leaves_no_person_in_the_lines(lines, cast: Cast, signed_in, client: Browser):
    browser = signed_in(cast.nora.user)
    browser.get(f"/dashboard/cases/{cast.case.pk}/")
    browser.post("/account/logout/")
    browser.post("/account/login/", {"login": cast.dan.email, "password": "CANARY"})
    open_link(client, cast.hanna.client, "reading", cast.hanna.pk)
    told = json.dumps(lines())
    assert len(lines()) >= 5
    for person in ("Hanna", "Ian", "Tester", "@", "dan", "meadow42", "127.0.0.1"):
        assert person not in told


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("GET /s/abc HTTP", "GET /s/… HTTP"),
        ("'/stop/abc'", "'/stop/…'"),
        ("mail to a@b.example now", "mail to …@… now"),
        ("/consultation/?name=Ann", "/consultation/?…"),
        ("/desk/ took 3 ms", "/desk/ took 3 ms"),
    ],
)
def test_scrubbing(text: str, clean: str):
    assert logs.scrub(text) == clean


def assert_clean(lines: list[dict[str, object]]) -> None:
    told = json.dumps(lines, ensure_ascii=False)
    assert lines
    for secret in (TOKEN, "CANARY", "hanna@", "said words"):
        assert secret not in told
