"""The real processes, hurt while they send: nothing is lost, and what may come twice says so.

One product for all of these, without its web pages; each test leaves worker, beat and broker
running. Every message may go at any hour, so that it doesn't matter when the tests run.
"""

import base64
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
import redis

from clients.contact.sending import ASK_AGAIN, HANDOVER, LEASE, UNREACHABLE
from practice import broker
from tests.live.product import ROOT, OwnProduct, running
from tests.smtp_sink import Answer

# One process answers all questions to the product's database: to begin one takes seconds.
_CLERK = """
import contextlib, io, json, sys
import django
django.setup()
for line in sys.stdin:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(json.loads(line), {})
    print(json.dumps(said.getvalue()), flush=True)
"""
_QUEUE = """
import json
from datetime import timedelta
from uuid import uuid4
from django.db import transaction
from clients import cases
from clients.contact import outbox
from clients.contact.cards import Contact
from practice import clock
now, ids = clock.now(), []
with transaction.atomic():
    for number, address in enumerate({addresses!r}):
        client = cases.add_client(
            name="Somebody", state=None, time_zone="America/New_York", contact=Contact(address)
        )
        message = outbox.queue(
            client=client, template="news", purpose="test", subject_id=client.pk,
            key=f"fault:{{client.pk}}", due_at=now - timedelta(seconds=60 - number),
            by_their_own_act=True,
        )
        ids.append(str(message.pk))
print(json.dumps(ids))
"""
_LOOK = """
import json
from clients.contact.models import Message
print(json.dumps([
    [str(each.pk), each.state, each.attempt, [step.state for step in each.steps.all()]]
    for each in Message.objects.filter(purpose="test")
]))
"""


@dataclass(frozen=True)
class Row:
    """A message as the database knows it."""

    state: str
    attempt: int
    life: list[str]


