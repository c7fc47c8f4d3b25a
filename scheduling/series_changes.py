"""Changing sessions of a series: one, one and all later ones, or all that are still to come.

Several that move get a series of their own, with the new hour; what took place, was canceled or
isn't meant stays in the old one. See docs/decisions/0022-series-on-the-wall-clock.md.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.db import models, transaction

from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from scheduling import lifecycle, occurrences, series_notices, turns
from scheduling.booking import ChangedMeanwhile
from scheduling.explain import Refusal, Why
from scheduling.lifecycle import NotOpen
from scheduling.models import Appointment, Series, Status
from scheduling.occurrences import LEAVE_OUT, Asked, Occurrence, Preview
from scheduling.series import (
    REFUSED,
    Decisions,
    NothingLeft,
    Outdated,
    chosen_starts,
    was_moved_by_hand,
)

_CHANGED = (*REFUSED, ChangedMeanwhile, NotOpen)


class Scope(models.TextChoices):
    """Which sessions of a series are meant, seen from one of them."""

    ONE = "one", "Only this session"
    LATER = "later", "This and all later ones"
    ALL = "all", "All that are still to come"


class TheyTradePlaces(Exception):
    """Of two that are to be moved, each would take the other's time."""


@dataclass(frozen=True)
class Meant:
    """A session and how many of its series go with it."""

    appointment: Appointment
    scope: Scope = Scope.ONE
    # Those of the others that somebody put elsewhere go along too.
    with_those_moved_by_hand: bool = False


@dataclass(frozen=True)
class Shift:
    """To this day and hour of the counselor's clock; the others follow in the same rhythm."""

    meant: Meant
    day: date
    at: time


def still_to_come(appointment: Appointment, scope: Scope) -> list[Appointment]:
    """Itself, and those of its series that the scope names and that may still be changed."""
    found = Appointment.objects.filter(status=Status.BOOKED, starts_at__gt=clock.now())
    if scope == Scope.ONE or appointment.series_id is None:
        found = found.filter(pk=appointment.pk)
    else:
        found = found.filter(series=appointment.series_id)
    if scope == Scope.LATER and appointment.series_day:
        found = found.filter(series_day__gte=appointment.series_day)
    found = found.select_related("counselor__user", "series").order_by("starts_at")
    return list(found.prefetch_related("attendees"))


def going_along(meant: Meant, found: Iterable[Appointment]) -> list[Appointment]:
    """Those of them that are to be changed; the others somebody put where they are, and stay."""
    return [
        each
        for each in found
        if each.pk == meant.appointment.pk
        or meant.with_those_moved_by_hand
        or not was_moved_by_hand(each)
    ]


def _take_turns(meant: Meant) -> None:
    turns.take_for(still_to_come(meant.appointment, meant.scope))


# Moving


def preview(shift: Shift, staying: Collection[date] = ()) -> Preview:
    """Where each would go, with what speaks against it. Those that are to stay are in the way."""
    counselor = shift.meant.appointment.counselor
    found = going_along(shift.meant, still_to_come(shift.meant.appointment, shift.meant.scope))
    asked = [
        occurrences.asked_for(
            counselor,
            _new_day(shift, each),
            shift.at,
            length=each.length,
            places=[attendee.state_id for attendee in each.attendees.all()],
            clients=[person.client_id for person in each.attendees.all() if person.client_id],
            appointment=each,
        )
        for each in found
    ]
    asked = [each for each in asked if each.starts_at != _now_at(each)]
    if not asked:
        return Preview(())
    ignored = [each.appointment.pk for each in asked if each.appointment]
    return _beside(occurrences.look(counselor, asked, ignored=ignored), staying)


def move(shift: Shift, decisions: Decisions, seen: str, *, by: trail.Actor) -> list[Appointment]:
    """Move those that can be, and the others as was decided by their new day.

    Raises Outdated where the calendar looks different now, NothingLeft, TheyTradePlaces; then
    nothing is moved.
    """
    staying = staying_by(decisions)
    try:
        with transaction.atomic():
            return _move(shift, staying, decisions, seen, by)
    except _CHANGED as error:
        raise Outdated(preview(shift, staying).compared_with(seen)) from error


def staying_by(decisions: Decisions) -> frozenset[date]:
    """The days on which it was decided to leave things as they are."""
    return frozenset(day for day, decision in decisions.items() if decision == LEAVE_OUT)


def _move(
    shift: Shift, staying: Collection[date], decisions: Decisions, seen: str, by: trail.Actor
) -> list[Appointment]:
    _take_turns(shift.meant)
    fresh = preview(shift, staying).compared_with(seen)
    known = series_notices.known(_there_now(fresh.occurrences))
    moved = [
        lifecycle.move(
            appointment,
            starts_at,
            by,
            override=override,
            version=appointment.version,
        )
        for appointment, starts_at, override in _in_turn(chosen_starts(fresh, decisions))
    ]
    _carry_on(shift, by)
    series_notices.moved(moved, known)
    return moved


