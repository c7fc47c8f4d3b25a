"""How sending is doing, in numbers alone."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from clients.contact import health, sending
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


def test_before_the_first_tick_it_is_not_well(cast, running_broker, client):
    status, facts = ask(client)
    assert (status, facts["last_tick"]) == (503, None)


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
    assert (status, facts["late"], facts["waiting"]) == (200, 0, 1)


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
