"""What is read of counselors' calendars, in four queries whatever the numbers.

The practice; who is licensed where people will be; hours of all sorts; and all that takes time.
The last is most of it: it comes as one row for each counselor and sort, with the spans written
one after the other in whole seconds, which costs a third of a row each with datetimes.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Aggregate,
    BooleanField,
    DateField,
    Field,
    FilteredRelation,
    Func,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    TimeField,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from practice.eligibility import may_meet
from practice.models import Counselor, License, Practice, State
from scheduling.models import (
    LIVE,
    Appointment,
    Attendee,
    BusyTime,
    DateHours,
    Holiday,
    HoursKind,
    Status,
    TimeOff,
    WeeklyHours,
)
from scheduling.one_calendar import Calendar, Days
from scheduling.stretches import DAY, SECOND, Hours, Span, Times, moment, seconds, seconds_up

# No appointment is longer; so what began before that can't reach into the times that are read.
# And the days on which appointments are counted lie wholly within what is read.
_LONGEST = timedelta(hours=26)

# Written out rather than given as parameters: only so SQLite sees that the index of what takes
# time, which is by counselor and then by time, holds everything that is asked for. All of it is
# our own constants: that is why the two linters for SQL may look away.
_TAKES_TIME = RawSQL(  # noqa: S611  # nosec B611
    "scheduling_appointment.status IN ({})".format(", ".join(f"'{each}'" for each in LIVE)),
    [],
    output_field=BooleanField(),
)

Rows = QuerySet[Any, tuple[Any, ...]]
Maybe = Times | None


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. `places` are the state codes of everybody who will be there."""

    length: timedelta
    places: Sequence[str]
    earliest: datetime
    latest: datetime
    # An appointment that is to be moved stands in nobody's way, least of all its own.
    leaving_out: UUID | None = None
    # Only starting times for which this holds, such as mornings on the reader's clock.
    keep: Callable[[datetime], bool] | None = None
    # What for: "consultation" or "session". Hours may be kept for one of the two.
    kind: str = HoursKind.CONSULTATION
    # Others that stand in nobody's way, such as a series that moves as a whole.
    also_leaving_out: frozenset[UUID] = frozenset()

    @property
    def ignored(self) -> frozenset[UUID]:
        """The appointments that stand in nobody's way."""
        return self.also_leaving_out | ({self.leaving_out} if self.leaving_out else set())

    @property
    def seconds(self) -> int:
        """Its length."""
        return self.length // SECOND


@dataclass(frozen=True)
class Free:
    """When a counselor can begin, in order."""

    calendar: Calendar
    starts: list[int]

    @property
    def counselor(self) -> Counselor:
        return self.calendar.counselor


class Booked(NamedTuple):
    """What there is to say of an appointment, without saying whose it is."""

    starts_at: datetime
    ends_at: datetime
    status: str
    hold_ends_at: datetime | None


class Calendars:
    """Calendars of several counselors; all but what takes time is read once."""

    def __init__(self, people: Sequence[tuple[Counselor, Sequence[Days]]], wanted: Wanted) -> None:
        """`people` come with the days on which they may meet those who will be there."""
        self.practice = Practice.current()
        self._people = people
        self._keys = [counselor.pk for counselor, _ in people]
        self._hours = _hours_of([counselor for counselor, _ in people], wanted)

    def free(self, wanted: Wanted, now: datetime) -> list[Free]:
        """Who is free when, from the earliest time that is wanted until before the latest."""
        first = max(seconds_up(wanted.earliest), seconds(now) + 1)
        last = seconds_up(wanted.latest)
        keep = _on_numbers(wanted.keep) if wanted.keep else None
        return [
            Free(each, each.starts(first, last, wanted.seconds, keep))
            for each in self.read(wanted, now)
        ]

    def read(self, wanted: Wanted, now: datetime) -> list[Calendar]:
        """Each calendar with all that takes time around what is wanted: one query."""
        calendars = {
            each.pk: Calendar(each, days, self._hours[each.pk], self._pause(each))
            for each, days in self._people
        }
        rows = _takes_time(self._keys, wanted, self._until(wanted), now)
        for key, what, begins, ends in rows:
            getattr(calendars[key], what).extend(_spans(begins, ends))
        return list(calendars.values())

    def appointments(self, wanted: Wanted, now: datetime) -> dict[tuple[int, int], Booked]:
        """What there is to say of the appointments, by counselor and start: one query."""
        rows = live_appointments(self._keys, wanted, self._until(wanted), now).order_by()
        facts = rows.values_list("counselor_id", "starts_at", "ends_at", "status", "hold_ends_at")
        return {
            (key, seconds(starts_at)): Booked(starts_at, ends_at, status, hold_ends_at)
            for key, starts_at, ends_at, status, hold_ends_at in facts
        }

    def _until(self, wanted: Wanted) -> datetime:
        """When what is read ends. Where appointments of a day are counted, all of it is needed."""
        longest = max((self._pause(each) for each, _ in self._people), default=0)
        counted = any(each.most_a_day for each, _ in self._people)
        needed = wanted.length + timedelta(seconds=longest)
        return wanted.latest + (max(needed, _LONGEST) if counted else needed)

    def _pause(self, counselor: Counselor) -> int:
        own = counselor.buffer_minutes
        return 60 * (self.practice.buffer_minutes if own is None else own)