def _new_day(shift: Shift, appointment: Appointment) -> date:
    anchor = shift.meant.appointment
    if appointment.pk == anchor.pk or not (appointment.series_day and anchor.series_day):
        return shift.day
    return shift.day + (appointment.series_day - anchor.series_day)


def _now_at(asked: Asked) -> datetime:
    assert asked.appointment
    return asked.appointment.starts_at


def _beside(found: Preview, staying: Collection[date]) -> Preview:
    """The same, where those that stay keep their times from those that move."""
    kept = _there_now(each for each in found.occurrences if each.day in staying)
    return Preview(tuple(_keeping_clear(each, kept) for each in found.occurrences))


def _there_now(found: Iterable[Occurrence]) -> list[Appointment]:
    """The sessions that are to be moved."""
    return [each.appointment for each in found if each.appointment]


def _keeping_clear(occurrence: Occurrence, kept: Sequence[Appointment]) -> Occurrence:
    own = occurrence.appointment
    assert own
    others = [each for each in kept if each.pk != own.pk]
    if not any(_overlaps(own, occurrence.starts_at, each) for each in others):
        return occurrence
    stays = Refusal(Why.TAKEN, "Another session of the series stays at that time.")
    free = tuple(
        start
        for start in occurrence.open_times
        if not any(_overlaps(own, start, each) for each in others)
    )
    return replace(occurrence, refusals=(*occurrence.refusals, stays), open_times=free)


def _overlaps(moving: Appointment, starts_at: datetime, other: Appointment) -> bool:
    """Whether it would take time that the other has now, the pauses counted."""
    busy = moving.busy_until - moving.starts_at
    return starts_at < other.busy_until and other.starts_at < starts_at + busy


_Turn = tuple[Appointment, datetime, str]


def _in_turn(chosen: Iterable[tuple[Occurrence, datetime, str]]) -> Iterator[_Turn]:
    """In such an order that each finds its new time already left by those that are there now.

    Where it can be, its new day too: the calendar may allow so many a day and no more. Raises
    TheyTradePlaces where there is no such order.
    """
    waiting = [(each.appointment, start, why) for each, start, why in chosen if each.appointment]
    while waiting:
        turn = _first_without(_comes_on_a_day_of, waiting) or _first_without(_overlaps, waiting)
        if turn is None:
            raise TheyTradePlaces
        waiting.remove(turn)
        yield turn


def _first_without(
    clash: Callable[[Appointment, datetime, Appointment], bool], waiting: Sequence[_Turn]
) -> _Turn | None:
    return next(
        (
            turn
            for turn in waiting
            if not any(
                clash(turn[0], turn[1], other) for other, _, _ in waiting if other != turn[0]
            )
        ),
        None,
    )


def _comes_on_a_day_of(moving: Appointment, starts_at: datetime, other: Appointment) -> bool:
    zone = moving.counselor.zone
    same_day = starts_at.astimezone(zone).date() == other.starts_at.astimezone(zone).date()
    return same_day or _overlaps(moving, starts_at, other)


def _carry_on(shift: Shift, by: trail.Actor) -> None:
    """Those that are meant go on in a series of their own, with the new hour and their new days.

    Also those that stay where they are: then they are the ones that were put elsewhere by hand.
    """
    anchor = shift.meant.appointment
    if shift.meant.scope == Scope.ONE or anchor.series is None:
        return
    old = anchor.series
    meant = still_to_come(anchor, shift.meant.scope)
    series = Series.objects.create(
        case_id=old.case_id, every_weeks=old.every_weeks, at=shift.at, made_at=clock.now()
    )
    trail.record(Verb.CREATE, series, by=by, case_id=old.case_id, note="moved")
    for appointment in meant:
        appointment.series_day = _new_day(shift, appointment)
        appointment.series = series
    Appointment.objects.bulk_update(meant, ["series", "series_day"])


# Calling off


def seen_of(found: Iterable[Appointment]) -> str:
    """What was shown of these, to be sent along when it is confirmed."""
    return " ".join(f"{each.pk}=v{each.version}" for each in found)


def to_call_off(meant: Meant) -> list[Appointment]:
    """Those that would be called off."""
    return going_along(meant, still_to_come(meant.appointment, meant.scope))


def call_off(meant: Meant, reason: str, seen: str, *, by: trail.Actor) -> list[Appointment]:
    """Call them off, for a reason out of EndReason.

    Raises ChangedMeanwhile where they aren't any more as they were shown (`seen_of`), NothingLeft.
    """
    with transaction.atomic():
        _take_turns(meant)
        found = to_call_off(meant)
        if not found:
            raise NothingLeft
        if seen_of(found) != seen:
            raise ChangedMeanwhile
        known = series_notices.known(found)
        ended = [
            lifecycle.call_off(each, by, reason=reason, version=each.version) for each in found
        ]
        series_notices.called_off(ended, known)
    return ended
