"""Races for one time, in all pairs of the ways to take it: nobody is ever in two places.

``python -m tests.scheduling.races --rounds N [--postgres] [--without-guards] [--seed NUMBER]``
runs them on a database of its own. In each round two acts begin at the same moment, each on a
connection of its own, and want overlapping time of one counselor, or of one client at two
counselors. At the end the database is asked for overlaps. Without the guards the same rounds must
leave some: else they would prove nothing.
"""

import argparse
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clients.models import Case, Client
    from intake.models import ConsultationRequest
    from practice.audit import trail
    from practice.models import Counselor, User
    from scheduling.booking import Attending
    from scheduling.models import Appointment

Act = Callable[[], Any]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
# Each round has weeks of its own, so that none is in another's way.
_A_ROUND = timedelta(weeks=3)
_LENGTH = 50 * MINUTE
# Who is too late is told so in one of these ways. Anything else is a failure.
_TOO_LATE = (
    "SlotTaken",
    "ClientBusy",
    "HoldEnded",
    "NotNow",
    "NotOpen",
    "ChangedMeanwhile",
    "Outdated",
)

_OVERLAPS = """
SELECT count(*) FROM scheduling_appointment a JOIN scheduling_appointment b
  ON a.counselor_id = b.counselor_id AND b.starts_at >= a.starts_at
 AND b.starts_at < a.busy_until AND (a.starts_at < b.starts_at OR a.id < b.id)
WHERE a.status IN ('hold', 'booked', 'done', 'no_show')
  AND b.status IN ('hold', 'booked', 'done', 'no_show')
"""
_IN_TWO_PLACES = """
SELECT count(*) FROM scheduling_attendee x
  JOIN scheduling_appointment a ON a.id = x.appointment_id
  JOIN scheduling_attendee y ON y.client_id = x.client_id AND y.id <> x.id
  JOIN scheduling_appointment b ON b.id = y.appointment_id
WHERE b.starts_at >= a.starts_at AND b.starts_at < a.ends_at
  AND (a.starts_at < b.starts_at OR a.id < b.id)
  AND a.status IN ('hold', 'booked', 'done', 'no_show')
  AND b.status IN ('hold', 'booked', 'done', 'no_show')
"""


@dataclass
class Side:
    """One who wants a time: for this case, or this client's request, with this counselor."""

    counselor: "Counselor"
    case: "Case"
    request: "ConsultationRequest"
    attending: "list[Attending]"
    desk: "User"
    place: int  # among those of its group

    @property
    def client(self) -> "Client":
        return self.request.client

    @property
    def by(self) -> "trail.Actor":
        """The front desk."""
        from practice.audit import trail
        from practice.audit.models import ActorKind

        return trail.Actor(ActorKind.STAFF, str(self.desk.pk), self.desk.role)


@dataclass
class Report:
    """What came of it."""

    rounds: int = 0
    won: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    longest_wait: float = 0.0
    overlaps: int = 0
    in_two_places: int = 0

    @property
    def deadlocks(self) -> int:
        """How often the database ended one of two who waited for each other, or gave up."""
        return sum("deadlock" in each or "locked" in each for each in self.failed)

    def note(self, outcomes: "Sequence[Outcome]") -> None:
        """One more round."""
        self.rounds += 1
        for each in outcomes:
            self.longest_wait = max(self.longest_wait, each.seconds)
            if each.error is None:
                self.won[each.name] += 1
            elif type(each.error).__name__ in _TOO_LATE:
                self.lost[type(each.error).__name__] += 1
            else:
                self.failed.append(f"{each.name}: {type(each.error).__name__}: {each.error}")

    def lines(self) -> Iterator[str]:
        """The report as it is printed."""
        yield f"rounds                       {self.rounds}"
        yield f"got it                       {sum(self.won.values())} {dict(self.won)}"
        yield f"were too late                {sum(self.lost.values())} {dict(self.lost)}"
        yield f"failed otherwise             {len(self.failed)}, deadlocks {self.deadlocks}"
        yield from sorted(set(self.failed))[:10]
        yield f"longest wait                 {self.longest_wait:.2f} s"
        yield f"overlaps of counselors       {self.overlaps}"
        yield f"clients in two places        {self.in_two_places}"


@dataclass(frozen=True)
class Outcome:
    """How one act went."""

    name: str
    seconds: float
    error: Exception | None


# The ways to take a time. Each makes ready what it needs, and returns the act itself.


def confirm_a_hold(side: Side, at: datetime) -> Act:
    """A visitor books what was held for them; the hold has mostly run out by then."""
    from practice.audit import trail
    from scheduling import booking

    held = _expired_hold(side, at)
    return partial(booking.confirm, held, side.client, trail.SYSTEM)


def end_holds(side: Side, at: datetime) -> Act:
    """A hold that ran out ends."""
    from scheduling import turns

    _expired_hold(side, at)
    return partial(turns.lapse_holds, side.counselor.pk)


def accept_a_request(side: Side, at: datetime) -> Act:
    """The desk books a time for somebody who asked for a consultation."""
    from intake import triage
    from scheduling.models import Override

    _waits(side)
    override = Override.COUNSELOR_AGREED
    return partial(triage.accept, side.request, side.counselor, at, override=override, by=side.by)


