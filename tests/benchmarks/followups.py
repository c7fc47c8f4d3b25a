"""The outbox: how many messages a sender hands over, and how long it looks for them.

A round sends as many messages as the others, all new. Beside the product's senders, one and two of
them, stand a loop that hands the same letters over on one open connection and knows no database,
and a Celery worker with a task for each letter. Every side writes its letters from the same
templates, to the same mail server, which takes everything and keeps nothing.

Then a tick that finds a hundred due among forty thousand rows, and among two million. Last, how
much memory a sender holds after a hundred letters and after many.
"""

import os
import re
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.benchmarks import _measure, _practice, _sink
from tests.benchmarks._measure import Line, Took

ROOT = Path(__file__).resolve().parents[2]
DUE = 100
TOKEN = "t" * 43  # as long as the product's
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Size:
    """How much is sent and looked through."""

    letters: int  # a round
    people: int
    few: int  # rows
    many: int
    rounds: int


WHOLE = Size(letters=400, people=100, few=40_000, many=2_000_000, rounds=_measure.ROUNDS)
QUICK = Size(letters=60, people=10, few=2_000, many=20_000, rounds=3)


def main(given: list[str]) -> int:
    options = _measure.arguments("followups", given)
    size = QUICK if options.quick else WHOLE
    with (
        _measure.scratch_database(on_postgres=options.postgres) as vendor,
        _sink.running() as port,
        _broker() as broker,
    ):
        _settings(port, broker)
        lines = [*_senders(size, broker, port), *_ticks(size), *_memory(size)]
    _measure.show(f"Follow-ups: {size.letters} letters a round, on {vendor}", lines)
    _measure.keep(options.json, lines, benchmark="followups", database=vendor, seed=options.seed)
    return 0


def _settings(port: int, broker: str) -> None:
    from django.conf import settings
    from django.core.mail.utils import DNS_NAME

    from practice.celery import app

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    DNS_NAME._fqdn = "bench"
    app.conf.broker_url = broker


# Senders


def _senders(size: Size, broker: str, port: int) -> list[Line]:
    letters = Letters(size)
    _measure.must_agree("what the letters say", *_each_side_s_letter(letters))
    with _worker(broker, port):
        sides: dict[str, Callable[[], Took]] = {
            "bare": lambda: _together(1, _bare(letters.new())),
            "one": lambda: _together(1, _until_sent, after=letters.new),
            "two": lambda: _together(2, _until_sent, after=letters.new),
            "tasks": lambda: _by_tasks(letters.new()),
        }
        before = _taken(port)
        found = _measure.in_turns(sides, rounds=size.rounds)
        must = 4 * (size.rounds + 1) * size.letters
        _measure.must_agree("how many arrived", _taken(port) - before, must)
    speed = {name: 1000 * size.letters / took for name, took in found.items()}
    return [
        Line("a bare loop on one connection", speed["bare"], "a second"),
        Line("a sender, with a mark for each row", speed["one"], "a second"),
        Line("two senders", speed["two"], "a second"),
        Line("a Celery task for each", speed["tasks"], "a second"),
        Line("a sender against tasks", speed["one"] / speed["tasks"], "x", ">= 2"),
        Line("a sender against the bare loop", speed["one"] / speed["bare"], "x", ">= 0.60"),
        Line("two against the bare loop", speed["two"] / speed["bare"], "x", ">= 0.85"),
    ]


def _each_side_s_letter(letters: "Letters") -> Iterator[str]:
    """One of the product's and one of the loop's, but for what differs from letter to letter."""
    from django.conf import settings
    from django.core import mail

    kept, settings.EMAIL_BACKEND = (
        settings.EMAIL_BACKEND,
        "django.core.mail.backends.locmem.EmailBackend",
    )
    for send in (_bare(letters.new()), _until_sent):
        mail.outbox = []  # type: ignore[attr-defined]
        if send is _until_sent:
            letters.new()
        send()
        yield _without_its_own(mail.outbox[0])
    settings.EMAIL_BACKEND = kept


