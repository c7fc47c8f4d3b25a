"""A stretch of a practice's life, event by event, with its senders and its mail server hurt.

The clock is the demo's own and jumps from one event to the next; between two jumps it runs. What
happens is decided by a seed. A tick is due each half minute, and carried out where there is
something to do.
"""

import heapq
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from clients.contact import cards, sending
from clients.contact.models import Message, State
from clients.models import Client
from practice import clock
from practice.audit import trail
from scheduling import booking, lifecycle
from scheduling.booking import SlotTaken
from scheduling.followups.drill import people, wall_clocks
from scheduling.followups.drill.book import Book
from scheduling.followups.drill.ledger import Outage, Session, Stop
from scheduling.followups.drill.people import Couple
from scheduling.followups.drill.post import Answer, Moment
from scheduling.followups.drill.post_office import PostOffice
from scheduling.followups.drill.senders import Doom, Senders, any_doom
from scheduling.models import Appointment

TICK = timedelta(seconds=30)
FAULTS = {
    "kill": "a sender is killed at any point of its work",
    "pause": "a sender stands still until others have taken its work over, and goes on",
    "race": "somebody says stop while a sender holds their message",
    "crowd": "four senders at once",
    "silence": "no tick for a while",
    "away": "the mail server is away for a while",
    "post": "the mail server puts off, refuses, drops or hangs",
}
_BAD = [
    Answer.BUSY,
    Answer.BUSY_AFTER_DOT,
    Answer.REFUSE,
    Answer.REFUSE_AFTER_DOT,
    Answer.DROP_EARLY,
    Answer.DROP_BEFORE,
    Answer.DROP,
    Answer.HANG,
]
_HURT_ONE_IN = 3  # ticks that have something to do
_A_WHILE = (10, 40)  # minutes


@dataclass(frozen=True)
class Wish:
    """How much is drilled."""

    seed: int
    couples: int = 20
    days: int = 14
    faults: Sequence[str] = tuple(FAULTS)