def take_an_offer(side: Side, at: datetime) -> Act:
    """Somebody takes a time that was offered to them, and was kept no longer."""
    from intake import triage
    from practice.audit import trail

    _waits(side)
    offers = triage.offer(side.request, [(side.counselor, at)], by=trail.SYSTEM)
    _run_out(offers[0].appointment)
    return partial(triage.choose, offers[0], by=trail.SYSTEM)


def book_at_the_desk(side: Side, at: datetime) -> Act:
    """The desk books a session, if need be into the pause after another."""
    return partial(_book, side, at)


def book_a_series(side: Side, at: datetime) -> Act:
    """The counselor books two weekly sessions."""
    from scheduling import series

    local = at.astimezone(side.counselor.zone)
    wish = series.Wish(
        case=side.case,
        attending=tuple(side.attending),
        first_day=local.date(),
        at=local.time(),
        length=_LENGTH,
        times=2,
    )
    seen = series.preview(wish).seen
    return partial(series.book, wish, {}, seen, by=side.by)


def move_a_session(side: Side, at: datetime) -> Act:
    """The desk moves a session there."""
    from scheduling import lifecycle
    from scheduling.models import Override

    session = _book(side, _elsewhere(side, at))
    return partial(
        lifecycle.move,
        session,
        at,
        side.by,
        override=Override.URGENT,
        version=session.version,
        undoable_by=side.desk,
    )


def make_a_session_longer(side: Side, at: datetime) -> Act:
    """A session that ends right before is made to last into it."""
    from scheduling import lifecycle
    from scheduling.models import Override

    session = _book(side, at - _LENGTH)
    length = session.length + 30 * MINUTE
    return partial(
        lifecycle.move,
        session,
        session.starts_at,
        side.by,
        length=length,
        override=Override.URGENT,
    )


def undo_a_move(side: Side, at: datetime) -> Act:
    """A session was moved away a moment ago, and is to come back."""
    from scheduling import changes, lifecycle
    from scheduling.models import Override

    session = _book(side, at)
    moved = lifecycle.move(
        session,
        _elsewhere(side, at),
        side.by,
        override=Override.CORRECTION,
        undoable_by=side.desk,
    )
    change = changes.latest(moved, side.desk)
    assert change is not None
    return partial(changes.undo, change, side.desk, side.by)


WAYS: list[Callable[[Side, datetime], Act]] = [
    confirm_a_hold,
    end_holds,
    accept_a_request,
    take_an_offer,
    book_at_the_desk,
    book_a_series,
    move_a_session,
    make_a_session_longer,
    undo_a_move,
]
PAIRS = list(combinations_with_replacement(WAYS, 2))


def _book(side: Side, at: datetime) -> "Appointment":
    from scheduling import booking
    from scheduling.models import Override

    return booking.book_session(
        case=side.case,
        starts_at=at,
        attending=side.attending,
        by=side.by,
        length=_LENGTH,
        override=Override.URGENT,
    )


def _elsewhere(side: Side, at: datetime) -> datetime:
    """A time that no one else of the round wants."""
    return at.replace(minute=0) + timedelta(days=1) + side.place * 2 * HOUR


def _expired_hold(side: Side, at: datetime) -> "Appointment":
    from scheduling import booking

    held = booking.hold(counselor=side.counselor, starts_at=at, attending=side.attending[:1])
    _run_out(held)
    return held


def _run_out(held: "Appointment") -> None:
    from practice import clock
    from scheduling.models import Appointment

    Appointment.objects.filter(pk=held.pk).update(hold_ends_at=clock.now() - MINUTE)


def _waits(side: Side) -> None:
    """Their request waits for a time, whatever came of it before."""
    from intake.models import ConsultationRequest, Offer, Status

    Offer.objects.filter(request=side.request).delete()
    own = ConsultationRequest.objects.filter(pk=side.request.pk)
    own.update(status=Status.WAITING, appointment=None)


def _raise(error: Exception) -> Act:
    def act() -> None:
        raise error

    return act


# The people


@dataclass
class Group:
    """Two counselors; the first has two cases, and one client of theirs is the second's too."""

    first: Side
    other_case: Side
    other_counselor: Side

    def against(self, same_client: bool) -> Side:
        """Who races the first: for their counselor's time, or for their client's."""
        return self.other_counselor if same_client else self.other_case


def make_groups(number: int) -> list[Group]:
    """So many groups who share nobody."""
    from practice.models import License, Practice

    Practice.objects.get_or_create(pk=1, defaults={"name": "Races", "display_name": "The office"})
    groups = [_group(each) for each in range(number)]
    License.objects.update(expires_on=date(2900, 1, 1))
    return groups


