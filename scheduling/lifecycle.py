"""What becomes of an appointment; everything that hangs on it follows in the same transaction."""

from collections.abc import Iterable
from copy import copy
from datetime import datetime, timedelta

from django.db import transaction

from practice import clock
from practice.audit import trail
from practice.audit.models import ActorKind, Verb
from practice.models import Counselor, Practice, User
from scheduling import booking, changes, estimates, following, late, notices, pauses, turns
from scheduling.booking import ChangedMeanwhile, refusing_overlap
from scheduling.following import What
from scheduling.followups import planning
from scheduling.models import Appointment, Change, EndReason, Status


class NotOpen(Exception):
    """It took place, or was called off: it can't be changed any more."""


class NotBegun(Exception):
    """Nobody can say yet what became of it."""


class WrongCounselor(Exception):
    """A session stays with the counselor of its case."""

    def __init__(self) -> None:
        super().__init__("A session stays with the counselor of its case.")


@transaction.atomic
def move(
    appointment: Appointment,
    starts_at: datetime,
    by: trail.Actor,
    *,
    length: timedelta | None = None,
    counselor: Counselor | None = None,
    override: str = "",
    version: int | None = None,
    undoable_by: User | None = None,
) -> Appointment:
    """Give it another time, length, or (a consultation) counselor. The people are told.

    `version`: the one that was looked at. `override`: why (an `Override`), where the calendar's
    rules speak against it. `undoable_by`: this person may take it back for ten seconds, in which
    nobody is told.

    Raises SlotTaken, TimeIsOver, ClientBusy, MayNotMeet, OddTime, AgainstTheRules, NotOpen,
    ChangedMeanwhile, WrongCounselor.
    """
    appointment = _open(appointment, version, others=[counselor] if counselor else [])
    before = copy(appointment)
    length = before.length if length is None else length
    _put(appointment, starts_at, length, counselor or before.counselor)
    _check(appointment, before, override, by)
    if starts_at != before.starts_at:
        appointment.began_at = None
    with refusing_overlap(starts_at):
        appointment.sequence += 1
        booking.save_change(appointment)
    if before.override:
        pauses.give_back(before.counselor, before.starts_at)
    untold, confirmed = "", {}
    if changes.is_news(appointment, before):
        confirmed = _places_confirmed(appointment)
        # Where they said they would be held for the old time; at the new one they may be elsewhere.
        appointment.attendees.update(place_confirmed_at=None)
        untold = notices.moved(appointment, not_before=changes.not_before(undoable_by))
    _follow(appointment, What.MOVED)
    if undoable_by:
        changes.keep(appointment, Change.What.MOVED, before, undoable_by, untold, confirmed)
    _record(appointment, by, "moved")
    booking.record_override(appointment, by)
    return appointment


@transaction.atomic
def call_off(
    appointment: Appointment,
    by: trail.Actor,
    *,
    reason: str = "",
    version: int | None = None,
    undoable_by: User | None = None,
) -> Appointment:
    """It doesn't take place; what was to follow it doesn't go.

    `reason` is an `EndReason`; what clients call off themselves is their own wish. `version` and
    `undoable_by` are as in `move`. Raises NotOpen, ChangedMeanwhile.
    """
    appointment = _open(appointment, version)
    before = copy(appointment)
    reason = reason or (EndReason.CLIENT if by.kind == ActorKind.CLIENT else "")
    now = clock.now()
    appointment.canceled_late = late.counts_as_late(appointment, reason, now, Practice.current())
    appointment.canceled_at = now
    appointment.sequence += 1
    _end(appointment, Status.CANCELED, reason)
    if before.override:
        pauses.give_back(before.counselor, before.starts_at)
    untold = notices.called_off(appointment, not_before=changes.not_before(undoable_by))
    _follow(appointment, What.CANCELED)
    if undoable_by:
        changes.keep(appointment, Change.What.CANCELED, before, undoable_by, untold)
    _record(appointment, by, Status.CANCELED)
    return appointment


