"""What all tests share: a still clock, a cast of people, and room for the guards to give way."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.test import TransactionTestCase

from practice import guards
from practice.models import User
from tests.cast import Cast, assemble

# A Wednesday in New York, 10 in the morning, with no change of clock near.
NOW = datetime(2026, 12, 2, 15, 0, tzinfo=UTC)


_ON_THE_RUNNING_PRODUCT = {"product", "browser", "new_person", "wide_page", "narrow_page"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests with a browser come last: once its loop runs, Django makes connections of its own.

    How pages look and are used doesn't hang on the database: on PostgreSQL a browser walks the
    path alone.
    """

    def needs_the_product(item: pytest.Item) -> bool:
        return bool(_ON_THE_RUNNING_PRODUCT & set(getattr(item, "fixturenames", ())))

    if connection.vendor == "postgresql":
        looks = [each for each in items if _is_about_pages(each)]
        config.hook.pytest_deselected(items=looks)
        items[:] = [each for each in items if each not in looks]
    items.sort(key=needs_the_product)


def _is_about_pages(item: pytest.Item) -> bool:
    return item.path.parent.name == "browser" and item.path.name != "test_path.py"


@pytest.fixture(autouse=True, scope="session")
def _guards_give_way_to_emptying() -> Iterator[None]:
    """After a test with real transactions the tables are emptied, and the guards stand aside."""
    tear_down = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def empty_without_guards(self: TransactionTestCase) -> None:
        with guards.lifted(connection):
            tear_down(self)

    TransactionTestCase._fixture_teardown = empty_without_guards  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = tear_down  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _the_database_has_the_same_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the clock stands still or jumps, and a server's goes on: that makes no sender stop."""
    monkeypatch.setattr("clients.contact.clocks.apart", lambda: timedelta())


@pytest.fixture
def now() -> Iterator[datetime]:
    """The clock stands still at NOW; move it with `time_machine.travel` or the `travel` fixture."""
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def travel(now: datetime) -> Iterator[Callable[[datetime], None]]:
    """`travel(moment)`: from here on it is that moment."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller.move_to


@pytest.fixture
def cast(db: None, now: datetime) -> Cast:
    """The people of the story; see `tests.cast`."""
    cache.clear()
    return assemble()


@pytest.fixture
def signed_in() -> Callable[[User], Browser]:
    """`signed_in(user)`: a browser in which this person of the staff has signed in."""

    def sign_in(user: User) -> Browser:
        browser = Browser()
        browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    return sign_in