def _group(number: int) -> Group:
    from practice.access.roles import Role
    from tests import cast

    desk = cast.make_user(f"desk{number}", Role.DESK)
    counselors = [cast.make_counselor(f"{name}{number}", ["NJ"]) for name in ("ann", "bob")]
    people = [cast.make_client(f"{name}{number}") for name in ("Uma", "Vera", "Walt", "Xia", "Yan")]
    requests = [_request(people[0]), _request(people[2])]
    return Group(
        first=_side(counselors[0], people[:2], requests[0], desk, 0),
        other_case=_side(counselors[0], people[2:4], requests[1], desk, 1),
        other_counselor=_side(counselors[1], [people[0], people[4]], requests[0], desk, 2),
    )


def _side(
    counselor: "Counselor",
    people: "list[Client]",
    request: "ConsultationRequest",
    desk: "User",
    place: int,
) -> Side:
    from clients import cases
    from clients.cases import TakesPart
    from clients.models import Case, Concern, Part
    from practice.audit import trail
    from scheduling.booking import Attending

    case = cases.open_case(
        counselor=counselor,
        concern=Concern.objects.get(key="affair-recovery"),
        disclosure=Case.Disclosure.YES,
        people=[TakesPart(people[0], Part.HURT), TakesPart(people[1], Part.INVOLVED)],
        by=trail.SYSTEM,
    )
    attending = [Attending(each.state, each.time_zone, each) for each in people if each.state]
    return Side(counselor, case, request, attending, desk, place)


def _request(client: "Client") -> "ConsultationRequest":
    from intake.models import ConsultationRequest, Status
    from practice import clock

    return ConsultationRequest.objects.create(
        client=client, with_partner=False, asked_at=clock.now(), status=Status.WAITING
    )


# Racing


def run(rounds: int, seed: int = 0, groups: int = 6) -> Report:
    """So many races on the database that is set up; their data stays for whoever wants to look."""
    chance, report = random.Random(seed), Report()
    teams = make_groups(groups)
    order = [(pair, same) for pair in PAIRS for same in (False, True)]
    begins = _first_monday()
    with _two_at_once() as race:
        for number in range(rounds):
            (one, other), same_client = order[number % len(order)]
            team = teams[number % len(teams)]
            at = begins + number // len(teams) * _A_ROUND
            shift = chance.choice([-25, -10, 0, 0, 5, 20]) * MINUTE
            acts = [
                (one.__name__, _ready(one, team.first, at)),
                (other.__name__, _ready(other, team.against(same_client), at + shift)),
            ]
            report.note(race(acts))
    report.overlaps, report.in_two_places = _count(_OVERLAPS), _count(_IN_TWO_PLACES)
    return report


def _ready(way: Callable[[Side, datetime], Act], side: Side, at: datetime) -> Act:
    """The act; where the other stands in the way from the first, it is too late already."""
    from scheduling.booking import ClientBusy, SlotTaken

    try:
        return way(side, at)
    except (SlotTaken, ClientBusy) as error:
        return _raise(error)


def _first_monday() -> datetime:
    from practice import clock

    later = clock.now() + timedelta(days=30)
    monday = later - timedelta(days=later.weekday())
    return monday.astimezone(UTC).replace(hour=17, minute=0, second=0, microsecond=0)


@contextmanager
def _two_at_once() -> Iterator[Callable[[list[tuple[str, Act]]], list[Outcome]]]:
    """Two threads that keep their connections, and always begin together."""
    from django.db import connection

    start = threading.Barrier(2, timeout=60)

    def act(name: str, do: Act) -> Outcome:
        start.wait()
        began, error = time.perf_counter(), None
        try:
            do()
        except Exception as raised:
            error = raised
        return Outcome(name, time.perf_counter() - began, error)

    def leave() -> None:
        start.wait()
        connection.close()

    with ThreadPoolExecutor(2) as threads:

        def race(acts: list[tuple[str, Act]]) -> list[Outcome]:
            return [each.result() for each in [threads.submit(act, *pair) for pair in acts]]

        try:
            yield race
        finally:
            for each in [threads.submit(leave), threads.submit(leave)]:
                each.result()


def _count(statement: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


@contextmanager
def guards_lifted() -> Iterator[None]:
    """Without the two guards; what overlaps then is set aside before they stand again."""
    from django.db import connection

    from practice import guards
    from scheduling.guards import CLIENT_NO_OVERLAP, NO_OVERLAP
    from scheduling.models import Appointment, Status

    with guards.lifted(connection, NO_OVERLAP.name, CLIENT_NO_OVERLAP.name):
        try:
            yield
        finally:
            Appointment.objects.update(status=Status.CANCELED, hold_ends_at=None)


def main(given: Sequence[str]) -> int:
    """The command; 1 where something failed, or overlapped under the guards."""
    from tests.benchmarks import _measure

    parser = argparse.ArgumentParser(prog="python -m tests.scheduling.races")
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own")
    parser.add_argument("--without-guards", action="store_true", help="they must overlap then")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args(given)
    with _measure.scratch_database(on_postgres=options.postgres) as vendor:
        with guards_lifted() if options.without_guards else nullcontext():
            report = run(options.rounds, options.seed)
        lines = [f"On {vendor}, seed {options.seed}", *report.lines()]
        sys.stdout.write("\n".join(lines) + "\n")
    found = report.overlaps + report.in_two_places
    good = found > 0 if options.without_guards else found == 0 and not report.failed
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
