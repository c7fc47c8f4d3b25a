"""Taking time: a hold, a booking, a series. The database decides who was first."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from clients.contact.models import Message
from clients.models import Case, Client
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.clock import on_wall_clock
from practice.eligibility import Reason, may_meet
from practice.models import Counselor, Practice, State
from scheduling import notices
from scheduling.explain import Refusal
from scheduling.followups import planning
from scheduling.guards import NO_OVERLAP
from scheduling.models import Appointment, Attendee, Status

HOLD = timedelta(minutes=10)


class SlotTaken(Exception):
    """Somebody else has that time."""

    def __init__(self, starts_at: datetime) -> None:
        super().__init__("That time has just been taken.")
        self.starts_at = starts_at


class TimeIsOver(SlotTaken):
    """That time lies in the past."""


class MayNotMeet(Exception):
    """The counselor may not see people in these places on that day; `reasons` say why."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(" ".join(str(reason) for reason in reasons))
        self.reasons = tuple(reasons)


class ClientBusy(Exception):
    """Somebody who would come is at another appointment at that time."""

    def __init__(self, starts_at: datetime) -> None:
        super().__init__("Somebody who would come has another appointment at that time.")
        self.starts_at = starts_at


class AgainstTheRules(Exception):
    """The calendar's rules speak against that time; with a reason it can be booked all the same."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(" ".join(refusal.words for refusal in refusals))
        self.refusals = tuple(refusals)


class ChangedMeanwhile(Exception):
    """Somebody else changed the appointment since it was looked at."""


class HoldEnded(Exception):
    """The hold ran out, and the time went to somebody else."""


@dataclass(frozen=True)
class Attending:
    """Somebody who will be there, and where they will be."""

    state: State
    time_zone: str
    client: Client | None = None


@transaction.atomic
def hold(
    *,
    counselor: Counselor,
    starts_at: datetime,
    attending: Sequence[Attending],
    until: datetime | None = None,
) -> Appointment:
    """Keep a consultation time, for ten minutes unless `until` says longer.

    Raises SlotTaken, MayNotMeet.
    """
    held = _consultation(counselor, starts_at, Status.HOLD)
    held.hold_ends_at = until or clock.now() + HOLD
    return _take(held, attending)


@transaction.atomic
def book_consultation(
    *, counselor: Counselor, starts_at: datetime, attending: Sequence[Attending], by: trail.Actor
) -> Appointment:
    """Book a consultation at once, as the staff do. Raises SlotTaken, MayNotMeet."""
    if starts_at <= clock.now():
        raise TimeIsOver(starts_at)
    appointment = _consultation(counselor, starts_at, Status.BOOKED)
    appointment.booked_at, appointment.sequence = clock.now(), 1
    _take(appointment, attending)
    _record_booking(appointment, by)
    notices.booked(appointment)
    return appointment


def _consultation(counselor: Counselor, starts_at: datetime, status: Status) -> Appointment:
    return Appointment(
        kind=Appointment.Kind.CONSULTATION,
        status=status,
        counselor=counselor,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=Practice.current().consultation_minutes),
    )


def _record_booking(appointment: Appointment, by: trail.Actor) -> None:
    rows = [
        (appointment, "", attendee.client_id)
        for attendee in appointment.attendees.exclude(client=None)
    ]
    trail.record_all(Verb.CREATE, rows or [(appointment, "", "")], by=by)


@transaction.atomic
def confirm(
    held: Appointment,
    client: Client,
    by: trail.Actor,
    *,
    partner: Client | None = None,
    by_their_own_act: bool = True,
) -> Appointment:
    """Turn a hold into this client's booking, and their partner's where one comes along.

    Only the client is told. A partner has not said yet how it is safe to reach them: `notices.tell`
    tells them once they have. Raises HoldEnded where somebody else has the time.
    """
    wait_for_turn(held.counselor_id)
    held = Appointment.objects.select_for_update(of=("self",)).get(pk=held.pk)
    if held.status not in (Status.HOLD, Status.LAPSED) or held.starts_at <= clock.now():
        raise HoldEnded
    try:
        places = list(held.attendees.values_list("state", flat=True))
        check_may_meet(held.counselor, places, held.starts_at)
    except MayNotMeet as error:  # a place or a license changed while it was kept
        raise HoldEnded from error
    held.status, held.hold_ends_at, held.booked_at = Status.BOOKED, None, clock.now()
    held.sequence += 1
    try:
        with refusing_overlap(held.starts_at):
            held.save()
    except SlotTaken as error:
        raise HoldEnded from error
    people = [client, partner] if partner else [client]
    for attendee, person in zip(held.attendees.order_by("pk"), people, strict=False):
        Attendee.objects.filter(pk=attendee.pk).update(client=person)
    _record_booking(held, by)
    notices.tell(held, client, Message.Template.BOOKED, by_their_own_act=by_their_own_act)
    return held


def let_go(held: Appointment) -> None:
    """Give a held time back."""
    Appointment.objects.filter(pk=held.pk, status=Status.HOLD).update(
        status=Status.LAPSED, hold_ends_at=None
    )


@transaction.atomic
def book_session(
    *, case: Case, starts_at: datetime, attending: Sequence[Attending], by: trail.Actor
) -> Appointment:
    """Book one session of a case; what is planned before it moves. Raises SlotTaken, MayNotMeet."""
    length = timedelta(minutes=Practice.current().session_minutes)
    appointment = _take(
        Appointment(
            kind=Appointment.Kind.SESSION,
            status=Status.BOOKED,
            counselor=case.counselor,
            case=case,
            starts_at=starts_at,
            ends_at=starts_at + length,
            booked_at=clock.now(),
            sequence=1,
        ),
        attending,
    )
    trail.record(Verb.CREATE, appointment, by=by, case_id=case.pk)
    notices.booked(appointment)
    planning.replan(appointment)
    return appointment


@transaction.atomic
def book_weekly(
    *,
    case: Case,
    first_day: date,
    at: Any,
    times: int,
    attending: Sequence[Attending],
    by: trail.Actor,
) -> list[Appointment]:
    """Book the same hour on the counselor's wall clock in each of `times` weeks: all or none.

    Raises SlotTaken (with the time that is taken) and MayNotMeet.
    """
    zone = case.counselor.zone
    starts = [on_wall_clock(first_day + timedelta(weeks=week), at, zone) for week in range(times)]
    return [
        book_session(case=case, starts_at=start, attending=attending, by=by) for start in starts
    ]


def _take(appointment: Appointment, attending: Sequence[Attending]) -> Appointment:
    check_may_meet(
        appointment.counselor, [person.state.pk for person in attending], appointment.starts_at
    )
    buffer = timedelta(minutes=Practice.current().buffer_minutes)
    appointment.busy_until = appointment.ends_at + buffer
    wait_for_turn(appointment.counselor_id)
    lapse_holds(appointment.counselor_id)
    with refusing_overlap(appointment.starts_at):
        appointment.save(force_insert=True)
    Attendee.objects.bulk_create(
        Attendee(
            appointment=appointment,
            client=person.client,
            state=person.state,
            time_zone=person.time_zone,
        )
        for person in attending
    )
    return appointment


def check_may_meet(counselor: Counselor, places: Sequence[str], starts_at: datetime) -> None:
    """Raises MayNotMeet where the counselor may not see people in these places at that time."""
    served = set(State.objects.served().values_list("code", flat=True))
    day = starts_at.astimezone(counselor.zone).date()
    verdict = may_meet(counselor.licenses.all(), places, day, served)
    if not verdict:
        raise MayNotMeet(verdict.reasons)


def wait_for_turn(counselor_id: int) -> None:
    """Whoever takes time of this counselor waits until the one before is done.

    Who has the time is decided by the guard alone. But PostgreSQL checks it after the row is
    written, so that writers at the same moment would wait for each other and one would be ended.
    """
    turn = Counselor.objects.select_for_update(no_key=True).filter(pk=counselor_id)
    list(turn.values_list("pk"))


def lapse_holds(counselor_id: int) -> None:
    """Give back this counselor's time that holds kept too long; it stands in nobody's way."""
    Appointment.objects.filter(
        counselor=counselor_id, status=Status.HOLD, hold_ends_at__lte=clock.now()
    ).update(status=Status.LAPSED, hold_ends_at=None)


@contextmanager
def refusing_overlap(starts_at: datetime) -> Iterator[None]:
    """Turns the database's refusal of an overlap into SlotTaken; other errors pass."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if NO_OVERLAP.name not in str(error):
            raise
        raise SlotTaken(starts_at) from error
