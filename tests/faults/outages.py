"""What befalls broker, database and worker, each a short story that the checker judges.

Every story leaves the workshop as it found it. How long an outage lasts, and how much is on its
way meanwhile, is decided by chance with a seed; `python -m tests.faults --outages N` tells each
N times.
"""

import os
import random
import re
import resource
import shlex
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.test import Client as Browser

from clients.contact import sending
from clients.contact.models import Heartbeat, Message, State
from clients.contact.troubles import Trouble
from clients.models import Client
from practice import clock
from practice.serving import free_port
from scheduling.followups.drill.post import Answer
from scheduling.followups.drill.senders import Senders
from scheduling.followups.drill.stretch import TICK
from tests.certificates import ENDED, Authority, Pair
from tests.faults import next_release, small_disk
from tests.faults.workshop import Workshop, forget_connections

PATIENCE = 2.0  # seconds; nobody who books waits longer, whatever is the matter with the broker
PAST_LEASE = max(sending.LEASE, sending.HANDOVER) + TICK
PAST_DOUBT = sending.ASK_AGAIN + TICK

Story = Callable[[Workshop, random.Random], Any]


@dataclass(frozen=True)
class Tale:
    """A story, and on which databases it can be told."""

    name: str
    tell: Story
    only_on: str = ""
    why_not: Callable[[], str] = (
        str  # asked on the database that it fits: why it can't be told here
    )

    @property
    def fits(self) -> bool:
        return self.only_on in ("", connection.vendor)


ALL: list[Tale] = []


def tale(
    name: str, *, only_on: str = "", why_not: Callable[[], str] = str
) -> Callable[[Story], Story]:
    """Decorator: one of all stories."""

    def add(story: Story) -> Story:
        ALL.append(Tale(name, story, only_on, why_not))
        return story

    return add


def told(workshop: Workshop, seed: int, say: Callable[[str], Any] = lambda _: None) -> list[str]:
    """Tell each once; what broke, by the story in which it first showed."""
    chance, broken = random.Random(seed), list[str]()
    known: set[str] = set()
    for each in (one for one in ALL if one.fits):
        if why_not := each.why_not():
            say(f"{each.name}: NOT TOLD, {why_not}")
            continue
        began = time.monotonic()
        with _named(each.name, broken):
            each.tell(workshop, chance)
        workshop.whole()
        new = [str(one) for one in workshop.broken() if str(one) not in known]
        known |= set(new)
        broken += [f"{each.name}: {one}" for one in new]
        say(f"{each.name}: {time.monotonic() - began:.1f} s, {len(new)} broken")
    return broken


@contextmanager
def _named(name: str, broken: list[str]) -> Iterator[None]:
    try:
        yield
    except AssertionError as error:
        broken.append(f"{name}: {error}")


def _means_at_once(workshop: Workshop, number: int, name: str) -> list[str]:
    """As `means`, and nobody waits long for it."""
    began = time.monotonic()
    ids = workshop.means(number, name)
    took = time.monotonic() - began
    assert took < PATIENCE, f"whoever caused these waited {took:.1f} s"
    return ids


def _without_broker(workshop: Workshop, chance: random.Random, name: str, mend: Any) -> None:
    """Some are meant while the broker is of no use; all go once it is."""
    with workshop.outage():
        try:
            ids = _means_at_once(workshop, chance.randint(1, 6), name)
            time.sleep(chance.uniform(1, 2))
            ids += _means_at_once(workshop, chance.randint(1, 6), name)
        finally:
            mend()
    workshop.whole()
    workshop.wait_until_gone(ids, longest=90)


# The broker


@tale("broker full")
def _full(workshop: Workshop, chance: random.Random) -> None:
    server = workshop.broker()
    server.config_set("maxmemory", 1)
    _without_broker(workshop, chance, "full", lambda: server.config_set("maxmemory", 0))


@tale("broker read-only")
def _read_only(workshop: Workshop, chance: random.Random) -> None:
    server = workshop.broker()
    server.replicaof("127.0.0.1", str(free_port()))
    _without_broker(workshop, chance, "readonly", lambda: server.replicaof("no", "one"))


@tale("broker frozen")
def _frozen(workshop: Workshop, chance: random.Random) -> None:
    pid = workshop.processes.running["broker"].pid
    os.kill(pid, signal.SIGSTOP)
    _without_broker(workshop, chance, "frozen", lambda: os.kill(pid, signal.SIGCONT))