def _without_its_own(letter: Any) -> str:
    text: str = letter.message().as_string()
    for pattern in (r"/(s|stop)/[\w-]{43}", r"<[0-9a-f-]{36}@", r"={15}\d+==", r"(Date|To): .*"):
        text = re.sub(pattern, "", text)
    return text


class Letters:
    """People, and new messages to them that are due now."""

    def __init__(self, size: Size) -> None:
        from practice.models import State

        _practice.open_up()
        self._size, self._number = size, count()
        people = _practice.couples(_practice.hire(1, ["NJ"])[0], size.people // 2, "NJ")
        self.clients = [each.client for case in people for each in case.participants.all()]
        assert State.objects.filter(pk="NJ").exists()
        self._now = _in_the_day()

    def new(self) -> list[Any]:
        """As many as a round has; nothing else is due."""
        from clients.contact.models import Message, MessageStep

        to = cycle(self.clients)
        rows = [self._row(next(to)) for _ in range(self._size.letters)]
        made = Message.objects.bulk_create(rows)
        MessageStep.objects.bulk_create(
            MessageStep(message=each, at=self._now, state="due") for each in made
        )
        return made

    def _row(self, client: Any) -> Any:
        from clients.contact.models import Message

        return Message(
            id=uuid4(),
            key=f"bench:{next(self._number)}",
            client=client,
            template=Message.Template.NEWS,
            purpose="bench",
            subject_id=str(uuid4()),
            is_follow_up=True,
            due_at=self._now,
            next_try_at=self._now,
            expires_at=self._now + timedelta(days=3),
            created_at=self._now,
        )


def _in_the_day() -> datetime:
    """It is noon in New York from now on, for this process and its children."""
    from practice import clock

    now = clock.now().replace(hour=17, minute=0)
    clock.now = lambda: now
    return now


def _until_sent() -> None:
    from clients.contact import sending

    while sending.tick():
        pass


def _bare(letters: list[Any]) -> Callable[[], None]:
    """The same letters on one open connection; the rows are never looked at."""

    def send() -> None:
        from django.core.mail import get_connection

        from clients.contact import mail
        from practice.models import Practice

        practice, line = Practice.current(), get_connection()
        line.open()
        for each in letters:
            line.send_messages([mail.compose(each, each.client.card.email, TOKEN, practice)])
        line.close()

    from clients.contact.models import Message

    for each in letters:
        each.client.card  # noqa: B018  looked up before the time counts
    Message.objects.filter(pk__in=[each.pk for each in letters]).update(next_try_at=None)
    return send


def _together(
    number: int, act: Callable[[], None], after: Callable[[], Any] = lambda: None
) -> Took:
    """So many processes do this at once, each with a connection that is open already."""
    from django.db import connections

    after()
    connections.close_all()
    ready, begin = os.pipe(), os.pipe()
    started = [_child(act, ready, begin) for _ in range(number)]
    for _ in started:
        os.read(ready[0], 1)
    began = time.perf_counter()
    os.write(begin[1], b"!" * number)
    codes = [os.waitpid(pid, 0)[1] for pid in started]
    took = Took((time.perf_counter() - began) * 1000)
    for end in (*ready, *begin):
        os.close(end)
    if any(codes):
        raise SystemExit("A sender failed; what it said stands above.")
    return took


def _child(act: Callable[[], None], ready: tuple[int, int], begin: tuple[int, int]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        from django.db import connection

        connection.ensure_connection()
        os.write(ready[1], b"!")
        os.read(begin[0], 1)
        act()
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


# A task for each


def _by_tasks(letters: list[Any]) -> Took:
    """From the first task that is published until the last row is marked."""
    from clients.contact.models import Message
    from tests.benchmarks._peers.task_per_mail import send_one

    keys = [each.pk for each in letters]
    marked = Message.objects.filter(pk__in=keys, reason="gone")
    Message.objects.filter(pk__in=keys).update(next_try_at=None)
    began = time.perf_counter()
    for key in keys:
        send_one.delay(str(key))
    while marked.count() < len(keys):
        if time.perf_counter() - began > 300:
            raise SystemExit("The Celery worker did not send everything.")
        time.sleep(0.005)
    return Took((time.perf_counter() - began) * 1000)


@contextmanager
def _broker() -> Iterator[str]:
    from django.conf import settings

    from practice import broker

    home = Path(settings.HOME)
    process = subprocess.Popen(broker.command(home), stdout=subprocess.DEVNULL)
    try:
        while not broker.socket_path(home).exists():
            time.sleep(0.05)
        yield broker.url(home)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _worker(broker: str, port: int) -> Iterator[None]:
    """One Celery worker with one process, as the product starts its own, that knows the task."""
    from django.db import connection

    name = str(connection.settings_dict["NAME"])
    own = {
        **os.environ,
        "DATABASE_URL": _address_of(name),
        "REDIS_URL": broker,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    program = [sys.executable, "-m", "celery", "--quiet", "-A", "practice", "worker"]
    options = ["--concurrency", "1", "--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
    process = subprocess.Popen(
        [*program, *options, "--include", "tests.benchmarks._peers.task_per_mail"],
        env=own,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _address_of(name: str) -> str:
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{_measure.address().rpartition('/')[0]}/{name}"


def _taken(port: int) -> int:
    with smtplib.SMTP("127.0.0.1", port) as line:
        return int(line.docmd("NOOP count")[1])


# Ticks over many rows


def _ticks(size: Size) -> list[Line]:
    from clients.contact.models import Message
    from tests.benchmarks import _copies

    letters = _due_now(size)
    _fill(size.few, letters)
    few = _copies.current()
    many = _copies.copy("many")
    _copies.turn_to(many)
    _fill(size.many, letters)
    _copies.settled()
    found = _measure.in_turns(
        {
            "few": _copies.within(few, _look),
            "many": _copies.within(many, _look),
        },
        rounds=size.rounds,
    )
    assert Message.objects.filter(state="due").exists()
    _copies.turn_to(few)
    return [
        Line(f"a tick finds {DUE} among {size.few:,}", found["few"], "ms"),
        Line(f"the same among {size.many:,}", found["many"], "ms"),
        Line("many against few", found["many"] / found["few"], "x", "<= 1.15"),
    ]


def _due_now(size: Size) -> Any:
    """A hundred due now; all that was made before is history."""
    from clients.contact.models import Message

    Message.objects.filter(state="due").update(next_try_at=None)
    client = Message.objects.select_related("client").first().client  # type: ignore[union-attr]
    now = _in_the_day()
    Message.objects.bulk_create(
        Message(
            id=uuid4(),
            key=f"tick:{number}",
            client=client,
            template=Message.Template.NEWS,
            purpose="bench",
            subject_id=str(number),
            due_at=now,
            next_try_at=now,
            expires_at=now + timedelta(days=3),
            created_at=now,
        )
        for number in range(DUE)
    )
    return client


def _look() -> None:
    """What a tick does before it hands over; then the rows wait again."""
    from clients.contact import sending
    from clients.contact.models import Message, State
    from practice import clock

    now = clock.now()
    sending.release_lost_claims(now)
    claims = sending.claim(now)
    if len(claims) != DUE:
        raise SystemExit(f"A tick found {len(claims)} of {DUE}.")
    keys = [claim.id for claim in claims]
    Message.objects.filter(pk__in=keys).update(state=State.DUE, lease_until=None)


# Nine in ten were sent long ago; one in ten waits for a day to come.
_ROWS = """
INSERT INTO contact_message ({columns})
{series}
SELECT {values} FROM n
"""
_SERIES = {
    "sqlite": "WITH RECURSIVE n(i) AS "
    "(SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})",
    "postgresql": "WITH n AS (SELECT generate_series({first}, {last}) AS i)",
}
_KEY = {
    "sqlite": "printf('%032x', i)",
    "postgresql": "lpad(to_hex(i), 32, '0')::uuid",
}


def _fill(number: int, client: Any) -> None:
    """Rows until there are so many, written by the database itself."""
    from django.db import connection

    from clients.contact.models import Message

    there = Message.objects.count()
    first, last = there + 1, number
    if last < first:
        return
    with connection.cursor() as cursor:
        cursor.execute(_statement(connection.vendor, first, last), _facts(client))


def _statement(vendor: str, first: int, last: int) -> str:
    later = "CASE WHEN i % 10 = 0 THEN {} ELSE {} END"
    values = {
        "id": _KEY[vendor],
        "key": "'old:' || i",
        "client_id": "%(client)s",
        "template": "'news'",
        "purpose": "'bench'",
        "subject_id": "'' || i",
        "by_their_own_act": "%(no)s",
        "is_follow_up": "%(yes)s",
        "due_at": later.format("%(later)s", "%(before)s"),
        "expires_at": "%(later)s",
        "state": later.format("'due'", "'sent'"),
        "next_try_at": later.format("%(later)s", "%(none)s"),
        "attempt": "0",
        "uncertain_count": "0",
        "fence": "0",
        "reason": "''",
        "created_at": "%(before)s",
        "token": "''",
        **dict.fromkeys(("channel", "provider_id", "arrival"), "''"),
    }
    if vendor == "postgresql":
        for name in ("due_at", "expires_at", "next_try_at", "created_at"):
            values[name] = f"({values[name]})::timestamptz"
        values["client_id"] += "::uuid"
    series = _SERIES[vendor].format(first=first, last=last)
    if vendor == "sqlite":  # its WITH stands before INSERT's SELECT, and it has no %(name)s
        values = {name: value.replace("%032x", "%%032x") for name, value in values.items()}
    return _ROWS.format(
        columns=", ".join(f'"{name}"' for name in values),
        series=series,
        values=", ".join(values.values()),
    ).replace("i % 10", "i %% 10")


def _facts(client: Any) -> dict[str, Any]:
    from django.db import connection

    from practice import clock

    def told(moment: datetime) -> Any:
        return connection.ops.adapt_datetimefield_value(moment)

    now = clock.now()
    return {
        "client": client.pk.hex if connection.vendor == "sqlite" else client.pk,
        "no": False,
        "yes": True,
        "before": told(now - timedelta(days=90)),
        "later": told(now + timedelta(days=9)),
        "none": None,
    }


# Memory


def _memory(size: Size) -> list[Line]:
    """A sender that stays for many batches holds no more than after its first."""
    letters = _maker(size)
    seen, tell = os.pipe()

    def send() -> None:
        letters(DUE)
        _until_sent()
        before = _resident()
        for _ in range(5):
            letters(size.letters)
            _until_sent()
        os.write(tell, f"{before} {_resident()}".encode())

    _together(1, send)
    before, after = map(int, os.read(seen, 100).split())
    return [
        Line("memory after a hundred letters", before / 1024, "MiB"),
        Line("after many more", after / before, "x", "<= 1.1"),
    ]


def _maker(size: Size) -> Callable[[int], None]:
    from clients.contact.models import Message
    from clients.models import Client

    Message.objects.filter(state="due").update(next_try_at=None)
    numbers, clients = count(), list(Client.objects.all()[:DUE])

    def make(number: int) -> None:
        from practice import clock

        now = clock.now()
        Message.objects.bulk_create(
            Message(
                id=uuid4(),
                key=f"memory:{next(numbers)}",
                client=clients[each % len(clients)],
                template=Message.Template.NEWS,
                purpose="bench",
                subject_id=str(each),
                is_follow_up=True,
                due_at=now,
                next_try_at=now,
                expires_at=now + timedelta(days=3),
                created_at=now,
            )
            for each in range(number)
        )

    return make


def _resident() -> int:
    """KiB that this process holds."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0