@dataclass
class Stretch:
    """The practice while it is drilled."""

    wish: Wish
    office: PostOffice
    book: Book = field(default_factory=Book)
    happened: dict[str, int] = field(default_factory=dict)  # faults, by name

    def __post_init__(self) -> None:
        self.chance = random.Random(self.wish.seed)  # noqa: S311  no secret hangs on it
        self.senders = Senders(self.office)
        self._events: list[tuple[datetime, int, Callable[[], Any]]] = []
        self._number = itertools.count()
        self._no_tick_before = clock.now()

    def run(self) -> None:
        """Live through all of it, and wait until nothing is on its way any more."""
        couples = self._begin()
        ends = clock.now() + timedelta(days=self.wish.days)
        self._expect_life(couples, ends)
        while (moment := self._next()) and (self._events or moment < ends + timedelta(days=4)):
            turn_to(moment)
            if self._events and self._events[0][0] <= moment:
                heapq.heappop(self._events)[2]()
                self.book.note_meant()
            else:
                self._tick()

    def at(self, moment: datetime, act: Callable[[], Any]) -> None:
        """Let something happen then."""
        heapq.heappush(self._events, (moment, next(self._number), act))

    # The practice

    def _begin(self) -> list[Couple]:
        turn_to(_a_week_before_the_clocks_change())
        counselors = people.open_practice(self.wish.couples)
        couples = [
            people.add_couple(number, counselors[number % len(counselors)], self.chance)
            for number in range(self.wish.couples)
        ]
        for couple in couples:
            self.book.people |= couple.people
        people.give_plans(couples)
        first = (clock.now() + timedelta(days=1)).date()
        per_counselor = itertools.count()
        for number, couple in enumerate(couples):
            slot = next(per_counselor) if len(counselors) == 1 else number // len(counselors)
            for session in people.book_weeks(slot, couple, first, 2 + self.wish.days // 7):
                self._expect(session)
        self.book.note_meant()
        return couples

    def _expect(self, session: Appointment) -> None:
        self._know(session)
        self.at(session.ends_at, lambda: self._is_over(session.pk))

    def _know(self, session: Appointment) -> None:
        known = Session(str(session.case_id), session.starts_at, clock.now())
        self.book.sessions.append(known)

    def _forget(self, session: Appointment, since: datetime) -> None:
        """It isn't held at that time any more."""
        for number, known in enumerate(self.book.sessions):
            if (known.case, known.starts_at) == (str(session.case_id), session.starts_at):
                self.book.sessions[number] = Session(
                    known.case, known.starts_at, known.known_from, known.known_until or since
                )

    def _is_over(self, key: Any) -> None:
        session = Appointment.objects.get(pk=key)
        if not session.is_open:
            return
        if session.ends_at > clock.now():
            self.at(session.ends_at, lambda: self._is_over(key))
        elif self.chance.random() < 0.9:
            lifecycle.mark_done(session, trail.SYSTEM)
        else:
            lifecycle.mark_no_show(session, trail.SYSTEM)

    def _expect_life(self, couples: Sequence[Couple], ends: datetime) -> None:
        """Moves, cancellations and stops, one a couple and week."""
        span = (ends - clock.now()).total_seconds()
        for couple in [*couples] * max(1, self.wish.days // 7):
            moment = clock.now() + timedelta(seconds=self.chance.uniform(0, span))
            act = self.chance.choice([self._move, self._call_off, self._stop, self._suspend])
            self.at(moment, lambda act=act, couple=couple: act(couple))  # type: ignore[misc]

    def _next_session(self, couple: Couple) -> Appointment | None:
        coming = Appointment.objects.filter(case=couple.case, starts_at__gt=clock.now())
        return next((each for each in coming.order_by("starts_at") if each.is_open), None)

    def _move(self, couple: Couple) -> None:
        session = self._next_session(couple)
        if session is None:
            return
        before = Appointment.objects.get(pk=session.pk)
        try:
            moved = lifecycle.move(
                session,
                session.starts_at + timedelta(hours=self.chance.choice([9, 24, 48])),
                trail.SYSTEM,
            )
        except (SlotTaken, booking.ClientBusy, booking.OddTime, booking.AgainstTheRules):
            return
        self._forget(before, clock.now())
        self._know(moved)

    def _call_off(self, couple: Couple) -> None:
        if session := self._next_session(couple):
            lifecycle.call_off(session, trail.SYSTEM)
            self._forget(session, clock.now())

    def _stop(self, couple: Couple) -> None:
        self._says_stop(self.chance.choice(list(couple.people)))

    def _says_stop(self, client: Any) -> None:
        cards.stop_follow_ups(Client.objects.get(pk=client))
        self.book.stops.append(Stop(self.book.people[client].address, clock.now()))

    def _suspend(self, couple: Couple) -> None:
        """Nothing goes to one of them for two days."""
        client = self.chance.choice(list(couple.people))
        cards.suspend(Client.objects.get(pk=client))
        self.book.stops.append(Stop(self.book.people[client].address, clock.now(), everything=True))
        self.at(clock.now() + timedelta(days=2), lambda: self._resume(client))

    def _resume(self, client: Any) -> None:
        wanted_again = clock.now()
        cards.resume(Client.objects.get(pk=client))
        address = self.book.people[client].address
        for number, stop in enumerate(self.book.stops):
            if stop.address == address and stop.everything and stop.until is None:
                self.book.stops[number] = Stop(address, stop.committed_at, True, wanted_again)

    # Ticks, and what hurts them

    def _next(self) -> datetime | None:
        """When something happens next: an event, or a tick that finds something to do."""
        event = self._events[0][0] if self._events else None
        tick = _work_is_due()
        if tick:
            tick = _at_a_tick(max(tick, self._no_tick_before, clock.now()))
        return min((each for each in (event, tick) if each), default=None)

    def _tick(self) -> None:
        if self.wish.faults and self.chance.randrange(_HURT_ONE_IN) == 0:
            name = self.chance.choice(list(self.wish.faults))
            self.happened[name] = self.happened.get(name, 0) + 1
            getattr(self, f"_hurt_by_{name}")()
        else:
            sending.tick()
        self._no_tick_before = max(self._no_tick_before, clock.now() + TICK / 2)

    def _hurt_by_kill(self) -> None:
        self.senders.wait(self.senders.start(any_doom(self.chance)))
        self.book.note_stranded()

    def _hurt_by_pause(self) -> None:
        pid = self.senders.start(Doom(1, self.chance.choice(list(Moment)), only_stop=True))
        if not self.senders.wait_until_still(pid):
            return
        self.book.note_stranded()
        for pause in (sending.LEASE, sending.ASK_AGAIN):
            turn_to(clock.now() + pause + TICK)
            sending.tick()
        self.senders.lets_go_on(pid)
        self.senders.wait(pid)

    def _hurt_by_race(self) -> None:
        pid = self.senders.start(Doom(1, Moment.GREETING, only_stop=True))
        if not self.senders.wait_until_still(pid):
            return
        held = Message.objects.filter(state=State.CLAIMED).order_by("pk")
        if client := held.values_list("client", flat=True).first():
            self._says_stop(client)
        self.senders.lets_go_on(pid)
        self.senders.wait(pid)

    def _hurt_by_crowd(self) -> None:
        self.senders.wait(*[self.senders.start() for _ in range(4)])

    def _hurt_by_silence(self) -> None:
        back = clock.now() + timedelta(minutes=self.chance.randint(*_A_WHILE))
        self.book.outages.append(Outage(clock.now(), back))
        self._no_tick_before = back

    def _hurt_by_away(self) -> None:
        if any(clock.now() < outage.ends for outage in self.book.outages):
            return
        back = clock.now() + timedelta(minutes=self.chance.randint(*_A_WHILE))
        # Who finds it closed asks again a minute later.
        self.book.outages.append(Outage(clock.now(), back + sending.UNREACHABLE + TICK))
        self.office.closes()
        self.at(back, self.office.opens)
        sending.tick()

    def _hurt_by_post(self) -> None:
        self.office.answers(*self.chance.choices(_BAD, k=self.chance.randint(1, 3)))
        due = Message.objects.to_take(clock.now()).values_list("pk", flat=True)
        self.book.hurt |= {str(key) for key in due}
        sending.tick()
        self.office.forgets()


def turn_to(moment: datetime) -> None:
    """Turn the clock on to this moment; it never goes back."""
    ahead = moment - clock.now()
    if ahead > timedelta():
        clock.set_offset(clock.offset() + ahead)


def _work_is_due() -> datetime | None:
    waiting = Message.objects.filter(
        state__in=[State.DUE, State.UNCERTAIN], next_try_at__isnull=False
    )
    held = Message.objects.filter(state__in=[State.CLAIMED, State.SENDING])
    first = waiting.order_by("next_try_at").values_list("next_try_at", flat=True).first()
    ends = held.order_by("lease_until").values_list("lease_until", flat=True).first()
    return min((each for each in (first, ends) if each), default=None)


def _at_a_tick(moment: datetime) -> datetime:
    """That moment, or the next half minute."""
    over = moment.timestamp() % TICK.total_seconds()
    return moment + timedelta(seconds=TICK.total_seconds() - over if over else 0)


def _a_week_before_the_clocks_change() -> datetime:
    """So that a change of the clocks falls into the drill."""
    zone, now = "America/New_York", clock.now()
    changes = [*wall_clocks.summer(now.year, zone), *wall_clocks.summer(now.year + 1, zone)]
    week = timedelta(days=7)
    return next(change - week for change in changes if change - week > now)
