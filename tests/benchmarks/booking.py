"""Sixteen at once book sessions: with the rules that the database keeps, and without them.

A booking is the whole of it: the appointment, who comes, the messages and the record of who did
it. Two databases differ only in that one has lost the two rules against double booking, and the
copies that they need. Both get the same bookings, mostly of different counselors at times that
nobody else wants; each round's times are new.

Then about one booking in three wants a time that somebody else wants too. Who comes too late is
told so: not later than the one who got it, and exactly one does. Last, how long the unluckiest
waited.
"""

import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from tests.benchmarks import _measure, _practice
from tests.benchmarks._measure import Line, Took

STATE = "NJ"
HOUR = timedelta(hours=1)
WRITERS = 16
MOST_WAIT = 10  # times the median


@dataclass(frozen=True)
class Size:
    """How much is booked."""

    counselors: int
    couples: int  # of each
    each: int  # bookings of each writer in a round
    rounds: int


WHOLE = Size(counselors=24, couples=4, each=20, rounds=_measure.ROUNDS)
QUICK = Size(counselors=16, couples=2, each=5, rounds=5)


@dataclass(frozen=True)
class Task:
    """One booking that somebody wants."""

    case: Any
    attending: Sequence[Any]
    starts_at: datetime


@dataclass(frozen=True)
class Done:
    """How it went, and how long that took in milliseconds."""

    outcome: str  # booked, refused, or gave up waiting
    whole: float
    waited: float  # of it, until it was its turn to write


def main(given: Sequence[str]) -> int:
    options = _measure.arguments("booking", given)
    size = QUICK if options.quick else WHOLE
    with _measure.scratch_database(on_postgres=options.postgres) as vendor:
        lines = _measured(size, random.Random(options.seed))
    title = f"Booking: {WRITERS} writers, {size.counselors} counselors"
    _measure.show(f"{title}, on {vendor} (seed {options.seed})", lines)
    _measure.keep(options.json, lines, benchmark="booking", database=vendor, seed=options.seed)
    return 0


def _measured(size: Size, chance: random.Random) -> list[Line]:
    from tests.benchmarks import _copies

    wishes = Wishes(chance, size)
    statements = [_measure.queries_of(lambda: _book(wishes.one()))]
    kept = _copies.current()
    lifted = _copies.copy("lifted")
    lines = _beside_no_rules(wishes, size, kept, lifted)
    _copies.turn_to(kept)
    statements.append(_measure.queries_of(lambda: _book(wishes.one())))
    lines += _too_late(wishes, size)
    return [
        Line("statements of a booking", statements[0], ""),
        Line("the same, many bookings later", statements[1], "", f"<= {statements[0]}"),
        *lines,
    ]


# With the rules and without


def _beside_no_rules(wishes: "Wishes", size: Size, kept: str, lifted: str) -> list[Line]:
    from django.db import connection

    from practice import guards
    from tests.benchmarks import _copies

    _copies.turn_to(lifted)
    for name in _rules():
        guards.ALL[name].remove(connection)
    done: dict[str, list[Done]] = {kept: [], lifted: []}
    found = _measure.in_turns(_sides(wishes, kept, lifted, done), rounds=size.rounds)
    gave_up = _gave_up([*done[kept], *done[lifted]])
    if not gave_up:
        _measure.must_agree("what was written", _rows(kept), _rows(lifted))
    number = WRITERS * size.each
    by_second = {name: 1000 * number / took for name, took in found.items()}
    whole = [each.whole for each in done[kept]]
    waited = [each.waited for each in done[kept]]
    return [
        Line("bookings with the rules", by_second["kept"], "a second"),
        Line("bookings without them", by_second["lifted"], "a second"),
        Line("with against without", by_second["kept"] / by_second["lifted"], "x", ">= 0.8"),
        Line("a booking among 16, median", statistics.median(whole), "ms"),
        Line("a booking among 16, 95 in 100", _measure.highest_but_5_percent(whole), "ms"),
        Line("a booking among 16, longest", max(whole), "ms"),
        Line("of it waiting for its turn, median", statistics.median(waited), "ms"),
        Line("of it waiting for its turn, longest", max(waited), "ms"),
        Line(
            "the longest against the median",
            max(whole) / statistics.median(whole),
            "x",
            f"<= {MOST_WAIT}",
        ),
        Line("bookings that failed, having waited too long", gave_up, "", "<= 0"),
    ]


def _rules() -> list[str]:
    from scheduling import guards

    return [
        guards.NO_OVERLAP.name,
        guards.CLIENT_NO_OVERLAP.name,
        guards.COPIES_TO_ATTENDEES.name,
        guards.COPIED_FROM_APPOINTMENT.name,
    ]


def _sides(
    wishes: "Wishes", kept: str, lifted: str, done: dict[str, list[Done]]
) -> dict[str, Callable[[], Took]]:
    """Each round's wishes are the same for both, and new; what happened is kept."""
    wanted: list[list[Task]] = []

    def anew() -> Took:
        wanted[:] = wishes.apart()
        return _in(kept, wanted, done)

    return {"kept": anew, "lifted": lambda: _in(lifted, wanted, done)}


def _in(database: str, wanted: Sequence[Sequence[Task]], done: dict[str, list[Done]]) -> Took:
    from tests.benchmarks import _copies

    _copies.turn_to(database)
    took, happened = together(wanted)
    if any(each.outcome == "refused" for each in happened):
        raise SystemExit("A time that nobody else wanted was refused.")
    done[database] += happened
    return took


