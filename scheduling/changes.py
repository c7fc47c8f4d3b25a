"""Taking back what was just done: for ten seconds, before anybody is told of it."""

from collections.abc import Mapping
from copy import copy
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from django.db import transaction

from clients.contact.models import Message, State
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import User
from scheduling import estimates, following, notices, pauses, turns
from scheduling.booking import ChangedMeanwhile, refusing_overlap, save_change
from scheduling.following import What
from scheduling.followups import planning
from scheduling.models import Appointment, Change, Status

SECONDS = 10
_A_LITTLE = 2  # between the last moment to take it back and the first to tell anybody


class TooLate(Exception):
    """It can't be taken back any more."""

    def __init__(self) -> None:
        super().__init__("That can’t be undone any more. You can change it by hand.")


def not_before(undoable_by: User | None) -> datetime | None:
    """When people may be told of a change at the earliest; None: at once."""
    return clock.now() + timedelta(seconds=SECONDS + _A_LITTLE) if undoable_by else None


def is_news(appointment: Appointment, before: Appointment | Change) -> bool:
    """Whether those who come must know: another length alone is no other time."""
    is_same = (appointment.starts_at, appointment.counselor_id) == (
        before.starts_at,
        before.counselor_id,
    )
    return not is_same


def keep(
    appointment: Appointment,
    what: Change.What,
    before: Appointment,
    user: User,
    untold: str = "",
    confirmed: Mapping[str, str] = MappingProxyType({}),
) -> Change:
    """Remember how it was; until it can't be taken back any more, nothing that follows it goes."""
    _hold_back_follow_ups(appointment)
    return Change.objects.create(
        appointment=appointment,
        what=what,
        # Before any message was stopped for it: those are what an undo queues again.
        made_at=appointment.changed_at or clock.now(),
        made_by=user,
        counselor=before.counselor,
        starts_at=before.starts_at,
        ends_at=before.ends_at,
        busy_until=before.busy_until,
        override=before.override,
        untold=untold,
        confirmed=dict(confirmed),
        version=appointment.version,
    )


def latest(appointment: Appointment, user: User) -> Change | None:
    """What this person may still take back of what they did to it."""
    since = clock.now() - timedelta(seconds=SECONDS)
    found = Change.objects.filter(appointment=appointment, made_by=user, undone_at=None)
    return found.filter(version=appointment.version, made_at__gt=since).first()


@transaction.atomic
def undo(change: Change, user: User, by: trail.Actor) -> Appointment:
    """Put it back as it was before: nobody is told of the change.

    What was on its way before, and was stopped by it, goes again. Raises TooLate, ChangedMeanwhile
    where somebody changed it since, and SlotTaken or ClientBusy where its old time is gone.
    """
    appointment, change = _to_take_back(change, user)
    was_told = change.what == Change.What.CANCELED or is_news(appointment, change)
    moved_from = copy(appointment)
    _put_back(appointment, change)
    if moved_from.override:
        pauses.give_back(moved_from.counselor, moved_from.starts_at)
    if was_told and not notices.taken_back(appointment, change):
        raise TooLate
    _follow(appointment)
    Change.objects.filter(pk=change.pk).update(undone_at=clock.now())
    trail.record(Verb.CHANGE, appointment, by=by, case_id=appointment.case_id, note="undone")
    return appointment


def locked(appointment_id: UUID) -> Appointment:
    """The appointment as it is now, and stays until this transaction is over."""
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("counselor__user").get(pk=appointment_id)


def _to_take_back(change: Change, user: User) -> tuple[Appointment, Change]:
    following.let_go_first(change.appointment)
    turns.take_for([change.appointment], counselors=[change.counselor_id])
    appointment = locked(change.appointment_id)
    change = Change.objects.select_related("counselor__user").get(pk=change.pk)
    # Asked in its turn: whoever had to wait too long for it is too late.
    ended = clock.now() >= change.made_at + timedelta(seconds=SECONDS)
    if change.made_by_id != user.pk or change.undone_at or ended:
        raise TooLate
    if appointment.version != change.version:
        raise ChangedMeanwhile
    return appointment, change


def _put_back(appointment: Appointment, change: Change) -> None:
    appointment.status, appointment.counselor = Status.BOOKED, change.counselor
    appointment.starts_at, appointment.ends_at = change.starts_at, change.ends_at
    appointment.busy_until, appointment.override = change.busy_until, change.override
    appointment.end_reason, appointment.canceled_at = "", None
    appointment.canceled_late = False
    # A calendar that read the change in between must not take this for older news.
    appointment.sequence += 1
    if appointment.override:
        pauses.make_room(appointment)
    with refusing_overlap(change.starts_at):
        save_change(appointment)
    for key, moment in change.confirmed.items():
        said = datetime.fromisoformat(moment)
        appointment.attendees.filter(pk=key).update(place_confirmed_at=said)


def _follow(appointment: Appointment) -> None:
    planning.replan(appointment)
    if appointment.kind == Appointment.Kind.SESSION:
        estimates.renew(appointment)
    following.tell(appointment, What.UNDONE)


def _hold_back_follow_ups(appointment: Appointment) -> None:
    """What the change brought forward to this moment waits, too, until it can't be undone."""
    until = clock.now() + timedelta(seconds=SECONDS + _A_LITTLE)
    if appointment.case_id:
        Message.objects.filter(
            follow_up__session__case=appointment.case_id,
            state=State.DUE,
            next_try_at__lt=until,
        ).update(next_try_at=until)
