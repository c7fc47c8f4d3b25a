"""The days that a page of the desk shows, and how to tell that something in them has changed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q, Sum
from django.http import HttpRequest
from django.utils.dateparse import parse_date

from practice import clock
from practice.clock import on_wall_clock
from scheduling.models import Appointment, AppointmentQuerySet, Status

_YEARS = 50  # A calendar that is asked for further away than this shows today.
_KEY_DIGITS = 9


@dataclass(frozen=True)
class Window:
    """So many days on the reader's clock; of one counselor where one is named."""

    first: date
    days: int
    zone: ZoneInfo
    counselor: int | None = None

    @property
    def starts_at(self) -> datetime:
        return on_wall_clock(self.first, time.min, self.zone)

    @property
    def ends_at(self) -> datetime:
        return on_wall_clock(self.end, time.min, self.zone)

    @property
    def end(self) -> date:
        """The first day after it."""
        return self.first + timedelta(days=self.days)

    def each_day(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(self.days)]

    def appointments(self) -> AppointmentQuerySet:
        """Everything that begins in it, whatever became of it."""
        found = Appointment.objects.all().between(self.starts_at, self.ends_at)
        return found.filter(counselor=self.counselor) if self.counselor else found


def day_of(request: HttpRequest, zone: ZoneInfo) -> Window:
    """The day that the address names, or today."""
    return Window(_asked_day(request, zone), 1, zone, _asked_counselor(request))


def week_of(request: HttpRequest, zone: ZoneInfo) -> Window:
    """The week from Monday on in which the day lies that the address names."""
    day = _asked_day(request, zone)
    return Window(day - timedelta(days=day.weekday()), 7, zone, _asked_counselor(request))


def fingerprint(shown: Window, now: datetime) -> str:
    """A word that stays the same as long as the page would: one query, whatever is booked.

    Every change makes an appointment's version one higher, or brings it here, or takes it away;
    time alone ends holds and makes what comes next what is now. Appointments count once for
    each person who comes, which tells as much.
    """
    facts = shown.appointments().aggregate(
        Count("pk"),
        Count("attendees__client"),
        Sum("version"),
        Max("changed_at"),
        Max("attendees__place_confirmed_at"),
        begun=Count("pk", Q(starts_at__lte=now)),
        over=Count("pk", Q(ends_at__lte=now)),
        held=Count("pk", Q(status=Status.HOLD, hold_ends_at__gt=now)),
    )
    return ".".join(_short(fact) for fact in facts.values())


def _short(fact: object) -> str:
    return f"{fact.timestamp():.6f}" if isinstance(fact, datetime) else str(fact or 0)


def _asked_day(request: HttpRequest, zone: ZoneInfo) -> date:
    try:
        asked = parse_date(request.GET.get("day", ""))
    except ValueError:
        asked = None
    today = clock.today(zone)
    return asked if asked and abs(asked.year - today.year) <= _YEARS else today


def _asked_counselor(request: HttpRequest) -> int | None:
    asked = request.GET.get("counselor", "")
    known = asked.isascii() and asked.isdigit() and len(asked) <= _KEY_DIGITS
    return int(asked) if known else None