@tale("broker with another password")
def _locked_out(workshop: Workshop, chance: random.Random) -> None:
    server = workshop.broker()
    server.config_set("requirepass", "another")
    inside = redis.Redis(connection_pool=server.connection_pool)
    inside.connection_pool.connection_kwargs["password"] = "another"
    with suppress(redis.RedisError):
        server.client_kill_filter(_type="normal", skipme=True)
    _without_broker(workshop, chance, "locked", lambda: inside.config_set("requirepass", ""))


# The worker


@tale("a task handed out again and again")
def _repeated(workshop: Workshop, chance: random.Random) -> None:
    """Nobody answers for a task in time, so the broker gives it to somebody else as well."""
    workshop.goes_without("worker", "beat")
    workshop.processes.start("impatient worker")
    workshop.wait_until(lambda: workshop.children("impatient worker"), "its hands")
    workshop.wait_until(lambda: _asks(workshop), "its first question to the broker")
    time.sleep(1)  # what was left to do is done: nobody stands still with a lock in hand
    hands = workshop.children("impatient worker")
    for pid in hands:
        os.kill(pid, signal.SIGSTOP)
    ids = [each for _ in range(2) for each in workshop.means(chance.randint(1, 3), "again")]
    workshop.wait_until(lambda: workshop.broker().hlen("unacked"), "a task without an answer")
    workshop.processes.start("second impatient worker")
    workshop.wait_until(lambda: _handed_out_twice(workshop), "a task that came twice")
    for pid in hands:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    workshop.wait_until_gone(ids)


def _asks(workshop: Workshop) -> bool:
    server = workshop.broker()
    waits = any(each["cmd"] == "brpop" for each in server.client_list())
    return waits and not server.llen("celery")


def _handed_out_twice(workshop: Workshop) -> bool:
    logs = [workshop.processes.log(f"{which}impatient worker") for which in ("", "second ")]
    lines = [line for log in logs if log.exists() for line in log.read_text().splitlines()]
    came = Counter(re.findall(r"\[([0-9a-f-]{36})\] received", "\n".join(lines)))
    return max(came.values(), default=0) > 1


@tale("deployed in the middle")
def _deployed(workshop: Workshop, chance: random.Random) -> None:
    """The old worker is told to stop amid a batch, while the new one works already."""
    ids = workshop.means(100, "deployed")
    enough = _kept(workshop) + chance.randint(3, 40)
    workshop.wait_until(lambda: _kept(workshop) >= enough, "the first of them")
    old = workshop.processes.running["worker"]
    workshop.processes.start("second worker")
    old.send_signal(signal.SIGTERM)
    assert old.wait(30) == 0, "the old one did not end well"
    workshop.book.note_stranded()
    workshop.wait_until_gone(ids)
    assert {row.attempt for row in Message.objects.filter(pk__in=ids)} == {1}


@tale("a later release beside this one")
def _upgraded(workshop: Workshop, chance: random.Random) -> None:
    """Its migration runs while the old worker sends and old pages write; then both work; then it
    alone goes on with rows that the old one wrote."""
    with next_release.made(Path(settings.HOME)) as place:
        processes = workshop.processes
        processes.commands = {**processes.commands, **_of(place, processes.commands["worker"])}
        ids, before = workshop.means(40, "before"), _kept(workshop)
        processes.start("next migration")
        while processes.running["next migration"].poll() is None:
            ids += workshop.means(1, "meanwhile")
            time.sleep(chance.uniform(0, 0.2))
        assert processes.running.pop("next migration").returncode == 0, "the migration failed"
        assert next_release.is_in_place()
        assert _kept(workshop) > before, "nothing went meanwhile"
        workshop.wait_until_gone(ids)
        assert workshop.is_alive("worker"), "the old one ended"
        processes.start("next worker")
        workshop.wait_until(lambda: workshop.children("next worker"), "its hands")
        ids += (mixed := workshop.means(100, "mixed"))
        enough = _kept(workshop) + chance.randint(3, 40)
        workshop.wait_until(lambda: _kept(workshop) >= enough, "the first of them")
        workshop.goes_without("worker")
        workshop.book.note_stranded()
        workshop.wait_until_gone(mixed)
        workshop.wait_until_gone(alone := workshop.means(3, "alone"))
        processes.stop(["next worker"])
    assert workshop.states(ids + alone) == {State.SENT}
    assert {row.attempt for row in Message.objects.filter(pk__in=ids + alone)} == {1}


def _of(place: Path, worker: str) -> dict[str, str]:
    """How the release that lies there is brought in."""
    there = f"env -C {shlex.quote(str(place))}"
    return {
        "next migration": f"{there} python manage.py migrate --verbosity 0",
        "next worker": f"{there} {worker} --hostname next@%h",
    }


