"""Why a time is offered or not, in words that the staff can pass on.

The rule is that of `scheduling.one_calendar`, asked about a single time. What is told may begin
at any minute: that pages offer times by the half hour speaks against none of those between.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from practice.eligibility import may_meet
from practice.models import Counselor
from scheduling import calendars
from scheduling.calendars import Calendars, Wanted
from scheduling.models import Status
from scheduling.one_calendar import Calendar, Days, touching
from scheduling.refusal_words import Words
from scheduling.stretches import Span, moment, seconds, seconds_up


class Why(StrEnum):
    """What speaks against a time."""

    PAST = "past"
    NOTICE = "notice"
    HORIZON = "horizon"
    NO_PLACE = "no_place"
    NOT_SERVED = "not_served"
    NOT_LICENSED = "not_licensed"
    NOT_LICENSED_THAT_DAY = "not_licensed_that_day"
    OUTSIDE_HOURS = "outside_hours"
    HOLIDAY = "holiday"
    DAY_OFF = "day_off"
    AWAY = "away"
    BUSY_ELSEWHERE = "busy_elsewhere"
    FULL_DAY = "full_day"
    PAUSE = "pause"
    HELD = "held"
    TAKEN = "taken"
    CLIENT_BUSY = "client_busy"


# Against these the staff may book with a reason; against the others nobody can.
CAN_BE_OVERRIDDEN = frozenset(
    {
        *(Why.NOTICE, Why.HORIZON, Why.OUTSIDE_HOURS, Why.HOLIDAY, Why.DAY_OFF),
        *(Why.AWAY, Why.BUSY_ELSEWHERE, Why.FULL_DAY, Why.PAUSE),
    }
)


@dataclass(frozen=True)
class Refusal:
    """One thing that speaks against a time."""

    why: Why
    words: str

    @property
    def can_be_overridden(self) -> bool:
        return self.why in CAN_BE_OVERRIDDEN


class Explainer:
    """What speaks against times of these counselors between the earliest and the latest wanted.

    Everything is read once, in at most six queries. `clients` are the ids of those who come.
    With `public`, what the practice asks of visitors counts too: its notice and its horizon.
    """

    def __init__(
        self,
        counselors: Iterable[Counselor],
        wanted: Wanted,
        now: datetime,
        *,
        clients: Iterable[UUID] = (),
        public: bool = False,
    ) -> None:
        people, ids = list(counselors), list(clients)
        self._wanted, self._now, self._public = wanted, now, public
        self._held, self._served = calendars.licenses_of(people, wanted)
        found = Calendars([(each, self._days(each)) for each in people], wanted)
        self._practice = found.practice
        self._calendars = {each.counselor.pk: each for each in found.read(wanted, now)}
        self._booked = found.appointments(wanted, now)
        self._with_clients = calendars.times_of_clients(ids, wanted, now) if ids else []

    def why_not(
        self, counselor: Counselor, starts_at: datetime, *, zone: ZoneInfo | None = None
    ) -> list[Refusal]:
        """Everything that speaks against this start; nothing where it can be booked.

        Times are said on the clock of `zone`, or else on the counselor's. Raises ValueError where
        the start isn't between the earliest and the latest that were wanted.
        """
        if not self._wanted.earliest <= starts_at < self._wanted.latest:
            raise ValueError("That time isn't among those that were asked for.")
        calendar = self._calendars[counselor.pk]
        words = Words(counselor.public_name, zone or counselor.zone, self._now)
        found = [
            *self._too_soon_or_late(starts_at, words),
            *self._licenses(calendar, starts_at, words),
            *self._hours(calendar, starts_at, words),
            *self._blocks(calendar, starts_at, words),
            *self._clients(starts_at, words),
        ]
        return list(dict.fromkeys(found))

    def _days(self, counselor: Counselor) -> list[Days]:
        held = self._held[counselor.pk]
        return calendars.days_they_may_meet(held, self._wanted, self._served)

    def _too_soon_or_late(self, starts_at: datetime, words: Words) -> Iterator[Refusal]:
        notice, horizon = self._practice.minimum_notice_hours, self._practice.booking_horizon_days
        if starts_at <= self._now:
            yield Refusal(Why.PAST, words.past())
        elif self._public and starts_at < self._now + timedelta(hours=notice):
            yield Refusal(Why.NOTICE, words.too_soon(notice))
        if self._public and starts_at >= self._now + timedelta(days=horizon):
            yield Refusal(Why.HORIZON, words.too_far_ahead(horizon))

    def _licenses(self, calendar: Calendar, starts_at: datetime, words: Words) -> Iterator[Refusal]:
        day = calendar.day_of(seconds(starts_at))
        if calendar.is_licensed(day):
            return
        held = self._held[calendar.counselor.pk]
        for reason in may_meet(held, self._wanted.places, day, self._served).reasons:
            there = [each for each in held if each.state_id == reason.state]
            yield Refusal(Why(reason.obstacle), words.license(reason, there, day))

    def _hours(self, calendar: Calendar, starts_at: datetime, words: Words) -> Iterator[Refusal]:
        start, hours = seconds(starts_at), calendar.hours
        day = calendar.day_of(start)
        if calendar.is_full(day):
            yield Refusal(Why.FULL_DAY, words.full_day(calendar.counselor.most_a_day))
        if calendar.is_in_hours(start, self._wanted.seconds):
            return
        if day in hours.dates and hours.dates[day] is None:
            yield Refusal(Why.DAY_OFF, words.day_off())
        elif day in hours.holidays and day not in hours.dates:
            yield Refusal(Why.HOLIDAY, words.holiday(hours.holidays[day]))
        else:
            spans = [(moment(each.begins), moment(each.ends)) for each in hours.on(day)]
            yield Refusal(Why.OUTSIDE_HOURS, words.outside_hours(spans, self._wanted.kind))

    def _blocks(self, calendar: Calendar, starts_at: datetime, words: Words) -> Iterator[Refusal]:
        start = seconds(starts_at)
        needed = calendar.needed(start, self._wanted.seconds)
        itself = start, start + self._wanted.seconds
        reasons = [
            (calendar.away, Refusal(Why.AWAY, words.away())),
            (calendar.elsewhere, Refusal(Why.BUSY_ELSEWHERE, words.busy_elsewhere())),
        ]
        for blocks, refusal in reasons:
            for block in touching(needed, blocks):
                pause = Refusal(Why.PAUSE, words.pause_before(moment(block[0])))
                yield refusal if touching(itself, [block]) else pause
        for block in touching(needed, calendar.appointments):
            yield self._appointment(calendar, block, itself, words)

    def _appointment(self, calendar: Calendar, block: Span, itself: Span, words: Words) -> Refusal:
        booked = self._booked.get((calendar.counselor.pk, block[0]))
        if booked is None:  # it was booked between two queries of ours
            return Refusal(Why.TAKEN, words.taken())
        if not touching(itself, [(block[0], seconds_up(booked.ends_at))]):
            is_before = block[0] < itself[0]
            pause = words.pause_after(booked.ends_at) if is_before else None
            return Refusal(Why.PAUSE, pause or words.pause_before(booked.starts_at))
        if booked.status == Status.HOLD and booked.hold_ends_at:
            return Refusal(Why.HELD, words.held(booked.hold_ends_at))
        return Refusal(Why.TAKEN, words.taken(booked.starts_at, booked.ends_at))

    def _clients(self, starts_at: datetime, words: Words) -> Iterator[Refusal]:
        ends_at = starts_at + self._wanted.length
        if any(start < ends_at and starts_at < end for start, end in self._with_clients):
            yield Refusal(Why.CLIENT_BUSY, words.client_busy())


def why_not(
    counselor: Counselor,
    starts_at: datetime,
    wanted: Wanted,
    now: datetime,
    *,
    clients: Iterable[UUID] = (),
    public: bool = False,
    zone: ZoneInfo | None = None,
) -> list[Refusal]:
    """Everything that speaks against this start with this counselor; see `Explainer`.

    The earliest and the latest that are wanted don't matter here.
    """
    only = replace(wanted, earliest=starts_at, latest=starts_at + datetime.resolution)
    explainer = Explainer([counselor], only, now, clients=clients, public=public)
    return explainer.why_not(counselor, starts_at, zone=zone)
