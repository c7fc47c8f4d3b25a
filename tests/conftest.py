"""What all tests share: a still clock, a cast of people, and a database that is soon as it was."""

import gc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.test import TransactionTestCase
from django.utils.module_loading import autodiscover_modules
from pytest_django import DjangoDbBlocker

from practice.models import User
from practice.settings import env
from tests import migrated, pristine
from tests.cast import Cast, assemble, sign_in
from tests.environment import HOME
from tests.kept import Layers, kept, made_by

# A Wednesday in New York, 10 in the morning, with no change of clock near.
NOW = datetime(2026, 12, 2, 15, 0, tzinfo=UTC)
# What the database promises, which the migrations have told another process.
autodiscover_modules("guards")

_ON_THE_RUNNING_PRODUCT = {"product", "browser", "new_person", "wide_page", "narrow_page"}
_START_THE_PRODUCT = {"faults", "live"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests with a browser come last: once its loop runs, Django makes connections of its own.

    PostgreSQL is spared what has nothing to do with it: tests without a database, and how pages
    look and are used, where a browser walks the path alone.
    """

    def needs_the_product(item: pytest.Item) -> bool:
        return bool(_ON_THE_RUNNING_PRODUCT & set(getattr(item, "fixturenames", ())))

    if connection.vendor == "postgresql":
        elsewhere = [each for each in items if not _is_for_every_database(each)]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [each for each in items if each not in set(elsewhere)]
    items.sort(key=needs_the_product)


def pytest_collection_finish() -> None:
    """What was loaded by now stays to the end: to look for garbage among it takes a fourth of all
    time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _is_for_every_database(item: pytest.Item) -> bool:
    if item.path.parent.name == "browser":
        return item.path.name == "test_path.py"
    if item.path.parent.name in _START_THE_PRODUCT or item.get_closest_marker("django_db"):
        return True
    return bool({"db", "database", "empty_database"} & set(getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """In place of pytest-django's, which would migrate: a copy of what is migrated already.

    On SQLite too it is a file: in memory, two connections would share one cache, and have no real
    lock between them.
    """
    with migrated.copied("test", HOME) as address:
        name = env.db_url_config(address)["NAME"]
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
        with django_db_blocker.unblock():
            pristine.remember()
        yield
        with django_db_blocker.unblock():
            connection.close()


@pytest.fixture(autouse=True, scope="session")
def _back_to_what_was_migrated() -> Iterator[None]:
    """After a test with real transactions, in place of Django's emptying of every table."""
    with pytest.MonkeyPatch.context() as until_then:
        until_then.setattr(TransactionTestCase, "_fixture_teardown", lambda _: pristine.restore())
        yield


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


@pytest.fixture(scope="session")
def _layers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Layers]:
    layers = Layers(NOW)
    yield layers
    with django_db_blocker.unblock():
        layers.bring([])


@pytest.fixture
def _kept_values(
    request: pytest.FixtureRequest, _layers: Layers, django_db_blocker: DjangoDbBlocker
) -> dict[str, Any] | None:
    """What the kept fixtures of this test made; nothing for a test with real transactions."""
    marker = request.node.get_closest_marker("django_db")
    alone = marker is not None and marker.kwargs.get("transaction", False)
    with django_db_blocker.unblock():
        copies = _layers.bring([] if alone else made_by(request))
    return None if alone else copies


@pytest.fixture
def _django_db_helper(_kept_values: Any, _django_db_helper: None) -> None:
    """pytest-django's, which begins what a test undoes: above the rows that are kept."""


@kept
def cast(now: datetime) -> Cast:
    """The people of the story; see `tests.cast`."""
    cache.clear()
    return assemble()


@pytest.fixture
def signed_in() -> Callable[[User], Browser]:
    """`signed_in(user)`: a browser in which this person of the staff has signed in."""
    return sign_in