@dataclass
class Post:
    """What was to be sent, and what arrived."""

    own: OwnProduct
    clerk: subprocess.Popen[str]

    def queue(self, *addresses: str) -> list[str]:
        """The ids of messages that are due now, one to each address."""
        ids: list[str] = json.loads(self._ask(_QUEUE.format(addresses=addresses)))
        return ids

    def rows(self, ids: list[str]) -> dict[str, Row]:
        found = {pk: Row(*rest) for pk, *rest in json.loads(self._ask(_LOOK))}
        return {each: found[each] for each in ids}

    def states(self, ids: list[str]) -> set[str]:
        return {row.state for row in self.rows(ids).values()}

    def arrived(self, ids: list[str]) -> Counter[str]:
        """How often each of these came to the mail server."""
        kept = [
            str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in self.own.sink.mails
        ]
        return Counter(each for each in kept if each in ids)

    def wait_until_sent(self, ids: list[str], timeout: float = 30) -> None:
        """All of these arrived at least once, and the database says so."""
        self.own.wait_for(
            lambda: set(self.arrived(ids)) == set(ids), timeout, f"all of {len(ids)} messages"
        )
        self.own.wait_for(lambda: self.states(ids) == {"sent"}, timeout, "their end")

    def check_each_came_once(self, ids: list[str]) -> None:
        assert self.arrived(ids) == dict.fromkeys(ids, 1)
        assert {row.attempt for row in self.rows(ids).values()} == {1}

    def _ask(self, code: str) -> str:
        assert self.clerk.stdin
        assert self.clerk.stdout
        self.clerk.stdin.write(json.dumps(code) + "\n")
        self.clerk.stdin.flush()
        answer: str = json.loads(self.clerk.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with running("broker", "worker", "beat") as own:
        beat = own.processes.commands["beat"]
        own.processes.commands = {
            **own.processes.commands,
            "loop": "python manage.py send_due --loop",
            "second beat": f"{beat} --schedule $MENDWELL_HOME/second-beat",
        }
        with _clerk(own) as clerk:
            yield Post(own, clerk)


@contextmanager
def _clerk(own: OwnProduct) -> Iterator[subprocess.Popen[str]]:
    """Somebody who knows the product's settings and does what is asked in Python."""
    clerk = subprocess.Popen(
        [sys.executable, "-c", _CLERK],
        env={**own.environment, "DJANGO_SETTINGS_MODULE": "practice.settings"},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with clerk:
        yield clerk
        clerk.kill()


@pytest.fixture(autouse=True)
def _left_as_found(post: Post) -> Iterator[None]:
    yield
    post.own.processes.stop([name for name in ("loop", "second beat") if name in running_in(post)])
    for name in ("broker", "worker", "beat"):
        if name not in running_in(post):
            post.own.restart(name)


def running_in(post: Post) -> list[str]:
    processes = post.own.processes
    return [name for name in processes.running if name not in processes.dead()]


def people(name: str, number: int) -> list[str]:
    return [f"{name}{each}@example.com" for each in range(number)]


def test_a_worker_killed_while_the_mail_server_hangs_loses_nothing(post):
    """Only the message in the hand-over may come twice, and it is called uncertain meanwhile."""
    own, slow = post.own, "slow@example.com"
    own.sink.answers(slow, Answer.HANG)
    addresses = people("quick", 10)
    ids = post.queue(*addresses[:5], slow, *addresses[5:])
    own.wait_for(lambda: own.sink.to(slow), what="the hand-over that hangs")
    own.kill("worker")
    states = [row.state for row in post.rows(ids).values()]
    assert states == ["sent"] * 5 + ["sending"] + ["claimed"] * 5

    own.restart("worker")
    own.move_clock(max(LEASE, HANDOVER) + timedelta(seconds=5))
    own.wait_for(lambda: len(post.arrived(ids)) == 11, what="the rest of them")
    hung = ids[5]
    own.wait_for(lambda: post.rows(ids)[hung].state == "uncertain", what="the doubt")
    assert own.sink.attempts[-1].recipient != slow

    own.move_clock(ASK_AGAIN + timedelta(seconds=5))
    own.wait_for(lambda: len(own.sink.to(slow)) == 2, what="the second try")
    post.wait_until_sent(ids)
    assert post.arrived(ids) == {**dict.fromkeys(ids, 1), hung: 2}
    rows = post.rows(ids)
    assert rows[hung].life == ["due", "sending", "uncertain", "sending", "sent"]
    del rows[hung]
    assert {tuple(row.life) for row in rows.values()} == {("due", "sending", "sent")}


def test_killed_again_and_again_only_what_was_in_doubt_may_come_twice(post):
    """A sender killed at chance moments: each message arrives, once but for the uncertain ones."""
    own, chance = post.own, random.Random(2026)
    for name in ("worker", "beat"):
        own.kill(name)
    ids = post.queue(*people("often", 40))
    for _ in range(3):
        enough = len(own.sink.attempts) + chance.randrange(1, 7)
        own.start("loop")
        own.wait_for(lambda least=enough: len(own.sink.attempts) >= least, what="the next e-mails")
        own.kill("loop")
        own.move_clock(LEASE + timedelta(seconds=5))
    own.start("loop")
    # The half hour counts from when the doubt was noted: the clock moves on only after that.
    own.wait_for(lambda: post.states(ids) <= {"sent", "uncertain"}, what="each sent or in doubt")
    own.move_clock(ASK_AGAIN + timedelta(seconds=5))
    post.wait_until_sent(ids)
    in_doubt = {each for each, row in post.rows(ids).items() if "uncertain" in row.life}
    came = post.arrived(ids)
    assert {each for each, times in came.items() if times > 1} <= in_doubt
    assert max(came.values()) <= 2
    assert len(in_doubt) <= 3


def test_messages_go_when_the_broker_is_back_and_has_forgotten_everything(post):
    own = post.own
    own.kill("worker")
    ids = post.queue(*people("flushed", 5))
    server = redis.Redis(unix_socket_path=str(broker.socket_path(own.home)))
    server.flushall()
    server.close()
    own.kill("broker")
    ids += post.queue(*people("meanwhile", 5))
    own.start("broker")
    own.restart("worker")
    post.wait_until_sent(ids, timeout=60)
    post.check_each_came_once(ids)


def test_the_loop_alone_sends_without_worker_beat_and_broker(post):
    for name in ("worker", "beat", "broker"):
        post.own.kill(name)
    ids = post.queue(*people("alone", 5))
    post.own.start("loop")
    post.wait_until_sent(ids)
    post.check_each_came_once(ids)


def test_two_beats_and_a_loop_send_nothing_twice(post):
    post.own.start("second beat")
    post.own.start("loop")
    ids = post.queue(*people("twice", 40))
    post.wait_until_sent(ids)
    post.check_each_came_once(ids)


def test_while_the_mail_server_is_down_all_wait_and_then_all_go(post):
    own = post.own
    own.sink.stop()
    try:
        ids = post.queue(*people("down", 5))
        own.wait_for(
            lambda: (
                all(row.state == "due" for row in post.rows(ids).values())
                and "mail server unreachable" in own.log("worker")
            ),
            what="the first try",
        )
    finally:
        own.sink.start()
    assert {row.attempt for row in post.rows(ids).values()} == {0}
    own.move_clock(UNREACHABLE + timedelta(seconds=5))
    post.wait_until_sent(ids)
    post.check_each_came_once(ids)


def task(name: str, body: str = "", kind: str = "application/json") -> str:
    """A message as Celery's broker keeps it; the body is base64 of arguments."""
    inside = base64.b64encode((body or "[[], {}, {}]").encode()).decode()
    headers = {"lang": "py", "task": name, "id": str(uuid4()), "root_id": None, "retries": 0}
    return json.dumps(
        {
            "body": inside,
            "content-encoding": "utf-8",
            "content-type": kind,
            "headers": {**headers, "argsrepr": "()", "kwargsrepr": "{}", "expires": None},
            "properties": {
                "correlation_id": headers["id"],
                "delivery_mode": 2,
                "delivery_info": {"exchange": "", "routing_key": "celery"},
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": str(uuid4()),
            },
        }
    )


def put(post: Post, *messages: str) -> None:
    """Somebody who can reach the broker puts these before the worker."""
    server = redis.Redis(unix_socket_path=str(broker.socket_path(post.own.home)))
    for message in messages:
        server.lpush("celery", message)
    server.close()


def test_the_same_task_a_thousand_times_sends_each_once(post):
    ids = post.queue(*people("repeated", 10))
    put(post, *[task("contact.send_due")] * 1000)
    post.wait_until_sent(ids, timeout=60)
    post.check_each_came_once(ids)


def test_forged_and_huge_tasks_are_refused_and_the_worker_goes_on(post):
    harmful = [
        task("os.system", '[["touch /tmp/forged"], {}, {}]'),
        task("contact.an_old_name"),
        task("contact.send_due", '[["unwanted"], {"more": 1}, {}]'),
        task("contact.send_due", "gASVBQAAAAAAAABLAS4=", "application/x-python-serialize"),
        task("contact.send_due", "not json at all"),
        task("contact.send_due", json.dumps([["x" * 10_000_000], {}, {}])),
    ]
    put(post, *harmful)
    ids = post.queue(*people("forged", 5))
    post.wait_until_sent(ids, timeout=60)
    post.check_each_came_once(ids)
    assert "worker" in running_in(post)
