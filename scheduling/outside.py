"""Counselors' other calendars: their busy times are read and kept, and nothing else of them.

A calendar is read before anything is changed. What was kept before is replaced as a whole, in one
transaction, or stays as it was.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import structlog
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet

from practice import clock, fetching
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import Counselor, Practice
from scheduling import busy_times, calendar_file
from scheduling.busy_times import Span, Wanted
from scheduling.models import Appointment, BusyTime, OutsideCalendar, Status

log = structlog.get_logger("mendwell.calendars")

LARGEST = 1024 * 1024
MOST = 10
BACK, AHEAD = timedelta(days=1), timedelta(days=366)
FETCH_SECONDS = 10
# The reader's own limit is of working time; this one ends a reader that waits.
_READ_SECONDS = 2 * busy_times.CPU_SECONDS
_TOO_SLOW = busy_times.TOO_MUCH
_SAME_NAME = "You have another calendar of this name. Please choose a different name."
_TOO_MANY = f"We read up to {MOST} calendars for you. Please remove one first."


class Trouble(Exception):
    """Why a calendar can't be read or kept, in words for people."""


def add_file(counselor: Counselor, name: str, content: bytes, *, by: trail.Actor) -> None:
    """Keep the busy times of this file; one of the same name takes the place of the earlier one.

    Raises Trouble, and then all is as it was.
    """
    spans = _busy_times(content, counselor)
    with transaction.atomic():
        Counselor.objects.select_for_update().get(pk=counselor.pk)
        earlier = OutsideCalendar.objects.filter(counselor=counselor, name=name).first()
        if earlier and earlier.address:
            raise Trouble(_SAME_NAME)
        calendar = earlier or _new(counselor, name, "")
        _replace(calendar, spans)
        trail.record(Verb.CHANGE if earlier else Verb.CREATE, calendar, by=by, note="file")


def add_address(counselor: Counselor, name: str, address: str, *, by: trail.Actor) -> None:
    """Read this address now and every hour from now on. Raises Trouble, and then it is not kept."""
    spans = _busy_times(_fetched(address), counselor)
    with transaction.atomic():
        Counselor.objects.select_for_update().get(pk=counselor.pk)
        if OutsideCalendar.objects.filter(counselor=counselor, name=name).exists():
            raise Trouble(_SAME_NAME)
        calendar = _new(counselor, name, address)
        _replace(calendar, spans)
        trail.record(Verb.CREATE, calendar, by=by, note="address")


def _new(counselor: Counselor, name: str, address: str) -> OutsideCalendar:
    if OutsideCalendar.objects.filter(counselor=counselor).count() >= MOST:
        raise Trouble(_TOO_MANY)
    return OutsideCalendar.objects.create(
        counselor=counselor, name=name, address=address, added_at=clock.now()
    )


def remove(calendar: OutsideCalendar, *, by: trail.Actor) -> None:
    """Its busy times no longer stand in the way of anything."""
    with transaction.atomic():
        trail.record(Verb.ERASE, calendar, by=by)
        calendar.delete()


def read_again(calendar: OutsideCalendar) -> None:
    """Read its address. Raises Trouble; what was kept stays then, and why is noted."""
    try:
        spans = _busy_times(_fetched(calendar.address), calendar.counselor)
    except Trouble as trouble:
        OutsideCalendar.objects.filter(pk=calendar.pk).update(trouble=str(trouble))
        raise
    with transaction.atomic():
        # Removed meanwhile, there is nothing to keep.
        if still := OutsideCalendar.objects.select_for_update().filter(pk=calendar.pk).first():
            _replace(still, spans)


def read_all(*, seconds: float) -> dict[str, int]:
    """Read the addresses of those who see people, for so long; counts by what became of them.

    The oldest come first, those with trouble last and in any order: none of them can keep the
    others from being read.
    """
    ends = time.monotonic() + seconds
    counts = {"read": 0, "in trouble": 0, "left": 0}
    for calendar in _to_read():
        counts["left" if time.monotonic() > ends else _tried(calendar)] += 1
    return counts


def _to_read() -> Iterable[OutsideCalendar]:
    kept = OutsideCalendar.objects.filter(counselor__in=Counselor.objects.working())
    kept = kept.select_related("counselor__user")
    addresses = [calendar for calendar in kept.order_by("read_at") if calendar.address]
    troubled = {calendar.pk for calendar in kept.exclude(trouble="").order_by("?")}
    return sorted(addresses, key=lambda calendar: calendar.pk in troubled)


def _tried(calendar: OutsideCalendar) -> str:
    try:
        read_again(calendar)
    except Trouble:
        return "in trouble"
    except Exception as error:  # whatever is wrong with one, the others are read
        log.error("calendar not read", calendar=str(calendar.pk), error=type(error).__name__)
        return "in trouble"
    return "read"


def allowed_hosts() -> list[str]:
    """The hosts that the owner allowed; with none of them, only files are taken."""
    return Practice.current().calendar_hosts.split()


def host_of(calendar: OutsideCalendar) -> str:
    """The host of its address: the rest is as good as a password, and isn't shown again."""
    return urlsplit(calendar.address).hostname or ""


def of(counselor: Counselor) -> QuerySet[OutsideCalendar]:
    """This counselor's other calendars, each with the number of `times` that it keeps."""
    found = OutsideCalendar.objects.filter(counselor=counselor)
    return found.annotate(times=Count("busy_times")).order_by("name")


def overlapped(counselor: Counselor) -> QuerySet[Appointment]:
    """Coming appointments at times that another calendar keeps. Nothing becomes of them by it."""
    kept = BusyTime.objects.filter(
        calendar__counselor=counselor,
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    )
    coming = Appointment.objects.filter(
        Exists(kept), counselor=counselor, status=Status.BOOKED, ends_at__gt=clock.now()
    )
    return coming.order_by("starts_at")


def _fetched(address: str) -> bytes:
    try:
        return fetching.fetch(
            address,
            allowed_hosts=allowed_hosts(),
            limit_bytes=LARGEST,
            seconds=FETCH_SECONDS,
        )
    except (fetching.FetchRefused, fetching.FetchFailed) as error:
        raise Trouble(str(error)) from None


def _busy_times(content: bytes, counselor: Counselor) -> list[Span]:
    """What a program of its own finds in this file: see `busy_times`. Raises Trouble."""
    now = clock.now()
    begins, ends = (now - BACK).timestamp(), (now + AHEAD).timestamp()
    wanted = Wanted(counselor.zone.key, begins, ends, calendar_file.own_domain())
    try:
        reader = subprocess.run(
            [sys.executable, "-I", busy_times.__file__],
            input=json.dumps(asdict(wanted)).encode() + b"\n" + content,
            capture_output=True,
            check=True,
            timeout=_READ_SECONDS,
            env={},  # keys and passwords are none of its business
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise Trouble(_TOO_SLOW) from None
    told = json.loads(reader.stdout)
    if "trouble" in told:
        raise Trouble(told["trouble"])
    return [(_moment(start), _moment(end)) for start, end in told["busy"]]


def _moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def _replace(calendar: OutsideCalendar, spans: list[Span]) -> None:
    calendar.busy_times.all().delete()
    BusyTime.objects.bulk_create(
        (BusyTime(calendar=calendar, starts_at=start, ends_at=end) for start, end in spans),
        batch_size=500,
    )
    calendar.read_at, calendar.trouble = clock.now(), ""
    calendar.save(update_fields=["read_at", "trouble"])
