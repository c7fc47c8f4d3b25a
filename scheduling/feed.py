"""A counselor's appointments at a private address, for their other calendar: busy times alone."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from icalendar import Calendar

from practice import clock
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import Counselor
from scheduling import calendar_file
from scheduling.models import Appointment, CalendarFeed, Status

BACK, AHEAD = timedelta(days=30), timedelta(days=366)
# The other calendar belongs to somebody else: nothing there says who comes, or what for.
TITLE = "Busy"
# How often a calendar may usefully look.
_ASK_AGAIN = timedelta(minutes=15)


@transaction.atomic
def make(counselor: Counselor, *, by: trail.Actor) -> str:
    """A new feed's token, which is told once and kept as a digest. An earlier feed ends."""
    end(counselor, by=by)
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(
        counselor=counselor, token_hash=digest(token), made_at=clock.now()
    )
    trail.record(Verb.CREATE, feed, by=by)
    return token


@transaction.atomic
def end(counselor: Counselor, *, by: trail.Actor) -> None:
    """From now on nothing is read at the address that was given out."""
    # The counselor is locked first, so that two who make one at a time make one after the other.
    Counselor.objects.select_for_update().get(pk=counselor.pk)
    for feed in CalendarFeed.objects.filter(counselor=counselor, ended_at=None):
        feed.ended_at = clock.now()
        feed.save(update_fields=["ended_at"])
        trail.record(Verb.CHANGE, feed, by=by, note="ended")


def current(counselor: Counselor) -> CalendarFeed | None:
    """The feed that this counselor has."""
    return CalendarFeed.objects.filter(counselor=counselor, ended_at=None).first()


def find(token: str) -> CalendarFeed | None:
    """The feed of this token, where it may still be read."""
    good = CalendarFeed.objects.filter(
        ended_at=None, counselor__user__is_active=True, counselor__user__role=Role.COUNSELOR
    )
    return good.filter(token_hash=digest(token)).first()


def note_reading(feed: CalendarFeed) -> None:
    """That it was read, to the hour: enough to see whether anybody still does."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    if feed.read_at is None or feed.read_at < hour:
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=hour)


def of(feed: CalendarFeed, now: datetime) -> bytes:
    """The file. It stays the same, byte for byte, while nothing changes and the day is the same."""
    calendar = calendar_file.empty()
    calendar.add("x-wr-calname", TITLE)
    calendar.add("refresh-interval", _ASK_AGAIN)
    _add(calendar, _appointments(feed, now))
    written: bytes = calendar.to_ical()
    return written


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _add(calendar: Calendar, appointments: Iterable[Appointment]) -> None:
    for appointment in appointments:
        changed = appointment.changed_at or appointment.booked_at or appointment.starts_at
        event = calendar_file.event_of(appointment, summary=TITLE, stamp=changed)
        calendar.add_component(event)


def _appointments(feed: CalendarFeed, now: datetime) -> Iterable[Appointment]:
    today = datetime.combine(now.astimezone(UTC), time.min, UTC)
    theirs = Appointment.objects.filter(counselor=feed.counselor_id)
    # Those that were canceled are told for a while, so that other calendars let go of them.
    told = Q(status__in=[Status.BOOKED, Status.DONE, Status.NO_SHOW])
    told |= Q(status=Status.CANCELED, canceled_at__gte=today - BACK)
    found = theirs.between(today - BACK, today + AHEAD).filter(told)
    return found.order_by("starts_at", "pk")