def _gave_up(happened: Iterable[Done]) -> int:
    return sum(each.outcome == "gave up" for each in happened)


def _rows(database: str) -> dict[str, int]:
    """How many there are in it of everything that a booking writes."""
    from django.apps import apps

    from tests.benchmarks import _copies

    _copies.turn_to(database)
    written = ["scheduling.Appointment", "scheduling.Attendee", "contact.Message", "audit.Entry"]
    return {name: apps.get_model(name)._base_manager.count() for name in written}


# Wanted by two


def _too_late(wishes: "Wishes", size: Size) -> list[Line]:
    won: list[float] = []
    lost: list[float] = []
    for _ in range(size.rounds):
        tasks = wishes.contended()
        _, happened = together(tasks)
        times = {(each.case.counselor_id, each.starts_at) for each in chain(*tasks)}
        outcomes = Counter(each.outcome for each in happened)
        right = {"booked": len(times), "refused": len(happened) - len(times)}
        if outcomes != right and not outcomes["gave up"]:
            raise SystemExit(f"{len(times)} times could be booked once each: {dict(outcomes)}.")
        won += [each.whole for each in happened if each.outcome == "booked"]
        lost += [each.whole for each in happened if each.outcome == "refused"]
    winner, loser = statistics.median(won), statistics.median(lost)
    return [
        Line("who got a time that others wanted too, median", winner, "ms"),
        Line("who came too late for it, median", loser, "ms"),
        Line("too late against in time", loser / winner, "x", "<= 1"),
    ]


class Wishes:
    """A practice whose couples want sessions, each at a time that was never asked for before."""

    def __init__(self, chance: random.Random, size: Size) -> None:
        _practice.open_up(booking_horizon_days=365)
        self._chance = chance
        self._size = size
        now = _practice.stand_still()
        people = _practice.hire(size.counselors, [STATE])
        self._cases = [_practice.couples(each, size.couples, STATE) for each in people]
        self._coming = {
            case.pk: _practice.attending(case) for of_one in self._cases for case in of_one
        }
        first = _practice.day_of(now) + timedelta(days=2)
        self._times: list[Iterator[datetime]] = [_practice.times(first, 365, HOUR) for _ in people]

    def one(self) -> Task:
        """A wish of one couple of any counselor."""
        return self._wanted(self._chance.randrange(self._size.counselors))[0]

    def apart(self) -> list[list[Task]]:
        """What each writer wants, one after the other; no time is wanted twice."""
        return [[self.one() for _ in range(self._size.each)] for _ in range(WRITERS)]

    def contended(self) -> list[list[Task]]:
        """The same, but of those one in five is wanted by a second couple too, about then."""
        tasks: list[list[Task]] = [[] for _ in range(WRITERS)]
        for _ in range(self._size.each):
            for writer in range(WRITERS):
                couples = 2 if self._chance.random() < 0.2 else 1
                wanted = self._wanted(self._chance.randrange(self._size.counselors), couples)
                tasks[writer].append(wanted[0])
                for task in wanted[1:]:
                    tasks[self._chance.randrange(WRITERS)].append(task)
        return tasks

    def _wanted(self, counselor: int, couples: int = 1) -> list[Task]:
        starts_at = next(self._times[counselor])
        cases = self._chance.sample(self._cases[counselor], couples)
        return [Task(case, self._coming[case.pk], starts_at) for case in cases]


# Sixteen at once


def together(tasks: Sequence[Sequence[Task]]) -> tuple[Took, list[Done]]:
    """All writers begin at the same moment, each on a connection of its own; and what happened."""
    happened: list[Done] = []
    ready = threading.Barrier(len(tasks) + 1)

    def write(wanted: Sequence[Task]) -> None:
        from django.db import connection

        try:
            connection.ensure_connection()
            waits = Waits()
            with connection.execute_wrapper(waits):
                ready.wait(60)
                for task in wanted:
                    happened.append(_try(task, waits))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[wanted]) for wanted in tasks]
    for thread in threads:
        thread.start()
    ready.wait(60)
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    took = Took((time.perf_counter() - began) * 1000)
    if len(happened) != sum(map(len, tasks)):
        raise SystemExit("A writer ended early; what it said stands above.")
    return took, happened


def _try(task: Task, waits: "Waits") -> Done:
    from django.db import OperationalError

    from scheduling import booking

    began, waits.seconds = time.perf_counter(), 0.0
    try:
        _book(task)
    except (booking.SlotTaken, booking.AgainstTheRules):
        outcome = "refused"
    except OperationalError:  # SQLite: "database is locked"
        outcome = "gave up"
    else:
        outcome = "booked"
    return Done(outcome, (time.perf_counter() - began) * 1000, waits.seconds * 1000)


def _book(task: Task) -> Any:
    from practice.audit import trail
    from scheduling import booking

    return booking.book_session(
        case=task.case, starts_at=task.starts_at, attending=task.attending, by=trail.SYSTEM
    )


class Waits:
    """How long the statements took in which a writer waits for its turn."""

    _MARKS = ("BEGIN", "pg_advisory", "FOR NO KEY UPDATE", "FOR UPDATE")

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if not any(mark in sql for mark in self._MARKS):
            return execute(sql, params, many, context)
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - began
