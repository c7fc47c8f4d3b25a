"""Open times of many counselors, beside django-appointment and beside the least they can cost.

Both sides hold the same: counselors who work 8 to 20 every day, 500 appointments each within 30
days, slots of half an hour every half hour, no pause, nothing that the peer doesn't know. Their
answers are compared before anything is timed. The peer stands in a process and a database of its
own (`_peers.slots`) and is asked as its booking page asks, for one person and day at a time.

Then: does the cost grow with counselors and days alone? The past is measured in two databases that
differ in nothing but a hundred times as many past appointments.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from tests.benchmarks import _measure, _peers
from tests.benchmarks._measure import Line
from tests.benchmarks._practice import CLOSES, EASTERN, OPENS, Booked, day_of, on, times
from tests.benchmarks._sweep import Sweep

DAYS = 30
LENGTH = timedelta(minutes=30)
STATE = "NJ"
MOST_QUERIES = 4


@dataclass(frozen=True)
class Size:
    """How much there is."""

    counselors: int
    beside_peer: int
    appointments: int  # each, in the days that are asked about
    past: int  # each; the other database has a hundred times as many
    rounds: int


WHOLE = Size(counselors=200, beside_peer=20, appointments=500, past=100, rounds=_measure.ROUNDS)
QUICK = Size(counselors=20, beside_peer=4, appointments=100, past=4, rounds=5)


def main(given: Sequence[str]) -> int:
    options = _measure.arguments("availability", given)
    size = QUICK if options.quick else WHOLE
    with _measure.scratch_database(on_postgres=options.postgres) as vendor:
        lines = _measured(size, random.Random(options.seed), _measure.address())
    title = f"Open times: {size.counselors} counselors, {size.appointments} appointments each"
    _measure.show(f"{title}, {DAYS} days, on {vendor} (seed {options.seed})", lines)
    _measure.keep(options.json, lines, benchmark="availability", database=vendor, seed=options.seed)
    return 0


def _measured(size: Size, chance: random.Random, database: str) -> list[Line]:
    from tests.benchmarks import _practice

    _practice.open_up(buffer_minutes=0)
    now = _practice.stand_still()
    people = _practice.hire(size.counselors, [STATE])
    asked = Asked(people, now, first=day_of(now) + timedelta(days=2))
    booked = _bookings(chance, asked, size.appointments)
    _practice.put_in(booked)
    with _peers.running("slots", database) as peer:
        peer.ask("fill", **asked.for_the_peer(booked, size.beside_peer))
        lines = _beside_the_peer(asked, peer, size)
    lines += _queries(asked, size)
    lines += _beside_the_limit(asked, size)
    lines += _growth(asked, size)
    return lines + _past(chance, asked, size)


class Asked:
    """The practice, and what is asked of it."""

    def __init__(self, people: list[Any], now: datetime, first: date) -> None:
        self.people = people
        self.now = now
        self.first = first

    def ours(self, number: int, days: int = DAYS) -> list[Any]:
        """The open slots of the first so many counselors."""
        from scheduling.availability import Wanted, open_slots

        wanted = Wanted(LENGTH, [STATE], self.earliest, self.latest(days))
        return open_slots(self.people[:number], wanted, self.now)

    def sweep(self, number: int, days: int = DAYS) -> dict[int, list[datetime]]:
        """The same by the bare sweep."""
        asked = Sweep(self.earliest, self.latest(days), LENGTH, timedelta(), [STATE])
        return asked.starts([each.pk for each in self.people[:number]])

    @property
    def earliest(self) -> datetime:
        return on(self.first, time.min)

    def latest(self, days: int) -> datetime:
        return on(self.first + timedelta(days=days), time.min)

    def of_each(self, number: int) -> list[list[datetime]]:
        """Our slots, counselor by counselor."""
        found: dict[int, list[datetime]] = defaultdict(list)
        for slot in self.ours(number):
            found[slot.counselor.pk].append(slot.starts_at)
        return [found[each.pk] for each in self.people[:number]]

    def for_the_peer(self, booked: Sequence[Booked], number: int) -> dict[str, Any]:
        """The same practice, by the wall clock as the peer keeps it."""
        place = {each.pk: position for position, each in enumerate(self.people[:number])}
        rows = [
            [
                place[each.counselor],
                day_of(each.starts_at).isoformat(),
                *(_wall(moment).isoformat() for moment in (each.starts_at, each.ends_at)),
            ]
            for each in booked
            if each.counselor in place
        ]
        return {
            "staff": number,
            "opens": OPENS.isoformat(),
            "closes": CLOSES.isoformat(),
            "booked": rows,
        }


def _wall(moment: datetime) -> time:
    return moment.astimezone(EASTERN).time()


def _bookings(chance: random.Random, asked: Asked, number: int) -> list[Booked]:
    """So many for each counselor, of 20 to 30 minutes within the half hours of these days."""
    places = list(times(asked.first, DAYS, LENGTH))
    return [
        _booked(chance, each.pk, start)
        for each in asked.people
        for start in chance.sample(places, number)
    ]


def _booked(chance: random.Random, counselor: int, cell: datetime) -> Booked:
    start = cell + timedelta(minutes=chance.choice([0, 5]))
    end = start + timedelta(minutes=chance.choice([20, 25]))
    return Booked(counselor, start, end, end)


# What is measured


def _beside_the_peer(asked: Asked, peer: _peers.Peer, size: Size) -> list[Line]:
    days: dict[str, Any] = {"first": asked.first.isoformat(), "days": DAYS}
    lines: list[Line] = []
    for number in (1, size.beside_peer):
        theirs = peer.ask("slots", staff=number, **days)
        swept = asked.sweep(number)
        _measure.must_agree(
            f"the slots of {number}",
            asked.of_each(number),
            [[_instant(start) for start in of_one] for of_one in theirs],
            [swept[each.pk] for each in asked.people[:number]],
        )
        found = _measure.in_turns(
            {
                "ours": partial(asked.ours, number),
                "theirs": partial(peer.timed, "slots", staff=number, **days),
            },
            rounds=size.rounds,
        )
        target = ">= 120" if number > 1 else ""
        lines += [
            Line(f"open_slots, {number}", found["ours"], "ms"),
            Line(f"django-appointment, {number}", found["theirs"], "ms"),
            Line(f"as many times quicker, {number}", found["theirs"] / found["ours"], "x", target),
        ]
    lines.append(Line(f"its queries, {number}", peer.ask("queries", staff=number, **days), ""))
    return lines


def _instant(wall: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=EASTERN).astimezone(UTC)


def _queries(asked: Asked, size: Size) -> list[Line]:
    one, all_of_them = (
        _measure.queries_of(partial(asked.ours, number)) for number in (1, size.counselors)
    )
    return [
        Line("our queries, 1", one, "", f"<= {MOST_QUERIES}"),
        Line(f"our queries, {size.counselors}", all_of_them, "", f"<= {one}"),
    ]


def _beside_the_limit(asked: Asked, size: Size) -> list[Line]:
    lines: list[Line] = []
    for number in (size.beside_peer, size.counselors):
        found = _measure.in_turns(
            {"ours": partial(asked.ours, number), "sweep": partial(asked.sweep, number)},
            rounds=size.rounds,
        )
        lines += [
            Line(f"four queries of tuples and one sweep, {number}", found["sweep"], "ms"),
            Line(f"open_slots against it, {number}", found["ours"] / found["sweep"], "x"),
        ]
    return lines


def _growth(asked: Asked, size: Size) -> list[Line]:
    """For each counselor and day the cost is the same, however many there are."""
    sizes = [
        (number, days)
        for number in (size.counselors // 10, size.counselors // 2, size.counselors)
        for days in (DAYS // 3, DAYS)
    ]
    found = _measure.in_turns(
        {f"{number} x {days} days": partial(asked.ours, number, days) for number, days in sizes},
        rounds=size.rounds,
    )
    each = {
        name: 1000 * took / (number * days)
        for (name, took), (number, days) in zip(found.items(), sizes, strict=True)
    }
    fewest, *_, half, _, most = each.values()
    return [
        *(Line(f"{name}, a counselor and day", cost, "µs") for name, cost in each.items()),
        Line("the most against the fewest, each", most / fewest, "x", "<= 1.15"),
        Line("the most against half as many, each", most / half, "x"),
    ]


def _past(chance: random.Random, asked: Asked, size: Size) -> list[Line]:
    """Two databases, alike but for the past of those who are asked about."""
    from tests.benchmarks import _copies

    number = size.beside_peer
    _live_through(chance, asked, number, size.past)
    _copies.settled()
    short = _copies.current()
    long = _copies.copy("long")
    before = asked.ours(number)
    _copies.turn_to(long)
    _live_through(chance, asked, number, 99 * size.past, before=size.past)
    _copies.settled()
    _measure.must_agree("the past changes nothing", before, asked.ours(number))
    ours = partial(asked.ours, number)
    found = _measure.in_turns(
        {"short": _copies.within(short, ours), "long": _copies.within(long, ours)},
        rounds=3 * size.rounds,
    )
    _copies.turn_to(short)
    return [
        Line(f"{number} with {size.past} past appointments each", found["short"], "ms"),
        Line(f"{number} with {100 * size.past} past appointments each", found["long"], "ms"),
        Line("a hundred times the past", found["long"] / found["short"], "x", "<= 1.15"),
    ]


def _live_through(
    chance: random.Random, asked: Asked, number: int, appointments: int, before: int = 0
) -> None:
    """So many past appointments for each, one an hour, further back than those `before`."""
    from django.db import connection

    from practice import guards
    from scheduling.guards import CLIENT_NO_OVERLAP, NO_OVERLAP
    from tests.benchmarks import _practice

    last = on(asked.first - timedelta(days=3), OPENS)
    hour = timedelta(hours=1)
    with guards.lifted(connection, NO_OVERLAP.name, CLIENT_NO_OVERLAP.name):
        for each in asked.people[:number]:
            _practice.put_in(
                _booked(chance, each.pk, last - (before + back) * hour)
                for back in range(appointments)
            )
