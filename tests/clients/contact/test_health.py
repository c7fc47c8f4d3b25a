"""How sending is doing, in numbers alone."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from clients.contact import clocks, health, sending
from clients.contact.clocks import apart as really_apart
from clients.contact.models import Heartbeat, Message, State
from practice import broker
from tests.cast import make_message
from tests.environment import HOME


@pytest.fixture
def running_broker(tmp_path) -> Iterator[None]:
    """The bundled broker, where the tests' REDIS_URL says it would be."""
    socket = os.environ["REDIS_URL"].removeprefix("redis+socket://")
    assert socket.startswith(str(HOME))
    line = broker.command(tmp_path)
    line[line.index("--unixsocket") + 1] = socket
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL)
    ends = time.monotonic() + 10
    while not health.broker_answers():
        assert time.monotonic() < ends
    yield
    process.kill()
    process.wait()


def ask(client) -> tuple[int, dict[str, object]]:
    answer = client.get("/healthz/queue")
    return answer.status_code, json.loads(answer.content)


def test_all_is_well_while_the_tick_runs_and_nothing_is_late(hanna, running_broker, sink, client):
    make_message(hanna)
    sending.tick()
    status, facts = ask(client)
    assert (status, facts["well"], facts["broker"]) == (200, True, "reachable")
    assert (facts["waiting"], facts["late"], facts["last_tick"]) == (0, 0, 0.0)


def process_is(monkeypatch, seconds: float) -> None:
    """So many seconds old."""
    monkeypatch.setattr(health, "_BEGAN", time.monotonic() - seconds)


def test_before_the_first_tick_it_is_not_well(cast, running_broker, client, monkeypatch):
    process_is(monkeypatch, 61)
    status, facts = ask(client)
    assert (status, facts["last_tick"], "starting" in facts) == (503, None, False)


def test_in_its_first_seconds_it_says_that_it_is_starting(
    cast, now, running_broker, client, monkeypatch
):
    process_is(monkeypatch, 5)
    Heartbeat.objects.create(name="tick", at=now - timedelta(minutes=10))  # before it was stopped
    answer = client.get("/healthz/queue")
    assert (answer.status_code, answer.json()["starting"]) == (503, True)
    assert answer.headers["Retry-After"] == str(settings.TICK_SECONDS)


def test_a_tick_ends_the_starting(cast, running_broker, sink, client, monkeypatch):
    process_is(monkeypatch, 5)
    sending.tick()
    assert ask(client)[0] == 200


@pytest.mark.parametrize(("apart", "status"), [(2.0, 200), (2.1, 503)])
def test_clocks_that_disagree_are_noticed(
    cast, running_broker, sink, client, monkeypatch, apart, status
):
    sending.tick()
    monkeypatch.setattr(clocks, "apart", lambda: timedelta(seconds=apart))
    answered, facts = ask(client)
    assert (answered, facts["clocks_apart"]) == (status, apart)


@pytest.mark.django_db
def test_on_one_machine_the_clocks_agree():
    assert really_apart() < timedelta(seconds=1)


@pytest.mark.django_db
def test_a_server_that_is_ten_minutes_ahead_is_found(monkeypatch):
    ten_minutes = 600
    monkeypatch.setattr(time, "time", lambda real=time.time: real() - ten_minutes)
    wanted = 0 if connection.vendor == "sqlite" else ten_minutes
    assert abs(really_apart().total_seconds() - wanted) < 1


def test_a_sender_whose_clock_is_wrong_sends_nothing(hanna, sink, monkeypatch):
    make_message(hanna)
    with monkeypatch.context() as wrong:
        wrong.setattr(clocks, "apart", lambda: timedelta(minutes=10))
        assert sending.tick() == 0
        assert not Heartbeat.objects.exists()
    assert sending.tick() == 1


def test_a_tick_that_stopped_is_noticed(cast, now, running_broker, sink, travel, client):
    sending.tick()
    travel(now + timedelta(minutes=4, seconds=59))
    assert ask(client)[0] == 200
    travel(now + timedelta(minutes=5))
    assert ask(client)[0] == 503


def test_a_message_that_is_late_is_noticed(hanna, now, running_broker, sink, travel, client):
    make_message(hanna)
    travel(now + timedelta(minutes=6))
    Heartbeat.objects.create(name="tick", at=now + timedelta(minutes=6))
    status, facts = ask(client)
    assert status == 503
    assert (facts["late"], facts["oldest_late"]) == (1, 360.0)
    sending.tick()
    assert ask(client)[0] == 200


def test_a_message_that_waits_for_its_hour_is_not_late(
    hanna, now, running_broker, sink, travel, client
):
    make_message(hanna)
    travel(now + timedelta(hours=12))
    sending.tick()
    status, facts = ask(client)
    assert (status, facts["late"], facts["waiting"]) == (200, 0, 0)


def test_a_broker_that_is_away_is_noticed_within_two_seconds(cast, sink, client):
    sending.tick()
    began = time.perf_counter()
    status, facts = ask(client)
    assert time.perf_counter() - began < 2
    assert (status, facts["broker"], facts["well"]) == (503, "unreachable", False)


def test_uncertain_and_dead_ones_are_counted_for_a_week(hanna, now, travel):
    for state in (State.UNCERTAIN, State.DEAD, State.DEAD):
        message = Message.objects.filter(pk=make_message(hanna).pk)
        message.update(state=State.CLAIMED)
        message.update(state=state)
    delivery = health.delivery()
    assert (delivery.uncertain, delivery.dead) == (1, 2)
    travel(now + timedelta(days=7, seconds=1))
    delivery = health.delivery()
    assert (delivery.uncertain, delivery.dead) == (0, 0)


def test_it_answers_in_numbers_and_names_nobody(hanna, running_broker, sink, client):
    make_message(hanna)
    sending.tick()
    _, facts = ask(client)
    words = {value for value in facts.values() if isinstance(value, str)}
    assert words == {"reachable"}
    assert all(isinstance(v, int | float) or v == "reachable" for v in facts.values())


def test_it_takes_three_queries(hanna, django_assert_num_queries):
    make_message(hanna)
    with django_assert_num_queries(3):
        health.delivery()