@transaction.atomic
def mark_done(
    appointment: Appointment, by: trail.Actor, *, version: int | None = None
) -> Appointment:
    """It took place: a session's follow-ups are planned now. Raises NotOpen, ChangedMeanwhile."""
    appointment = _open(appointment, version)
    _end(appointment, Status.DONE)
    planning.plan_after(appointment)
    following.tell(appointment, What.DONE)
    _record(appointment, by, Status.DONE)
    return appointment


@transaction.atomic
def mark_no_show(
    appointment: Appointment,
    by: trail.Actor,
    *,
    reason: str = "",
    version: int | None = None,
    undoable_by: User | None = None,
) -> Appointment:
    """Nobody came, for a reason (an `EndReason`) where one is known.

    `version` and `undoable_by` are as in `move`. Raises NotOpen, ChangedMeanwhile.
    """
    appointment = _open(appointment, version)
    before = copy(appointment)
    _end(appointment, Status.NO_SHOW, reason)
    if appointment.kind == Appointment.Kind.SESSION:
        estimates.renew(appointment)
    following.tell(appointment, What.NO_SHOW)
    if undoable_by:
        changes.keep(appointment, Change.What.NO_SHOW, before, undoable_by)
    _record(appointment, by, Status.NO_SHOW)
    return appointment


def _open(
    appointment: Appointment, version: int | None, others: Iterable[Counselor] = ()
) -> Appointment:
    """The appointment as it is now, which nobody else can change until this is over."""
    following.let_go_first(appointment)
    known = turns.take_for([appointment], counselors=[each.pk for each in others])
    appointment = changes.locked(appointment.pk)
    if appointment.counselor_id not in known:
        raise ChangedMeanwhile
    if not appointment.is_open:
        raise NotOpen
    if version is not None and version != appointment.version:
        raise ChangedMeanwhile
    return appointment


def _put(
    appointment: Appointment, starts_at: datetime, length: timedelta, counselor: Counselor
) -> None:
    is_session = appointment.kind == Appointment.Kind.SESSION
    if is_session and counselor.pk != appointment.counselor_id:
        raise WrongCounselor
    appointment.counselor = counselor
    appointment.starts_at, appointment.ends_at = starts_at, starts_at + length
    appointment.busy_until = appointment.ends_at + pauses.after(counselor)
    appointment.override = ""


def _check(appointment: Appointment, before: Appointment, override: str, by: trail.Actor) -> None:
    starts_at = appointment.starts_at
    if starts_at != before.starts_at and starts_at <= clock.now():
        raise booking.TimeIsOver(starts_at)
    booking.check_length(appointment.length)
    # What stands at an odd time from before may stay there.
    if appointment.kind == Appointment.Kind.SESSION and starts_at != before.starts_at:
        booking.check_start(starts_at)
    coming = list(appointment.attendees.values_list("state", "client"))
    places = [state for state, _ in coming]
    booking.check_may_meet(appointment.counselor, places, starts_at)
    if booking.is_held_to_rules(by, override):
        clients = [client for _, client in coming if client]
        booking.keep_to_rules(appointment, places, clients, override)


def _places_confirmed(appointment: Appointment) -> dict[str, str]:
    """Who has said that they will be where it was, and when."""
    said = appointment.attendees.exclude(place_confirmed_at=None)
    rows = said.values_list("pk", "place_confirmed_at")
    return {str(key): moment.isoformat() for key, moment in rows if moment}


def _end(appointment: Appointment, status: Status, reason: str = "") -> None:
    appointment.status = status
    appointment.end_reason = EndReason(reason) if reason else ""
    booking.save_change(appointment)


def _follow(appointment: Appointment, what: What) -> None:
    planning.replan(appointment)
    if appointment.kind == Appointment.Kind.SESSION:
        estimates.renew(appointment)
    following.tell(appointment, what)


def _record(appointment: Appointment, by: trail.Actor, note: str) -> None:
    trail.record(Verb.CHANGE, appointment, by=by, case_id=appointment.case_id, note=note)


def has_begun(appointment: Appointment) -> bool:
    """Whether its time has come, or it was begun a little before."""
    return bool(appointment.began_at) or appointment.starts_at <= clock.now()


def check_begun(appointment: Appointment) -> None:
    """Raises NotBegun where it hasn't begun."""
    if not has_begun(appointment):
        raise NotBegun