@tale("a worker's hand killed in a hand-over")
def _hand_killed(workshop: Workshop, chance: random.Random) -> None:
    hung = _hangs(workshop)
    workshop.office.answers(*[Answer.ACCEPT] * chance.randint(0, 4), Answer.HANG)
    ids = workshop.means(chance.randint(5, 9), "hand")
    workshop.wait_until(lambda: _hangs(workshop) > hung, "the hand-over that hangs")
    for pid in workshop.children("worker"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    workshop.office.forgets()
    _taken_over(workshop, ids)


def _hangs(workshop: Workshop) -> int:
    return sum(each.get("answer") == Answer.HANG for each in workshop.office.noted())


def _kept(workshop: Workshop) -> int:
    return sum(each["what"] == "kept" for each in workshop.office.noted())


def _taken_over(workshop: Workshop, ids: list[str]) -> None:
    """What the dead held is taken over, and what was in doubt is tried once more."""
    workshop.wait_until(lambda: _still(ids), "the last word about them")
    workshop.book.note_stranded()
    if workshop.states(ids) != {State.SENT}:
        workshop.move_clock(PAST_LEASE)
        workshop.wait_until(lambda: not _held(ids), "the end of their leases")
        workshop.move_clock(PAST_DOUBT)
    workshop.wait_until_gone(ids)


def _still(ids: list[str]) -> bool:
    """Nothing of them has changed for a while, and nothing waits that could go."""
    could_go = Message.objects.filter(pk__in=ids, state="due", next_try_at__lte=clock.now())
    return _unchanged(ids) and not could_go.exists()


def _unchanged(ids: list[str]) -> bool:
    rows = Message.objects.filter(pk__in=ids)
    first = set(rows.values_list("pk", "state", "fence"))
    time.sleep(1.5)
    return first == set(rows.values_list("pk", "state", "fence"))


def _held(ids: list[str]) -> set[Any]:
    held = Message.objects.filter(pk__in=ids, state__in=[State.CLAIMED, State.SENDING])
    return set(held.values_list("pk", flat=True))


# The database


@tale("PostgreSQL crashed and back", only_on="postgresql")
def _database_back(workshop: Workshop, chance: random.Random) -> None:
    """One of its processes is killed, so it throws everybody out and recovers from its log."""
    ids = workshop.means(60, "crashed")
    enough = _kept(workshop) + chance.randint(3, 40)
    workshop.wait_until(lambda: _kept(workshop) >= enough, "the first of them")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [backend] = cursor.fetchone()
    with workshop.outage():
        os.kill(backend, signal.SIGKILL)
        workshop.wait_until(_database_answers, "the database")
    _taken_over(workshop, ids)


def _database_answers() -> bool:
    try:
        return Message.objects.exists() in (True, False)
    except DatabaseError:
        forget_connections()
        return False


@tale("the disk is full", only_on="sqlite")
def _disk_full(workshop: Workshop, chance: random.Random) -> None:
    """For a while the worker's processes can write to no file beyond its first bytes."""
    ids = workshop.means(60, "disk")
    enough = _kept(workshop) + chance.randint(3, 40)
    workshop.wait_until(lambda: _kept(workshop) >= enough, "the first of them")
    hands = workshop.children("worker")
    with workshop.outage():
        _may_write(hands, 4096)
        time.sleep(chance.uniform(1, 2))
        _may_write(hands, resource.RLIM_INFINITY)
    _taken_over(workshop, ids)


@tale("PostgreSQL's disk is full", only_on="postgresql", why_not=small_disk.why_not)
def _tables_full(workshop: Workshop, chance: random.Random) -> None:
    """Nothing that needs room can be written, in the midst of a batch; then there is room again."""
    with small_disk.under(workshop.address, standing_still=workshop.stands_still) as disk:
        ids = workshop.means(120, "tables")
        enough = _kept(workshop) + chance.randint(3, 40)
        workshop.wait_until(lambda: _kept(workshop) >= enough, "the first of them")
        with workshop.outage():
            disk.fills()
            assert ready() == (503, {"ready": False, "disk": "full"})
            workshop.wait_until(lambda: _unchanged(ids), "the end of sending")
            assert not workshop.states(ids) <= {State.SENT}, "it was too late for that"
            _is_refused(workshop)
            time.sleep(chance.uniform(0, 2))
            assert ready()[0] == 503
            disk.frees()
        assert ready() == (200, {"ready": True})
        workshop.wait_until_gone(workshop.means(3, "room"), longest=60)
        _taken_over(workshop, ids)
        assert workshop.states(ids) == {State.SENT}, "something was given up"


def ready() -> tuple[int, dict[str, Any]]:
    """What monitors are told."""
    answer = Browser().get("/healthz/ready")
    return answer.status_code, answer.json()


def _is_refused(workshop: Workshop) -> None:
    """What somebody causes meanwhile is not kept by half."""
    before = Message.objects.count(), Client.objects.count()
    try:
        workshop.means(200, "refused")
    except DatabaseError:
        pass
    else:
        raise AssertionError("there was room")
    assert (Message.objects.count(), Client.objects.count()) == before


def _may_write(processes: list[int], most: int) -> None:
    for pid in processes:
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


# Clocks and locks


@tale("a sender whose clock is ten minutes ahead", only_on="postgresql")
def _fast_clock(workshop: Workshop, chance: random.Random) -> None:
    """It takes nothing from others, and sends nothing before its time."""
    hung = _hangs(workshop)
    workshop.office.answers(Answer.HANG)
    ids = workshop.means(2, "ahead")
    workshop.wait_until(lambda: _hangs(workshop) > hung, "the hand-over that hangs")
    senders = Senders(workshop.office)
    for _ in range(3):
        ahead = 60.0 * chance.randint(5, 15)
        senders.wait(senders.start(tick=partial(_tick_ahead, ahead)))
    assert State.UNCERTAIN not in workshop.states(ids), "it took over what others still held"
    for pid in workshop.children("worker"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _taken_over(workshop, ids)


def _tick_ahead(by: float) -> None:
    """In a process of its own, whose machine is so many seconds ahead."""
    right, now = time.time, clock.now
    with (
        patch.object(time, "time", lambda: right() + by),
        patch.object(clock, "now", lambda: now() + timedelta(seconds=by)),
    ):
        sending.tick()


@tale("the mail server takes no encryption")
def _no_tls(workshop: Workshop, chance: random.Random) -> None:
    """Where it must be encrypted and can't be, nothing goes in the clear; all of it waits."""
    workshop.goes_without("worker", "beat")
    ids = workshop.means(chance.randint(2, 5), "tls")
    before, senders = _kept(workshop), Senders(workshop.office)
    with workshop.outage():
        senders.wait(senders.start(tick=_tick_encrypted))
        assert _kept(workshop) == before, "something went in the clear"
        assert workshop.states(ids) == {State.DUE}
    workshop.whole()
    workshop.move_clock(sending.UNREACHABLE)
    workshop.wait_until_gone(ids)


def _tick_encrypted() -> None:
    settings.EMAIL_USE_TLS = True
    sending.tick()


@tale("the mail server's certificate is wrong")
def _wrong_certificate(workshop: Workshop, chance: random.Random) -> None:
    """Run out, for another name, or from somebody unknown: all waits until there is a right one."""
    good = workshop.authority
    unknown = Authority(good.folder, "Somebody").signs("127.0.0.1")
    other_name = good.signs("mail.example.com")
    right, over = good.signs("127.0.0.1"), good.signs("127.0.0.1", ends=ENDED)
    wrong = chance.sample([unknown, other_name, over], 3)
    _shows(workshop, wrong[0])
    workshop.goes_without("worker")
    before = _kept(workshop)
    try:
        workshop.processes.start("worker that encrypts")
        ids = workshop.means(chance.randint(2, 5), "certificate")
        with workshop.outage():
            for pair in wrong:
                _shows(workshop, pair)
                workshop.move_clock(sending.UNREACHABLE)
                workshop.wait_until(lambda: _turned_away(workshop, before), "a look at it")
                assert _kept(workshop) == before, "something was handed over"
                workshop.wait_until(lambda: workshop.states(ids) == {State.DUE}, "all waiting")
            _shows(workshop, right)
            workshop.move_clock(sending.UNREACHABLE)
        workshop.wait_until_gone(ids)
    finally:
        workshop.office.speaks_openly()
    gone = [each for each in workshop.office.noted() if each["what"] == "kept"][before:]
    assert all(each["encrypted"] for each in gone), "something went in the clear"
    assert set(Message.objects.filter(pk__in=ids).values_list("attempt", flat=True)) == {1}


def _turned_away(workshop: Workshop, before: int) -> bool:
    """Whether a sender found the certificate wrong since the last time, or found it right."""
    found = Heartbeat.objects.filter(name=f"mail {Trouble.CERTIFICATE}").delete()[0] > 0
    return found or _kept(workshop) > before


def _shows(workshop: Workshop, pair: Pair) -> None:
    workshop.office.encrypts(pair.certificate, pair.key)
