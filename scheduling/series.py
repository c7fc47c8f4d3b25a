"""Sessions in a rhythm: looked at first, then booked, all that were chosen or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from clients.models import Case
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.clock import on_wall_clock
from scheduling import booking, occurrences, rhythm, series_notices, turns
from scheduling.booking import AgainstTheRules, Attending, ClientBusy, MayNotMeet, SlotTaken
from scheduling.models import Appointment, Series
from scheduling.occurrences import LEAVE_OUT, Decision, Occurrence, Preview

Decisions = Mapping[date, Decision]

# What the database or a rule may still say at the last moment.
REFUSED = (SlotTaken, ClientBusy, MayNotMeet, AgainstTheRules)


class Outdated(Exception):
    """The calendar isn't as it was shown; `preview` is how it is now. Nothing was saved."""

    def __init__(self, preview: Preview) -> None:
        super().__init__("The calendar has changed.")
        self.preview = preview


class NothingLeft(Exception):
    """All of them were left out."""


@dataclass(frozen=True)
class Wish:
    """Sessions that are to be booked: from this day on, at this hour of the counselor's clock."""

    case: Case
    attending: tuple[Attending, ...]
    first_day: date
    at: time
    length: timedelta
    times: int = 1
    every_weeks: int = 1

    @property
    def clients(self) -> list[UUID]:
        return [each.client.pk for each in self.attending if each.client]


def preview(wish: Wish) -> Preview:
    """Every session of it, with what speaks against each."""
    counselor = wish.case.counselor
    days = rhythm.days(wish.first_day, wish.every_weeks, wish.times)
    asked = [
        occurrences.asked_for(
            counselor,
            day,
            wish.at,
            length=wish.length,
            places=[each.state.pk for each in wish.attending],
            clients=wish.clients,
        )
        for day in days
    ]
    return occurrences.look(counselor, asked)


def book(wish: Wish, decisions: Decisions, seen: str, *, by: trail.Actor) -> list[Appointment]:
    """Book those that are open, and the others as was decided by their day.

    `seen` says what was shown before (`Preview.seen`). Several make a series. Raises Outdated
    where the calendar looks different now, NothingLeft; then nothing is booked.
    """
    try:
        with transaction.atomic():
            return _book(wish, decisions, seen, by)
    except REFUSED as error:
        raise Outdated(preview(wish).compared_with(seen)) from error


def _book(wish: Wish, decisions: Decisions, seen: str, by: trail.Actor) -> list[Appointment]:
    turns.take([wish.case.counselor_id], wish.clients)
    fresh = preview(wish).compared_with(seen)
    chosen = chosen_starts(fresh, decisions)
    series = _made(wish) if len(chosen) > 1 else None
    sessions = [
        booking.book_session(
            case=wish.case,
            starts_at=starts_at,
            attending=wish.attending,
            by=by,
            length=wish.length,
            override=override,
            series=series,
            series_day=each.day if series else None,
            # All has been looked at, under the same lock, but what is booked against the rules.
            check_rules=bool(override),
            tell=False,
        )
        for each, starts_at, override in chosen
    ]
    series_notices.booked(sessions)
    if series:
        # Last: whoever writes the record keeps others from it until all is done.
        trail.record(Verb.CREATE, series, by=by, case_id=wish.case.pk)
    return sessions


def chosen_starts(fresh: Preview, decisions: Decisions) -> list[tuple[Occurrence, datetime, str]]:
    """Which of them are to be, when, and with which reason for booking against the rules.

    Raises Outdated where something changed or isn't decided, NothingLeft.
    """
    if fresh.changed:
        raise Outdated(fresh)
    chosen = []
    for each in fresh.occurrences:
        decision = decisions.get(each.day)
        if not each.refusals:
            chosen.append((each, each.starts_at, ""))
        elif decision is None or not _is_possible(each, decision):
            raise Outdated(fresh)
        elif decision != LEAVE_OUT:
            chosen.append((each, decision.at or each.starts_at, decision.override))
    if not chosen:
        raise NothingLeft
    return chosen


def _is_possible(occurrence: Occurrence, decision: Decision) -> bool:
    if decision.at:
        return decision.at in occurrence.open_times
    return not decision.override or occurrence.can_be_overridden


def _made(wish: Wish) -> Series:
    series = Series.objects.create(
        case=wish.case, every_weeks=wish.every_weeks, at=wish.at, made_at=clock.now()
    )
    return series


def nominal_start(appointment: Appointment) -> datetime:
    """When it would begin by its series' rhythm alone. It has a series and a counselor loaded."""
    assert appointment.series
    assert appointment.series_day
    return on_wall_clock(appointment.series_day, appointment.series.at, appointment.counselor.zone)


def was_moved_by_hand(appointment: Appointment) -> bool:
    """Whether it stands elsewhere than its series' rhythm says."""
    return appointment.series is not None and appointment.starts_at != nominal_start(appointment)
