"""Gaps: where counselors are free, and who of those that wait could have such a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.dashboard import registry
from practice.http import StaffRequest
from practice.models import Counselor
from practice.wording import clock_time
from scheduling.calendars import Calendars, Wanted
from scheduling.desk import bookings, window
from scheduling.desk.window import Window
from scheduling.models import Appointment
from scheduling.one_calendar import STEP
from scheduling.stretches import moment

_DAYS = 8
_KINDS = Appointment.Kind


@dataclass(frozen=True)
class Gap:
    """A stretch in which a counselor is free for something, from the first start on."""

    counselor: Counselor
    starts_at: datetime
    ends_at: datetime
    kinds: frozenset[str]
    # Each time at which something could begin.
    starts: tuple[datetime, ...]

    @property
    def fits(self) -> str:
        """What could take place in it, in words."""
        if len(self.kinds) > 1:
            return "A session or a consultation"
        return "A session" if _KINDS.SESSION in self.kinds else "A consultation"


@staff(Role.DESK, Role.OWNER)
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """The gaps of a day and of the week after it, each with the way to who waits for one."""
    shown = replace(window.day_of(request, request.user.zone), days=_DAYS)
    found = find(Counselor.objects.working().select_related("user"), shown, clock.now())
    context = {
        "day": shown.first,
        "before": shown.first - timedelta(days=_DAYS),
        "after": shown.end,
        "today": clock.today(shown.zone),
        "days": _by_day(found, shown, may_open=request.user.has_role(Role.DESK)),
        "count": len(found),
    }
    return render(request, "desk/gaps.html", context)


@staff(Role.DESK)
@require_safe
def one(request: StaffRequest) -> HttpResponse:
    """One open time: whether it is still open, what else could be near it, and who waits."""
    counselor, at = bookings.asked_counselor(request), bookings.asked_time(request)
    if counselor is None or at is None:
        return render(request, "desk/gap.html", {})
    answers = bookings.answers(request, counselor, at)
    is_open = any(not answer.refusals for answer in answers)
    context = {
        "counselor": counselor,
        "at": at,
        "answers": answers,
        "is_open": is_open,
        "others": [
            (clock_time(start, request.user.zone), _address("desk:gap", counselor, start))
            for start in _starts_around(request, counselor, at)
        ],
        "book_url": _address("desk:book", counselor, at),
        "day_url": f"{reverse('desk:gaps')}?day={at.astimezone(request.user.zone):%Y-%m-%d}",
        # Who waits needs a consultation.
        "panels": registry.gap.shown_to(request, counselor, at) if not answers[1].refusals else [],
    }
    return render(request, "desk/gap.html", context)


def find(counselors: Iterable[Counselor], shown: Window, now: datetime) -> list[Gap]:
    """The gaps of these counselors in these days, in order; the queries don't grow with either."""
    people = list(counselors)
    starts: dict[int, dict[datetime, dict[str, timedelta]]] = {each.pk: {} for each in people}
    for kind in (_KINDS.SESSION, _KINDS.CONSULTATION):
        for counselor, start, length in _starts(people, shown, now, kind):
            starts[counselor.pk].setdefault(start, {})[kind] = length
    found = [gap for each in people for gap in _gaps(each, starts[each.pk])]
    return sorted(found, key=lambda gap: (gap.starts_at, gap.counselor.public_name))


def _starts(
    people: Sequence[Counselor], shown: Window, now: datetime, kind: str
) -> Iterator[tuple[Counselor, datetime, timedelta]]:
    wanted = Wanted(
        length=timedelta(),
        places=[],
        earliest=max(now, shown.starts_at),
        latest=max(now, shown.ends_at),
        kind=kind,
    )
    # Who might come isn't known: licenses are looked at once somebody is.
    any_day = [(date.min, date.max)]
    calendars = Calendars([(each, any_day) for each in people], wanted)
    minutes = {
        _KINDS.SESSION: calendars.practice.session_minutes,
        _KINDS.CONSULTATION: calendars.practice.consultation_minutes,
    }
    length = timedelta(minutes=minutes[_KINDS(kind)])
    for free in calendars.free(replace(wanted, length=length), now):
        for start in free.starts:
            yield free.counselor, moment(start), length


def _gaps(counselor: Counselor, starts: dict[datetime, dict[str, timedelta]]) -> Iterator[Gap]:
    """Starts that follow each other at the calendar's own step are one stretch."""
    run: list[datetime] = []
    for start in sorted(starts):
        if run and start - run[-1] > timedelta(seconds=STEP):
            yield _gap(counselor, run, starts)
            run = []
        run.append(start)
    if run:
        yield _gap(counselor, run, starts)


def _gap(
    counselor: Counselor, run: list[datetime], starts: dict[datetime, dict[str, timedelta]]
) -> Gap:
    return Gap(
        counselor=counselor,
        starts_at=run[0],
        ends_at=max(start + length for start in run for length in starts[start].values()),
        kinds=frozenset(kind for start in run for kind in starts[start]),
        starts=tuple(run),
    )


def _starts_around(request: StaffRequest, counselor: Counselor, at: datetime) -> list[datetime]:
    """The other starts of that counselor's day."""
    zone = request.user.zone
    shown = Window(at.astimezone(zone).date(), 1, zone)
    gaps = find([counselor], shown, clock.now())
    return [start for gap in gaps for start in gap.starts if start != at]


def _by_day(found: Sequence[Gap], shown: Window, *, may_open: bool) -> list[Any]:
    """What the page shows, made ready here: each day with its gaps."""
    return [
        (day, [_row(gap, shown.zone, may_open) for gap in found if _day(gap, shown.zone) == day])
        for day in shown.each_day()
    ]


def _day(gap: Gap, zone: ZoneInfo) -> date:
    return gap.starts_at.astimezone(zone).date()


def _row(gap: Gap, zone: ZoneInfo, may_open: bool) -> dict[str, str]:
    return {
        "time": f"{clock_time(gap.starts_at, zone)} – {clock_time(gap.ends_at, zone)}",
        "counselor": gap.counselor.public_name,
        # That both fit is the rule, and said above the list.
        "fits": gap.fits if len(gap.kinds) == 1 else "",
        "url": _address("desk:gap", gap.counselor, gap.starts_at) if may_open else "",
    }


def _address(name: str, counselor: Counselor, at: datetime) -> str:
    return f"{reverse(name)}?{urlencode({'counselor': counselor.pk, 'at': at.isoformat()})}"
