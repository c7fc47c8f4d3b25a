"""Worker, beat, loop and broker as they really run, on this process's own database.

So whoever hurts them can write down what was meant, and ask the database afterwards, without a
word with them. The mail server is the drill's.
"""

import os
import shlex
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import connection, connections, transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

from clients import cases
from clients.contact import outbox
from clients.contact.cards import Contact
from clients.contact.models import Heartbeat, Message
from clients.models import Client
from practice import broker, clock, serving
from practice.processes import Processes
from scheduling.followups.drill import promises
from scheduling.followups.drill.book import Book
from scheduling.followups.drill.ledger import Ledger, Outage, Person
from scheduling.followups.drill.post_office import PostOffice
from scheduling.followups.drill.promises import Broken
from tests.certificates import Authority
from tests.faults.calm import mail_server

ROOT = Path(__file__).resolve().parents[2]
SECRET = "CANARY-WORDS"
ZONE = "America/New_York"
_ALWAYS = ("broker", "worker", "beat")
_SILENCE = timedelta(seconds=10)
_AT_REST = frozenset({"sent", "suppressed", "canceled", "expired", "dead"})


@dataclass
class Workshop:
    """The processes, their mail server, and the book of what was meant."""

    processes: Processes
    office: PostOffice
    address: str  # of the database, for processes that a story starts itself
    authority: Authority  # that its strict senders believe about mail servers
    book: Book = field(default_factory=Book)
    _number: int = 0
    _expected: Sequence[str] = _ALWAYS
    _looked_at: float = field(default_factory=time.monotonic)

    def means(self, number: int, name: str) -> list[str]:
        """So many messages that are due now, each to somebody else and good at any hour."""
        with transaction.atomic():
            ids = [self._queue(f"{name}{self._number + each}") for each in range(number)]
        self._number += number
        self.book.note_meant()
        return ids

    def _queue(self, name: str) -> str:
        address = f"{name}@example.com"
        client = cases.add_client(
            name=f"{SECRET} {name}", state=None, time_zone=ZONE, contact=Contact(address)
        )
        self.book.people[client.pk] = Person(address, ZONE)
        return str(_queued(client).pk)

    def wait_until(self, holds: Callable[[], Any], what: str, longest: float = 30) -> None:
        """Raises AssertionError where it doesn't come to that within so many seconds."""
        ends = time.monotonic() + longest
        while not holds():
            if time.monotonic() > ends:
                raise AssertionError(f"{what} did not come within {longest:.0f} s")
            time.sleep(0.05)

    def wait_until_gone(self, ids: Sequence[str], longest: float = 40) -> None:
        """All of these have come to an end."""

        def gone() -> bool:
            self.look_after()
            return self.states(ids) <= _AT_REST

        self.wait_until(gone, f"the end of {len(ids)}", longest)

    def states(self, ids: Sequence[str]) -> set[str]:
        return set(Message.objects.filter(pk__in=ids).values_list("state", flat=True))

    def goes_without(self, *names: str) -> None:
        """Until the story's end these don't run."""
        self._expected = [name for name in _ALWAYS if name not in names]
        self.processes.stop([name for name in names if self.is_alive(name)])

    @contextmanager
    def stands_still(self) -> Iterator[None]:
        """Nobody works meanwhile, and nobody of ours is connected to the database."""
        hands = [pid for name in self.processes.running for pid in self.children(name)]
        for pid in hands:
            os.kill(pid, signal.SIGSTOP)
        connections.close_all()
        try:
            yield
        finally:
            for pid in hands:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def move_clock(self, by: timedelta) -> None:
        """Time passes at once, for every process."""
        clock.set_offset(clock.offset() + by)

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Nothing can be sent meanwhile; what is late for that is not our fault."""
        begins = clock.now()
        try:
            yield
        finally:
            self.book.outages.append(Outage(begins, clock.now()))

    def broker(self) -> redis.Redis:
        """A line to the broker that gives up at once."""
        path = str(broker.socket_path(Path(settings.HOME)))
        return redis.Redis(unix_socket_path=path, socket_timeout=5, retry=Retry(NoBackoff(), 0))

    def is_alive(self, name: str) -> bool:
        return name in self.processes.running and name not in self.processes.dead()

    def look_after(self) -> None:
        """As whoever looks after a server would: what has ended is begun again, and what runs but
        does nothing, as `/healthz/queue` says, is restarted."""
        silent = self._has_been_silent()
        for name in self._expected:
            if not self.is_alive(name) or (silent and name != "broker"):
                self.processes.restart(name)
        if silent:
            self._looked_at = time.monotonic()

    def _has_been_silent(self) -> bool:
        """Whether nobody has ticked for long, for a workshop in which that is due each second."""
        beat = Heartbeat.objects.filter(name="tick").values_list("at", flat=True).first()
        if beat is not None and clock.now() - beat < _SILENCE:
            self._looked_at = time.monotonic()
        return time.monotonic() - self._looked_at > _SILENCE.total_seconds()

    def whole(self) -> None:
        """Everything that should run does, and nothing else."""
        self._expected = _ALWAYS
        self.look_after()
        for name in set(self.processes.running) - set(_ALWAYS):
            self.processes.stop([name])

    def children(self, name: str) -> list[int]:
        """The processes that this one began, and those that they began."""
        found, new = [], [self.processes.running[name].pid]
        while new:
            parent = new.pop()
            for each in Path(f"/proc/{parent}/task").glob("*/children"):
                with suppress(OSError):
                    new += (begun := [int(pid) for pid in each.read_text().split()])
                    found += begun
        return found

    def ledger(self) -> Ledger:
        logs = [self.processes.log(name) for name in self.processes.commands]
        return self.book.ledger(self.office, logs, [SECRET, "@example.com"])

    def broken(self) -> list[Broken]:
        """What the checker finds in everything that happened so far."""
        return promises.check(self.ledger())


def _queued(client: Client) -> Message:
    return outbox.queue(
        client=client,
        template=Message.Template.NEWS,
        purpose="workshop",
        subject_id=client.pk,
        key=f"workshop:{client.pk}",
        is_follow_up=True,
        by_their_own_act=True,  # at any hour, so that it doesn't matter when this runs
    )


@contextmanager
def running() -> Iterator[Workshop]:
    """A workshop at work."""
    home = Path(settings.HOME)
    with _commits_are_kept(), mail_server() as office:
        told, authority = _environment(home, office), Authority(home)
        lines = serving.commands(ROOT / "Procfile", {"EMAIL_URL": told["EMAIL_URL"]}, demo=True)
        beat = f"{lines['beat']} --schedule {home}"
        lines = {
            "broker": lines["broker"],
            "worker": lines["worker"],
            "second worker": lines["worker"],
            "impatient worker": _impatient(lines["worker"]),
            "second impatient worker": _impatient(lines["worker"]),
            "worker that encrypts": f"{_encrypting(authority, office)} {lines['worker']}",
            "beat": f"{beat}/first-beat",
            "second beat": f"{beat}/second-beat",
            "loop": "python manage.py send_due --loop",
        }
        processes = Processes(lines, told, ROOT, home / "workshop-logs")
        office.watches_for([SECRET])
        workshop = Workshop(processes, office, told["DATABASE_URL"], authority)
        workshop.book.blink = timedelta(seconds=30)
        try:
            with _broker_is(broker.url(home)):
                for name in ("broker", "worker", "beat"):
                    processes.start(name)
                workshop.wait_until(lambda: _answers(workshop), "the broker")
                yield workshop
        finally:
            for pid in [pid for name in processes.running for pid in workshop.children(name)]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)  # what a story left standing still
            processes.stop_all()


def _impatient(worker: str) -> str:
    """A worker that says what it receives, and whose broker waits for no answer."""
    own = worker.replace("-A practice", "-A tests.faults.impatient")
    return own.replace("--loglevel WARNING", "--loglevel INFO")


def _encrypting(authority: Authority, office: PostOffice) -> str:
    """What makes a process insist on encryption, and on a certificate from this authority."""
    address = f"smtp+tls://127.0.0.1:{office.port}"
    return f"env EMAIL_URL={address} MAIL_CA_FILE={shlex.quote(str(authority.file))}"


@contextmanager
def _commits_are_kept() -> Iterator[None]:
    """As in any real database: a commit outlives a crash. The tests' own server forgets them."""
    if connection.vendor == "sqlite":
        yield
        return
    name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
    connection.close()
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} RESET synchronous_commit")


@contextmanager
def _broker_is(url: str) -> Iterator[None]:
    """This process wakes the worker there."""
    from practice.celery import app

    before = app.conf.broker_url
    app.conf.broker_url = url
    try:
        yield
    finally:
        app.conf.broker_url = before


def _answers(workshop: Workshop) -> bool:
    try:
        return bool(workshop.broker().ping())
    except redis.RedisError:
        return False


def _environment(home: Path, office: PostOffice) -> dict[str, str]:
    own = {
        **os.environ,
        "DATABASE_URL": _address(),
        "REDIS_URL": broker.url(home),
        "EMAIL_URL": f"smtp://127.0.0.1:{office.port}",
        "MENDWELL_DEMO": "1",
        "TICK_SECONDS": "1",
        "PYTHONWARNINGS": "",
    }
    return serving.environment(own, home, demo=True)


def _address() -> str:
    """Of the database that this process uses."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    server = os.environ["DATABASE_URL"]
    return f"{server.rpartition('/')[0]}/{name}"


def forget_connections() -> None:
    """What this process holds open to the database may be broken."""
    connections.close_all()