def _on_numbers(keep: Callable[[datetime], bool]) -> Callable[[int], bool]:
    """The same question of a number; counselors share most of their times."""
    return cache(lambda number: keep(moment(number)))


def who_may_meet(
    counselors: Iterable[Counselor], wanted: Wanted
) -> list[tuple[Counselor, list[Days]]]:
    """Those of the counselors who may meet these people, and on which days: one query.

    Only licenses in places that are served are read, and whoever has none of them isn't.
    """
    first, last = days_around(wanted)
    rows = License.objects.filter(
        state__served=True, state__in=wanted.places, starts_on__lte=last, expires_on__gte=first
    )
    if isinstance(counselors, QuerySet):
        rows = rows.filter(counselor__in=counselors).select_related("counselor__user")
        people: dict[int, Counselor] = {}
    else:
        people = {each.pk: each for each in counselors}
        rows = rows.filter(counselor__in=people)
    held: dict[int, list[License]] = defaultdict(list)
    for each in rows.order_by():
        held[each.counselor_id].append(each)
        if each.counselor_id not in people:
            people[each.counselor_id] = each.counselor
    found = [
        (people[key], days_they_may_meet(its, wanted, {each.state_id for each in its}))
        for key, its in held.items()
    ]
    return [(counselor, days) for counselor, days in found if days]


def licenses_of(
    counselors: Sequence[Counselor], wanted: Wanted
) -> tuple[dict[int, list[License]], set[str]]:
    """All licenses that they ever had in these places, and which of those are served: one query."""
    ours = FilteredRelation("licenses", condition=Q(licenses__counselor__in=counselors))
    rows = State.objects.filter(pk__in=wanted.places).annotate(ours=ours).order_by()
    held: dict[int, list[License]] = {each.pk: [] for each in counselors}
    served = set()
    for code, is_served, key, starts_on, expires_on in rows.values_list(
        "code", "served", "ours__counselor", "ours__starts_on", "ours__expires_on"
    ):
        if is_served:
            served.add(code)
        if key:
            held[key].append(License(state_id=code, starts_on=starts_on, expires_on=expires_on))
    return held, served


def days_they_may_meet(
    held: Sequence[License], wanted: Wanted, served: Collection[str]
) -> list[Days]:
    """The stretches of days on which these licenses allow what is wanted."""
    return [
        days
        for days in _stretches(held, *days_around(wanted))
        if may_meet(held, wanted.places, days[0], served)
    ]


def days_around(wanted: Wanted) -> Days:
    """The first and the last day that it can be there; one more, as each zone has its own."""
    return wanted.earliest.date() - DAY, wanted.latest.date() + DAY


def _stretches(held: Iterable[License], first: date, last: date) -> list[Days]:
    """These days in parts: what may be done changes only where a license begins or has ended."""
    begins = {each.starts_on for each in held if first < each.starts_on <= last}
    ended = {each.expires_on + DAY for each in held if first <= each.expires_on < last}
    turns = [*sorted({first} | begins | ended), last + DAY]
    return [(start, end - DAY) for start, end in pairwise(turns)]


# Hours


def _hours_of(people: Sequence[Counselor], wanted: Wanted) -> dict[int, Hours]:
    """Weekly hours, those of single dates and the holidays that are kept: one query."""
    weekly: dict[int, dict[int, tuple[Times, ...]]] = {each.pk: {} for each in people}
    dates: dict[int, dict[date, list[Maybe]]] = {each.pk: {} for each in people}
    holidays: dict[date, list[str]] = defaultdict(list)
    for key, day, weekday, what, begins, ends in _hours_rows(list(weekly), wanted):
        if key is None:
            holidays[day].append(what)
        elif day is None:
            weekly[key][weekday] = (*weekly[key].get(weekday, ()), (begins, ends))
        else:
            # Those for something else count too: they are in place of the weekly ones.
            of_day = dates[key].setdefault(day, [])
            if what in _kinds(wanted):
                of_day.append((begins, ends) if begins else None)
    names = {day: " and ".join(sorted(found)) for day, found in holidays.items()}
    return {
        each.pk: Hours(each.zone, weekly[each.pk], _of_dates(dates[each.pk]), names)
        for each in people
    }


def _of_dates(rows: dict[date, list[Maybe]]) -> dict[date, tuple[Times, ...] | None]:
    """A row without times says that they don't work then, whatever others say."""
    return {
        day: None if None in found else tuple(each for each in found if each)
        for day, found in rows.items()
    }


def _kinds(wanted: Wanted) -> list[str]:
    return [HoursKind.ANY, wanted.kind]


