"""Rows that are made once: each test finds them as they were made, and nothing beside them."""

import pytest
from django.test import Client as Browser

from clients.models import Client
from tests.cast import Cast, make_client, sign_in
from tests.kept import kept

TWICE = pytest.mark.parametrize("time", ["first", "second"])


@kept
def vera(cast: Cast) -> Client:
    return make_client("Vera")


@kept
def hers(vera: Client) -> dict[str, Client]:
    return {"vera": vera}


@kept
def nora(cast: Cast) -> Browser:
    return sign_in(cast.nora.user)


@TWICE
def test_what_one_test_does_to_a_row_or_an_object_the_next_one_never_sees(
    cast: Cast, vera: Client, time: str
) -> None:
    assert vera.name == Client.objects.get(pk=vera.pk).name == "Vera Tester"
    assert cast.nora.public_name == "Nora"
    assert Client.objects.count() == 5
    vera.name = cast.nora.public_name = "Somebody else"
    vera.save()
    make_client("Walt")


def test_what_one_is_not_asked_for_is_not_there(cast: Cast) -> None:
    assert Client.objects.count() == 4


@pytest.mark.django_db
def test_without_any_there_is_what_the_migrations_left() -> None:
    assert not Client.objects.exists()


@TWICE
def test_one_person_stays_one_object(vera: Client, hers: dict[str, Client], time: str) -> None:
    assert hers["vera"] is vera


@TWICE
def test_a_browser_is_as_far_as_it_was(nora: Browser, time: str) -> None:
    assert nora.get("/dashboard/").status_code == 200
    nora.post("/account/logout/")
    assert nora.get("/dashboard/").status_code == 302


@pytest.mark.django_db(transaction=True)
@TWICE
def test_a_test_with_real_transactions_has_them_to_itself(vera: Client, time: str) -> None:
    assert Client.objects.count() == 5
    make_client("Walt")


@pytest.mark.django_db(transaction=True)
def test_after_one_of_those_nothing_is_left() -> None:
    assert not Client.objects.exists()
