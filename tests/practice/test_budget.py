"""Budgets count every use, also those at the same moment, and forget them in time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory

from practice.access.budget import Budget

pytestmark = pytest.mark.django_db
Travel = Callable[[datetime], None]


def request_from(address: str) -> HttpRequest:
    return RequestFactory().get("/", REMOTE_ADDR=address)


HERE, NEIGHBOR, ELSEWHERE = map(request_from, ["192.0.2.1", "192.0.2.77", "198.51.100.7"])


@pytest.fixture(autouse=True)
def _nothing_counted_yet(db: None) -> None:
    cache.clear()


def test_a_network_has_its_share_and_another_has_its_own():
    asking = Budget("asking", times=2, seconds=60)
    assert [asking.spend(HERE), asking.spend(NEIGHBOR), asking.spend(HERE)] == [True, True, False]
    assert asking.is_spent(NEIGHBOR)
    assert not asking.is_spent(ELSEWHERE)


def test_a_shared_budget_counts_everybody_together():
    asking = Budget("asking", times=2, seconds=60, shared=True)
    asking.spend(HERE)
    assert not asking.is_spent(ELSEWHERE)
    asking.spend(ELSEWHERE)
    assert asking.is_spent(HERE)


def test_any_other_key_has_a_share_of_its_own():
    asking = Budget("asking", times=1, seconds=60)
    assert asking.spend_for("one digest")
    assert asking.is_spent_for("one digest")
    assert not asking.spend_for("one digest")
    assert not asking.is_spent_for("another digest")
    assert not asking.is_spent(HERE)


def test_two_budgets_do_not_mix():
    Budget("asking", times=1, seconds=60).spend(HERE)
    assert not Budget("holding", times=1, seconds=60).is_spent(HERE)


def test_looking_costs_nothing():
    asking = Budget("asking", times=1, seconds=60)
    for _ in range(3):
        assert not asking.is_spent(HERE)


def test_each_use_counts_for_the_whole_time_and_no_longer(now: datetime, travel: Travel):
    asking = Budget("asking", times=2, seconds=24 * 60 * 60)
    asking.spend(HERE)
    travel(now + timedelta(hours=23))
    asking.spend(HERE)
    assert asking.is_spent(HERE)
    travel(now + timedelta(hours=24, minutes=1))  # the first is over, the second isn't
    assert asking.spend(HERE)
    assert asking.is_spent(HERE)
    travel(now + timedelta(hours=47, minutes=2))
    assert not asking.is_spent(HERE)


def test_nobody_is_found_by_what_stands_in_the_cache():
    asking = Budget("asking", times=1, seconds=60)
    asking.spend(HERE)
    asking.spend_for("hanna@example.com")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache")
        stored = str(cursor.fetchall())
    assert "budget:asking:" in stored
    assert "192.0" not in stored
    assert "hanna" not in stored


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_uses_at_the_same_moment_are_all_counted():
    asking = Budget("asking", times=5, seconds=60)
    together = Barrier(8)

    def use() -> bool:
        try:
            together.wait()
            return asking.spend(HERE)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        got = [one.result() for one in [pool.submit(use) for _ in range(8)]]
    assert sorted(got) == [False] * 3 + [True] * 5
    assert asking.is_spent(HERE)
