"""What the pages about several sessions say of each, made ready here."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.forms import BoundField

from practice import clock
from practice.wording import clock_time, spoken_day, spoken_time, zone_name
from scheduling import rhythm
from scheduling.booking import Attending
from scheduling.forms import DecisionsForm
from scheduling.models import Appointment, Status
from scheduling.occurrences import Occurrence, Preview
from scheduling.series import was_moved_by_hand

_TONES = {
    Status.BOOKED: "calm",
    Status.DONE: "good",
    Status.NO_SHOW: "needs-person",
    Status.CANCELED: "stopped",
}

_A_YEAR = timedelta(days=330)
CHANGED = "The calendar changed while you looked, so nothing was saved. What is new is marked."


@dataclass(frozen=True)
class Clock:
    """Somebody's clock."""

    name: str
    zone: ZoneInfo


@dataclass(frozen=True)
class Row:
    """One session that would be booked or moved."""

    when: str
    clocks: tuple[str, ...]
    notes: tuple[str, ...]
    refusals: tuple[str, ...]
    changed: bool
    do: BoundField | None
    why: BoundField | None


@dataclass(frozen=True)
class Listed:
    """A session that is booked."""

    appointment: Appointment
    when: str
    status: str
    tone: str
    by_hand: bool


def is_plain(preview: Preview) -> bool:
    """Whether there's nothing to look at before booking: one session, open, at an hour that is."""
    if len(preview.occurrences) != 1 or preview.refused:
        return False
    return not preview.occurrences[0].asked.about_the_clock


def clocks(attending: Iterable[Attending]) -> list[Clock]:
    """The clocks of those who would come."""
    return [
        Clock(each.client.first_name, ZoneInfo(each.time_zone)) for each in attending if each.client
    ]


def clocks_of(appointment: Appointment) -> list[Clock]:
    """The clocks of those who come to it."""
    found = appointment.attendees.select_related("client")
    return [Clock(each.client.first_name, each.zone) for each in found if each.client]


def looking(
    preview: Preview,
    decisions: DecisionsForm,
    zone: ZoneInfo,
    clocks: Sequence[Clock],
    *,
    outdated: bool = False,
) -> dict[str, Any]:
    """What the page says that shows all before it is saved."""
    return {
        "form": decisions,
        "rows": rows(preview, decisions, zone, clocks),
        "summary": summary(preview),
        "license_words": license_words(preview),
        "seen": preview.seen,
        "changed": changed_words(preview) if outdated or preview.changed else "",
    }


def rows(
    preview: Preview, decisions: DecisionsForm, zone: ZoneInfo, clocks: Sequence[Clock]
) -> list[Row]:
    """A row for each session, with the fields that ask what to do about it."""
    changes = _clock_changes(preview, zone)
    return [
        Row(
            when=_from_to(each, zone),
            clocks=tuple(_their_clocks(each.starts_at, zone, clocks)),
            notes=tuple(_notes(each, zone, changes)),
            refusals=tuple(refusal.words for refusal in each.refusals),
            changed=each.changed,
            do=_field(decisions, f"do_{each.day}"),
            why=_field(decisions, f"why_{each.day}"),
        )
        for each in preview.occurrences
    ]


def listed(appointment: Appointment) -> Listed:
    """A session as it stands. Its series and counselor are loaded."""
    return Listed(
        appointment=appointment,
        when=spoken_time(appointment.starts_at, appointment.counselor.zone),
        status=appointment.get_status_display(),
        tone=_TONES.get(Status(appointment.status), "calm"),
        by_hand=was_moved_by_hand(appointment) and appointment.is_open,
    )


def summary(preview: Preview) -> str:
    """How many there are, and how many need a decision."""
    count, refused = len(preview.occurrences), len(preview.refused)
    sessions = _sessions(count)
    if not refused:
        return f"{sessions}: {'it is' if count == 1 else 'all are'} open."
    if refused == count:
        none = "it isn’t" if count == 1 else "none is"
        return f"{sessions}: {none} open. Please choose what to do."
    isnt = "1 isn’t" if refused == 1 else f"{refused} aren’t"
    return f"{sessions}: {isnt} open. Please choose what to do about each."


def changed_words(preview: Preview) -> str:
    """That it isn't any more as it was shown, and what is gone; what is new stands with each."""
    gone = ", ".join(f"{day:%A, %b} {day.day}" for day in preview.gone)
    return f"{CHANGED} No longer among these: {gone}." if gone else CHANGED


def license_words(preview: Preview) -> str:
    """From when on the license speaks against all; empty where it doesn't."""
    if preview.license_ends is None:
        return ""
    day, words = preview.license_ends
    since = f"{day:%b} {day.day}{_year(day)}"
    return f"Sessions from {since} on can’t be booked: {' '.join(words)}"


def booked_words(sessions: Sequence[Appointment], zone: ZoneInfo) -> str:
    """What was booked."""
    if len(sessions) == 1:
        return f"Booked: 1 session, {spoken_time(sessions[0].starts_at, zone)}."
    in_order = sorted(each.starts_at for each in sessions)
    first, last = spoken_day(in_order[0], zone), spoken_day(in_order[-1], zone)
    return f"Booked: {len(sessions)} sessions, {first} to {last}."


def moved_words(sessions: Sequence[Appointment]) -> str:
    """What was moved."""
    return f"Moved: {_sessions(len(sessions))}."


def canceled_words(sessions: Sequence[Appointment]) -> str:
    """What was canceled."""
    return f"Canceled: {_sessions(len(sessions))}."


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"


def _field(form: DecisionsForm, name: str) -> BoundField | None:
    return form[name] if name in form.fields else None


def _from_to(occurrence: Occurrence, zone: ZoneInfo) -> str:
    start, end = occurrence.starts_at, occurrence.ends_at
    day = f"{spoken_day(start, zone)}{_year(start.astimezone(zone).date())}"
    return f"{day}, {clock_time(start, zone)} to {clock_time(end, zone)} {zone_name(start, zone)}"


def _year(day: date) -> str:
    """Such as ", 2028": more than a year ahead a day of the year alone could be either."""
    return f", {day.year}" if day > clock.now().date() + _A_YEAR else ""


def _their_clocks(moment: datetime, zone: ZoneInfo, clocks: Iterable[Clock]) -> Iterator[str]:
    """For each whose clock shows something else, what it shows."""
    local = moment.astimezone(zone)
    for each in clocks:
        theirs = moment.astimezone(each.zone)
        if theirs.date() != local.date():
            yield f"{each.name}: {spoken_time(moment, each.zone)}"
        elif theirs.utcoffset() != local.utcoffset():
            shown = f"{clock_time(moment, each.zone)} {zone_name(moment, each.zone)}"
            yield f"{each.name}: {shown}"


def _notes(occurrence: Occurrence, zone: ZoneInfo, changes: set[datetime]) -> Iterator[str]:
    before = occurrence.appointment
    if before:
        yield f"Now on {spoken_time(before.starts_at, zone)}."
    if occurrence.asked.about_the_clock:
        yield occurrence.asked.about_the_clock
    elif occurrence.starts_at in changes:
        yield "The clocks change before this one. It keeps its hour."
    midnight = rhythm.over_midnight(occurrence.starts_at, occurrence.ends_at, zone)
    if midnight:
        yield midnight


def _clock_changes(preview: Preview, zone: ZoneInfo) -> set[datetime]:
    """The starts before which the clock is changed."""
    starts = [each.starts_at for each in preview.occurrences]
    return {
        after for before, after in pairwise(starts) if rhythm.clocks_changed(before, after, zone)
    }