def _hours_rows(keys: Sequence[int], wanted: Wanted) -> Rows:
    first, last = days_around(wanted)
    days = (first, last + DAY)  # hours may go on past midnight
    weekly = WeeklyHours.objects.filter(counselor__in=keys, kind__in=_kinds(wanted))
    dates = DateHours.objects.filter(counselor__in=keys, day__range=days)
    holidays = Holiday.objects.filter(kept=True, day__range=days)
    no_day, no_time = _none(DateField()), _none(TimeField())
    no_number = _none(IntegerField())
    return _one_query(
        weekly.values_list("counselor_id", no_day, "weekday", "kind", "begins", "ends"),
        dates.values_list("counselor_id", "day", no_number, "kind", "begins", "ends"),
        holidays.values_list(no_number, "day", no_number, "name", no_time, no_time),
    )


# What takes time


def times_of_clients(
    clients: Iterable[UUID], wanted: Wanted, now: datetime
) -> list[tuple[datetime, datetime]]:
    """When these people are at an appointment with anybody: one query."""
    rows = (
        Attendee.objects.filter(client__in=list(clients), takes_time=True)
        .filter(starts_at__gt=wanted.earliest - _LONGEST, ends_at__gt=wanted.earliest)
        .filter(starts_at__lt=wanted.latest + wanted.length)
        .exclude(appointment__status=Status.HOLD, appointment__hold_ends_at__lte=now)
        .exclude(appointment__in=wanted.ignored)
    )
    times = rows.order_by("starts_at").values_list("starts_at", "ends_at")
    return [(start, end) for start, end in times if start and end]


def _takes_time(keys: Sequence[int], wanted: Wanted, until: datetime, now: datetime) -> Rows:
    """Appointments, time off and the busy times of other calendars, as text: one query."""
    since = wanted.earliest
    off = TimeOff.objects.filter(counselor__in=keys, starts_at__lt=until, ends_at__gt=since)
    busy = BusyTime.objects.filter(
        calendar__counselor__in=keys, starts_at__lt=until, ends_at__gt=since
    )
    booked = live_appointments(keys, wanted, until, now)
    return _one_query(
        _in_one_row(booked, "counselor_id", "appointments", "busy_until"),
        _in_one_row(off, "counselor_id", "away", "ends_at"),
        _in_one_row(busy, "calendar__counselor_id", "elsewhere", "ends_at"),
    )


def live_appointments(
    keys: Sequence[int], wanted: Wanted, until: datetime, now: datetime
) -> QuerySet[Appointment]:
    """What takes these counselors' time, from a day before it is wanted until then."""
    return (
        Appointment.objects.filter(_TAKES_TIME, counselor__in=keys)
        .filter(starts_at__gt=wanted.earliest - _LONGEST, starts_at__lt=until)
        .exclude(status=Status.HOLD, hold_ends_at__lte=now)
        .exclude(pk__in=wanted.ignored)
    )


def _in_one_row(rows: QuerySet[Any], counselor: str, what: str, ends: str) -> Rows:
    begins, ended = _Joined(_Seconds("starts_at")), _Joined(_SecondsUp(ends))
    grouped = rows.order_by().values(counselor).annotate(begins=begins, ended=ended)
    row: Rows = grouped.values_list(counselor, Value(what), "begins", "ended")
    return row


def _spans(begins: str, ends: str) -> Iterator[Span]:
    return zip(json.loads(f"[{begins}]"), json.loads(f"[{ends}]"), strict=True)


def _one_query(first: Any, *others: Any) -> Rows:
    rows: Rows = first.order_by().union(*(each.order_by() for each in others), all=True)
    return rows


def _none(field: Field) -> Cast:
    """Nothing, of a type: PostgreSQL wants to know which."""
    return Cast(Value(None), field)


class _Seconds(Func):
    """A moment in whole seconds since 1970."""

    template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **options: Any) -> Any:
        return self.as_sql(compiler, connection, template=_on_sqlite(connection), **options)


class _SecondsUp(Func):
    """The same, up to the next whole second."""

    template = "CEIL(EXTRACT(EPOCH FROM %(expressions)s))::bigint"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **options: Any) -> Any:
        # There a moment is text, and longer than this where it has parts of a second.
        up = f"({_on_sqlite(connection)} + (LENGTH(%(expressions)s) > 19))"
        return self.as_sql(compiler, connection, template=up, **options)


def _on_sqlite(connection: Any) -> str:
    if connection.Database.sqlite_version_info < (3, 38):
        return "CAST(STRFTIME('%%%%s', %(expressions)s) AS INTEGER)"
    return "UNIXEPOCH(%(expressions)s)"  # in half the time


class _Joined(Aggregate):
    """The numbers of a group as text, with commas. Two of the same group have the same order."""

    template = "STRING_AGG((%(expressions)s)::text, ',')"
    output_field = TextField()

    def as_sqlite(self, *args: Any, **options: Any) -> Any:
        return self.as_sql(*args, template="GROUP_CONCAT(%(expressions)s)", **options)
