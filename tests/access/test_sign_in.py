"""Signing in, the second factor, how long it lasts, and what ends it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser
from django.urls import reverse

from practice import encryption
from practice.access.roles import Role
from practice.audit.models import Entry, Verb
from practice.models import User
from tests.access.totp import code_of
from tests.cast import Cast

PASSWORD = "a-long-password"
Travel = Callable[[datetime], None]


def sign_in(browser: Browser, user: User, password: str = PASSWORD, **network: str) -> Any:
    fields = {"login": user.email, "password": password}
    return browser.post(reverse("account_login"), fields, **network)  # type: ignore[arg-type]


def is_in(browser: Browser) -> bool:
    """Whether a page of the staff opens."""
    return browser.get(reverse("staff-home")).headers["Location"].startswith(("/desk", "/dash"))


@pytest.fixture
def in_earnest(settings) -> None:
    """Not the demo: the second factor is asked for."""
    settings.DEMO = False


@pytest.fixture
def set_up(cast: Cast, in_earnest: None) -> Callable[[User], tuple[Browser, str]]:
    """`set_up(user)`: sign in for the first time and set up a second factor; browser and secret."""

    def go(user: User) -> tuple[Browser, str]:
        browser = Browser()
        sign_in(browser, user)
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page = browser.get(reverse("mfa_activate_totp"))
        secret = page.context["form"].secret
        answer = browser.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
        assert answer.status_code == 302
        return browser, secret

    return go


# Who gets in


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.OWNER, "dashboard:today"),
        (Role.COUNSELOR, "dashboard:today"),
        (Role.DESK, "desk:day"),
    ],
)
def test_each_role_begins_on_its_own_page(cast: Cast, role: Role, page: str):
    user = {Role.OWNER: cast.olga, Role.COUNSELOR: cast.nora.user, Role.DESK: cast.dan}[role]
    browser = Browser()
    answer = sign_in(browser, user)
    assert answer.headers["Location"] == reverse(page)
    assert browser.get(reverse(page)).status_code == 200


def test_the_address_may_be_typed_in_capitals(cast: Cast):
    cast.dan.email = cast.dan.email.upper()
    assert sign_in(Browser(), cast.dan).status_code == 302


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(cast: Cast):
    wrong = sign_in(Browser(), cast.dan, "not-the-password")
    unknown = sign_in(Browser(), User(email="nobody@example.com"), "not-the-password")
    assert _words(wrong).replace(cast.dan.email, "…") == _words(unknown).replace(
        "nobody@example.com", "…"
    )


def _words(answer: Any) -> str:
    page = answer.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


def test_somebody_who_left_cannot_sign_in_and_is_told_so(cast: Cast):
    User.objects.filter(pk=cast.dan.pk).update(is_active=False)
    browser = Browser()
    answer = sign_in(browser, cast.dan)
    assert answer.headers["Location"] == reverse("account_inactive")
    assert browser.get(reverse("account_inactive")).status_code == 200
    assert not is_in(browser)


def test_somebody_who_leaves_is_out_on_the_next_request(cast: Cast, signed_in):
    browser = signed_in(cast.dan)
    assert is_in(browser)
    User.objects.filter(pk=cast.dan.pk).update(is_active=False)
    assert not is_in(browser)


def test_another_role_acts_on_the_next_request(cast: Cast, signed_in):
    browser = signed_in(cast.dan)
    assert browser.get(reverse("desk:day")).status_code == 200
    User.objects.filter(pk=cast.dan.pk).update(role=Role.COUNSELOR)
    assert browser.get(reverse("desk:day")).status_code == 404
    assert browser.get(reverse("cases:list")).status_code == 200


def test_nobody_signs_up(cast: Cast):
    before = User.objects.count()
    fields = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    assert Browser().post("/account/signup/", fields).status_code == 404
    assert User.objects.count() == before


def test_after_signing_in_nobody_is_led_to_another_site(cast: Cast):
    fields = {"login": cast.dan.email, "password": PASSWORD, "next": "https://example.org/"}
    answer = Browser().post(reverse("account_login"), fields)
    assert answer.headers["Location"] == reverse("desk:day")


# Lock-out


def test_five_wrong_passwords_pause_sign_in_even_for_the_right_one(cast: Cast):
    browser = Browser()
    for _ in range(5):
        answer = sign_in(browser, cast.dan, "not-the-password")
    assert answer.status_code == 429
    assert "Sign-in is paused" in answer.content.decode()
    sign_in(browser, cast.dan)
    assert not is_in(browser)


def test_tries_from_elsewhere_pause_nobody_here(cast: Cast):
    for _ in range(6):
        for person in (cast.dan, cast.olga):
            sign_in(Browser(), person, "not-the-password", REMOTE_ADDR="192.0.2.7")
    for person in (cast.dan, cast.olga):
        assert sign_in(Browser(), person, REMOTE_ADDR="192.0.2.99").status_code == 302
        assert sign_in(Browser(), person, REMOTE_ADDR="192.0.2.7").status_code == 429


def test_the_address_behind_our_own_proxy_counts(cast: Cast, settings: Any):
    settings.PROXIES = 1

    def from_there(address: str, password: str = PASSWORD) -> Any:
        forged = f"203.0.113.200, {address}"
        return sign_in(Browser(), cast.dan, password, HTTP_X_FORWARDED_FOR=forged)

    for _ in range(5):
        from_there("198.51.100.7", "not-the-password")
    assert from_there("198.51.100.7").status_code == 429
    assert from_there("198.51.100.8").status_code == 302


def test_sign_ins_and_refused_ones_are_on_record(cast: Cast):
    sign_in(Browser(), cast.dan, "not-the-password")
    sign_in(Browser(), cast.dan)
    seen = Entry.objects.filter(resource="practice.user", resource_id=str(cast.dan.pk))
    assert [row.verb for row in seen] == [Verb.DENY, Verb.SIGN_IN]


def test_four_wrong_passwords_do_not(cast: Cast):
    browser = Browser()
    for _ in range(4):
        sign_in(browser, cast.dan, "not-the-password")
    assert sign_in(browser, cast.dan).status_code == 302


def test_the_pause_ends_after_an_hour(cast: Cast, travel: Travel, now: datetime):
    for _ in range(5):
        sign_in(Browser(), cast.dan, "not-the-password")
    travel(now + timedelta(minutes=59))
    assert sign_in(Browser(), cast.dan).status_code == 429
    travel(now + timedelta(hours=2, minutes=1))
    assert sign_in(Browser(), cast.dan).status_code == 302


# The second factor


@pytest.mark.parametrize("name", ["staff-home", "desk:day", "mfa_index", "account_change_password"])
def test_without_a_second_factor_every_page_leads_to_setting_one_up(
    cast: Cast, in_earnest: None, name: str
):
    browser = Browser()
    sign_in(browser, cast.dan)
    assert browser.get(reverse(name)).headers["Location"] == reverse("mfa_activate_totp")


def test_the_demo_lets_people_in_without(cast: Cast):
    browser = Browser()
    sign_in(browser, cast.dan)
    assert is_in(browser)


def test_after_setting_one_up_it_is_asked_for_at_sign_in(
    cast: Cast, set_up, travel: Travel, now: datetime
):
    _, secret = set_up(cast.dan)
    travel(now + timedelta(minutes=5))
    browser = Browser()
    assert sign_in(browser, cast.dan).headers["Location"] == reverse("mfa_authenticate")
    assert not is_in(browser)
    browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert not is_in(browser)
    browser.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert is_in(browser)


def test_a_code_opens_once(cast: Cast, set_up, travel: Travel, now: datetime):
    _, secret = set_up(cast.dan)
    travel(now + timedelta(minutes=5))
    code = code_of(secret)
    first, second = Browser(), Browser()
    for browser in (first, second):
        sign_in(browser, cast.dan)
        browser.post(reverse("mfa_authenticate"), {"code": code})
    assert is_in(first)
    assert not is_in(second)


def test_a_sign_in_from_before_must_show_it_too(cast: Cast, in_earnest: None, set_up):
    earlier = Browser()
    sign_in(earlier, cast.dan)
    _, secret = set_up(cast.dan)
    led = earlier.get(reverse("desk:day")).headers["Location"]
    assert led == f"{reverse('mfa_reauthenticate')}?next={reverse('desk:day')}"
    earlier.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})
    assert earlier.get(reverse("desk:day")).status_code == 200


def test_the_settings_have_no_sign_in_of_their_own(cast: Cast, set_up):
    set_up(cast.olga)
    browser = Browser()
    fields = {"username": cast.olga.email, "password": PASSWORD, "next": "/admin/"}
    browser.post("/admin/login/", fields)
    assert browser.get("/admin/").status_code == 302
    assert "_auth_user_id" not in browser.session


def test_the_secret_is_ciphertext_in_the_database(cast: Cast, set_up):
    _, secret = set_up(cast.dan)
    stored = [str(one.data) for one in Authenticator.objects.filter(user=cast.dan)]
    assert stored
    assert not any(secret in data for data in stored)
    totp = Authenticator.objects.get(user=cast.dan, type="totp")
    assert encryption.decrypt(totp.data["secret"], "mfa") == secret


def test_a_recovery_code_opens_once(cast: Cast, set_up, travel: Travel, now: datetime):
    browser, secret = set_up(cast.dan)
    browser.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})
    codes = browser.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    travel(now + timedelta(minutes=5))
    first, second = Browser(), Browser()
    for each in (first, second):
        sign_in(each, cast.dan)
        each.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert is_in(first)
    assert not is_in(second)


def test_guessing_codes_is_slowed_down(cast: Cast, set_up, travel: Travel, now: datetime):
    _, secret = set_up(cast.dan)
    travel(now + timedelta(minutes=10))
    browser = Browser()
    sign_in(browser, cast.dan)
    for _ in range(11):
        browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    browser.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert not is_in(browser)


def test_switching_it_off_leads_to_setting_one_up_again(cast: Cast, set_up):
    browser, secret = set_up(cast.dan)
    browser.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})
    browser.post(reverse("mfa_deactivate_totp"))
    assert browser.get(reverse("desk:day")).headers["Location"] == reverse("mfa_activate_totp")


# How long it lasts


def test_idle_staff_are_signed_out_after_a_quarter_of_an_hour(
    cast: Cast, signed_in, travel: Travel, now: datetime
):
    browser = signed_in(cast.dan)
    assert is_in(browser)
    travel(now + timedelta(minutes=14, seconds=59))
    assert is_in(browser)
    travel(now + timedelta(minutes=30))
    assert not is_in(browser)


def test_staff_at_work_stay_signed_in_for_half_a_day_and_no_longer(
    cast: Cast, signed_in, travel: Travel, now: datetime
):
    browser = signed_in(cast.dan)
    for minutes in range(0, 12 * 60, 10):
        travel(now + timedelta(minutes=minutes))
        assert is_in(browser)
    travel(now + timedelta(hours=12))
    assert is_in(browser)
    travel(now + timedelta(hours=12, seconds=1))
    assert not is_in(browser)


def test_moving_the_demos_clock_signs_nobody_out(cast: Cast, signed_in, settings, tmp_path):
    from practice import clock

    settings.HOME = tmp_path
    browser = signed_in(cast.dan)
    assert is_in(browser)
    clock.set_offset(timedelta(days=3))
    assert is_in(browser)


# Leaving


@pytest.mark.parametrize("name", ["account_logout", "admin:logout"])
def test_signing_out_clears_what_the_browser_kept(cast: Cast, signed_in, name: str):
    browser = signed_in(cast.olga)
    answer = browser.post(reverse(name))
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(browser)


def test_a_link_alone_signs_nobody_out(cast: Cast, signed_in):
    browser = signed_in(cast.dan)
    browser.get(reverse("account_logout"))
    assert is_in(browser)


def test_signing_out_after_idleness_did_already_leads_home(cast: Cast):
    answer = Browser().post(reverse("account_logout"))
    assert answer.headers["Location"] == reverse("home")
