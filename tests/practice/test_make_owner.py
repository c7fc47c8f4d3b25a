"""The first account of an installation."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from practice.access.roles import Role
from practice.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "a calm blue harbor"


def make(monkeypatch: pytest.MonkeyPatch, email: str, password: str | None, **more: str) -> None:
    monkeypatch.delenv("OWNERS_PASSWORD", raising=False)
    if password is not None:
        monkeypatch.setenv("OWNERS_PASSWORD", password)
    call_command("make_owner", email, password_env="OWNERS_PASSWORD", **more)


def test_the_owner_can_sign_in_and_open_the_settings(monkeypatch: pytest.MonkeyPatch):
    make(monkeypatch, "Olivia@Example.com", PASSWORD, name="Olivia Owner")
    owner = User.objects.get()
    assert (owner.email, owner.role, owner.name) == (
        "olivia@example.com",
        Role.OWNER,
        "Olivia Owner",
    )
    browser = Browser()
    browser.post("/account/login/", {"login": "olivia@example.com", "password": PASSWORD})
    assert browser.get("/admin/practice/user/").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("olivia", PASSWORD),
        ("", PASSWORD),
        ("olivia@example.com", "short"),
        ("olivia@example.com", "password1234"),
        ("olivia@example.com", "olivia@example.com"),
        ("olivia@example.com", ""),
        ("olivia@example.com", None),
    ],
)
def test_what_is_no_address_or_password_makes_nobody(
    monkeypatch: pytest.MonkeyPatch, email: str, password: str | None
):
    with pytest.raises(CommandError):
        make(monkeypatch, email, password)
    assert not User.objects.exists()


def test_an_account_that_is_there_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    make(monkeypatch, "olivia@example.com", PASSWORD)
    before = User.objects.get().password
    with pytest.raises(CommandError, match="already"):
        make(monkeypatch, "OLIVIA@example.com", "another calm harbor")
    assert User.objects.get().password == before


def test_the_password_is_asked_for_where_no_variable_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)
    call_command("make_owner", "olivia@example.com")
    assert User.objects.get().check_password(PASSWORD)
