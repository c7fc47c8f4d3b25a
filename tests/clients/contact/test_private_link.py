"""The page of a private link: the same for everybody, until the person gives the code."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.contact import codes, links
from clients.contact.models import PersonalCode, PrivateLink
from clients.handouts import assign
from practice.audit.models import Entry, Verb
from tests.cast import CODE, Cast

_TOKEN_OF_THE_FORM = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
KINDS = ["expired", "revoked", "used", "locked", "unknown", "of nobody with a code", "odd"]


@pytest.fixture
def valid(cast: Cast) -> str:
    return links.make(cast.hanna.client_id, assign.READING, cast.hanna.pk)


@pytest.fixture
def tokens(cast: Cast, valid: str, now) -> dict[str, str]:
    """One token of each kind; only the first opens anything."""
    client = cast.hanna.client_id
    made = {
        kind: links.make(client, "thing", kind) for kind in ("expired", "revoked", "used", "locked")
    }
    changes = {
        "expired": {"expires_at": now - timedelta(days=1)},
        "revoked": {"revoked_at": now},
        "used": {"opened_at": now},
        "locked": {"locked_at": now},
    }
    for kind, change in changes.items():
        PrivateLink.objects.filter(token_digest=links.digest(made[kind])).update(**change)
    PersonalCode.objects.filter(client=cast.max.client_id).delete()
    return {
        "valid": valid,
        **made,
        "unknown": "A" * 43,
        "of nobody with a code": links.make(cast.max.client_id, "thing", 1),
        "odd": "%00%0d%0a<script>'\";--",
    }


def page(answer) -> tuple[int, bytes, dict[str, str]]:
    """What is seen of an answer, without what is random in every page."""
    headers = {k: v for k, v in answer.headers.items() if k not in ("Set-Cookie", "X-Request-Id")}
    body = _TOKEN_OF_THE_FORM.sub(b"csrf", answer.content)
    assert set(answer.cookies) <= {"csrftoken"}
    return answer.status_code, body, headers


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["get", "head"])
def test_fetching_shows_the_same_bytes_for_every_token(tokens, kind, method):
    expected = getattr(Browser(), method)(f"/s/{tokens['valid']}")
    assert expected.status_code == 200
    with CaptureQueriesContext(connection) as queries:
        shown = getattr(Browser(), method)(f"/s/{tokens[kind]}")
    assert page(shown) == page(expected)
    assert not [each for each in queries if not each["sql"].startswith("SELECT")]
    assert not [each for each in queries if "privatelink" in each["sql"]]


@pytest.mark.parametrize("kind", KINDS)
def test_the_question_for_the_code_is_the_same_for_every_token(tokens, kind):
    expected = Browser().post(f"/s/{tokens['valid']}", {"go": "1"})
    shown = Browser().post(f"/s/{tokens[kind]}", {"go": "1"})
    assert page(shown) == page(expected)


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_code_gets_the_same_bytes_for_every_token(tokens, kind):
    expected = Browser().post(f"/s/{tokens['valid']}", {"code": "wrong"})
    shown = Browser().post(f"/s/{tokens[kind]}", {"code": "wrong"})
    assert page(shown) == page(expected)
    assert not Session.objects.exists()


@pytest.mark.parametrize("kind", ["unknown", "locked", "of nobody with a code", "odd"])
def test_where_nothing_can_open_as_many_codes_are_checked(tokens, kind, monkeypatch):
    checked: list[str] = []

    def check(code: str, held: str) -> bool:
        checked.append(code)
        return check_password(code, held)

    monkeypatch.setattr(codes, "check_password", check)
    Browser().post(f"/s/{tokens['valid']}", {"code": "wrong"})
    expected = len(checked)
    Browser().post(f"/s/{tokens[kind]}", {"code": "wrong"})
    assert len(checked) == 2 * expected == 4


def test_a_scanner_that_fetches_twenty_times_leaves_the_way_open(valid, client):
    scanner = Browser()
    before = list(PrivateLink.objects.values())
    for _ in range(20):
        scanner.get(f"/s/{valid}")
        scanner.head(f"/s/{valid}")
    assert list(PrivateLink.objects.values()) == before
    assert not Session.objects.exists()
    assert not Entry.objects.filter(verb=Verb.SIGN_IN).exists()
    assert scanner.get("/yours/reading/").status_code == 403
    answer = client.post(f"/s/{valid}", {"code": CODE})
    assert answer.headers["Location"] == "/yours/reading/"
    assert PrivateLink.objects.filter(opened_at=None).count() == 0


def test_a_click_needs_a_form_of_ours(valid):
    browser = Browser(enforce_csrf_checks=True)
    assert browser.post(f"/s/{valid}", {"code": CODE}).status_code == 403
    browser.get(f"/s/{valid}")
    form = {"code": CODE, "csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    assert browser.post(f"/s/{valid}", form).status_code == 302


def test_the_page_tells_nothing_and_sends_itself_nowhere(cast, valid):
    shown = Browser().get(f"/s/{valid}").content.decode()
    assert "Hanna" not in shown
    assert "onload" not in shown
    assert "http-equiv" not in shown
    assert "og:" not in shown


def test_a_link_that_is_over_says_so_only_to_who_knows_the_code(tokens, client):
    shown = client.post(f"/s/{tokens['revoked']}", {"code": CODE}).content.decode()
    assert "This link has ended" in shown
    assert client.get("/yours/reading/").status_code == 403


def test_a_wrong_code_is_on_record_and_counted(cast, valid, client):
    client.post(f"/s/{valid}", {"code": "wrong"})
    entry = Entry.objects.filter(verb=Verb.DENY).get()
    assert (entry.client_id, entry.actor_id) == (str(cast.hanna.client_id), "")
    assert PersonalCode.objects.get(client=cast.hanna.client).failures == 1


def test_an_empty_code_counts_as_nothing(cast, valid, client):
    assert client.post(f"/s/{valid}", {"code": ""}).status_code == 200
    assert PersonalCode.objects.get(client=cast.hanna.client).failures == 0


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_nothing_else_can_be_done_with_a_link(valid, client, method):
    assert getattr(client, method)(f"/s/{valid}").status_code == 405
