"""What every answer says to the browser: nothing is kept, nothing foreign runs."""

from typing import Any

import pytest
from django.test import Client as Browser

from tests.cast import Cast, open_link

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
PUBLIC = ["/", "/consultation/", "/s/token", "/stop/token", "/account/login/", "/healthz/live"]


@pytest.fixture
def answers(cast: Cast, signed_in, client: Browser) -> dict[str, Any]:
    """One answer of each kind: public, staff, settings, a visit, not found, refused, led on."""
    found = {path: client.get(path) for path in PUBLIC}
    found["not found"] = client.get("/nowhere/")
    found["led to sign-in"] = client.get("/desk/")
    found["wrong method"] = client.get("/yours/leave/")
    found["no visit"] = client.get("/yours/reading/")
    found["visit"] = open_link(client, cast.hanna.client, "reading", cast.hanna.pk)
    found["case"] = signed_in(cast.nora.user).get(f"/dashboard/cases/{cast.case.pk}/")
    found["another's case"] = signed_in(cast.ida.user).get(f"/dashboard/cases/{cast.case.pk}/")
    found["settings"] = signed_in(cast.olga).get("/admin/")
    return found


def test_the_content_policy_is_exactly_this_everywhere(answers):
    for name, answer in answers.items():
        parts = answer.headers["Content-Security-Policy"].split(";")
        assert dict(part.strip().split(" ", 1) for part in parts) == POLICY, name


def test_no_page_is_kept(answers):
    for name, answer in answers.items():
        assert "no-store" in answer.headers["Cache-Control"], name


def test_only_the_front_page_may_be_found_by_search(answers):
    for name, answer in answers.items():
        expected = None if name == "/" else "noindex, nofollow"
        assert answer.headers.get("X-Robots-Tag") == expected, name


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (
            "Permissions-Policy",
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
        ),
        ("Referrer-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_other_headers(answers, header: str, value: str):
    for name, answer in answers.items():
        assert answer.headers[header] == value, name


def test_pages_hold_no_script_or_style_that_the_policy_would_stop(answers):
    for name, answer in answers.items():
        page = answer.content.decode()
        for forbidden in ("<style", " style=", " onclick=", "javascript:", "https://cdn"):
            assert forbidden not in page, (name, forbidden)
        assert page.count("<script") == page.count("<script src=") + page.count(
            '<script type="application/json"'
        ) + page.count("<script defer src="), name


def test_cookies_are_for_this_site_and_no_script(cast: Cast):
    browser = Browser()
    browser.get("/account/login/")
    browser.post("/account/login/", {"login": cast.dan.email, "password": "a-long-password"})
    assert {"sessionid", "csrftoken"} <= set(browser.cookies)
    for cookie in browser.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


def test_leaving_a_visit_clears_what_the_browser_kept(cast: Cast, client: Browser):
    open_link(client, cast.hanna.client, "reading", cast.hanna.pk)
    answer = client.post("/yours/leave/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/yours/reading/").status_code == 403
