"""Taking time: a hold, a consultation, a session. The database decides who was first."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from clients.contact.models import Message
from clients.models import Case, Client
from practice import clock
from practice.audit import trail
from practice.audit.models import ActorKind, Verb
from practice.eligibility import Reason, may_meet
from practice.models import Counselor, Practice, State
from scheduling import estimates, explain, following, notices, pauses, turns
from scheduling.calendars import Wanted
from scheduling.explain import Refusal, Why
from scheduling.following import What
from scheduling.followups import planning
from scheduling.guards import CLIENT_NO_OVERLAP, NO_OVERLAP
from scheduling.models import Appointment, Attendee, Override, Series, Status
from scheduling.turns import lapse_holds, wait_for_turn

__all__ = ["lapse_holds", "wait_for_turn"]

HOLD = timedelta(minutes=10)
# Nothing lasts less or more, and sessions start on a whole five minutes.
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(minutes=240)
STEP_MINUTES = 5


class SlotTaken(Exception):
    """Somebody else has that time."""

    def __init__(self, starts_at: datetime) -> None:
        super().__init__("That time has just been taken.")
        self.starts_at = starts_at


class TimeIsOver(SlotTaken):
    """That time lies in the past."""

    def __init__(self, starts_at: datetime) -> None:
        super().__init__(starts_at)
        self.args = ("That time is over. Please choose one to come.",)


class OddTime(ValueError):
    """Nothing starts then, or lasts so long; the words say what does."""


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

    def __init__(self) -> None:
        super().__init__("Somebody else changed this one meanwhile. Please look at it again.")


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

    Raises SlotTaken, ClientBusy, MayNotMeet.
    """
    held = _consultation(counselor, starts_at, Status.HOLD)
    held.hold_ends_at = until or clock.now() + HOLD
    return _take(held, attending)


@transaction.atomic
def book_consultation(
    *,
    counselor: Counselor,
    starts_at: datetime,
    attending: Sequence[Attending],
    by: trail.Actor,
    override: str = "",
) -> Appointment:
    """Book a consultation at once, as the staff do.

    Raises SlotTaken, TimeIsOver, ClientBusy, MayNotMeet, and AgainstTheRules where no `override`
    (an `Override`) says why it is booked all the same.
    """
    if starts_at <= clock.now():
        raise TimeIsOver(starts_at)
    appointment = _consultation(counselor, starts_at, Status.BOOKED)
    return _book(appointment, attending, by, override, check=is_held_to_rules(by, override))


@transaction.atomic
def book_session(
    *,
    case: Case,
    starts_at: datetime,
    attending: Sequence[Attending],
    by: trail.Actor,
    length: timedelta | None = None,
    override: str = "",
    series: Series | None = None,
    series_day: date | None = None,
    check_rules: bool = True,
    tell: bool = True,
) -> Appointment:
    """Book one session of a case; what is planned before it moves.

    The staff are held to the calendar's rules unless `check_rules` says that it was done before.
    Without `tell` the caller tells the people, in the same transaction.
    Raises SlotTaken, TimeIsOver, ClientBusy, MayNotMeet, OddTime, and AgainstTheRules where no
    `override` (an `Override`) says why it is booked all the same.
    """
    if length is None:
        length = timedelta(minutes=Practice.current().session_minutes)
    check_start(starts_at)
    check_length(length)
    check = is_held_to_rules(by, override) and (check_rules or bool(override))
    if check and starts_at <= clock.now():
        raise TimeIsOver(starts_at)
    appointment = Appointment(
        kind=Appointment.Kind.SESSION,
        status=Status.BOOKED,
        counselor=case.counselor,
        case=case,
        starts_at=starts_at,
        ends_at=starts_at + length,
        series=series,
        series_day=series_day,
    )
    return _book(appointment, attending, by, override, check=check, tell=tell)


def _consultation(counselor: Counselor, starts_at: datetime, status: Status) -> Appointment:
    return Appointment(
        kind=Appointment.Kind.CONSULTATION,
        status=status,
        counselor=counselor,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=Practice.current().consultation_minutes),
    )


def _book(
    appointment: Appointment,
    attending: Sequence[Attending],
    by: trail.Actor,
    override: str,
    *,
    check: bool,
    tell: bool = True,
) -> Appointment:
    appointment.booked_at, appointment.sequence = clock.now(), 1
    _take(appointment, attending, override, check=check)
    if tell:
        notices.booked(appointment)
    planning.replan(appointment)
    _after_booking(appointment, by)
    return appointment


@transaction.atomic
def confirm(
    held: Appointment, client: Client, by: trail.Actor, *, by_their_own_act: bool = True
) -> Appointment:
    """Turn a hold into this client's booking.

    Only the client is told. A partner has not said yet how it is safe to reach them: `notices.tell`
    tells them once they have. Raises HoldEnded where somebody else has the time, ClientBusy.
    """
    turns.take_for([held], clients=[client.pk])
    held = Appointment.objects.select_for_update(of=("self",), no_key=True).get(pk=held.pk)
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
            save_change(held)
            _give_first_place(held, client)
    except SlotTaken as error:
        raise HoldEnded from error
    notices.tell(held, client, Message.Template.BOOKED, by_their_own_act=by_their_own_act)
    _after_booking(held, by)
    return held


def _give_first_place(held: Appointment, client: Client) -> None:
    first = held.attendees.order_by("pk")[0]
    first.client = client
    first.save(update_fields=["client"])


@transaction.atomic
def let_go(held: Appointment) -> None:
    """Give a held time back."""
    turns.take_for([held])
    Appointment.objects.filter(pk=held.pk, status=Status.HOLD).update(
        status=Status.LAPSED,
        hold_ends_at=None,
        changed_at=clock.now(),
        version=F("version") + 1,
    )


# Parts that what becomes of appointments shares


def check_start(starts_at: datetime) -> None:
    """Raises OddTime where no session starts then; consultations start as their hours do."""
    if starts_at.minute % STEP_MINUTES or starts_at.second or starts_at.microsecond:
        raise OddTime("Please choose a time on a whole five minutes, such as 10:05.")


def check_length(length: timedelta) -> None:
    """Raises OddTime where nothing lasts so long."""
    if not SHORTEST <= length <= LONGEST:
        raise OddTime("An appointment lasts 5 minutes at least and 240 minutes at most.")


def check_may_meet(counselor: Counselor, places: Sequence[str], starts_at: datetime) -> None:
    """Raises MayNotMeet where the counselor may not see people in these places at that time."""
    served = set(State.objects.served().values_list("code", flat=True))
    day = starts_at.astimezone(counselor.zone).date()
    verdict = may_meet(counselor.licenses.all(), places, day, served)
    if not verdict:
        raise MayNotMeet(verdict.reasons)


def is_held_to_rules(by: trail.Actor, override: str) -> bool:
    """Whether the calendar's rules are asked.

    The staff type any time. What clients take was chosen from open times, and the system does only
    what it was told to.
    """
    return bool(override) or by.kind == ActorKind.STAFF


def keep_to_rules(
    appointment: Appointment, places: Sequence[str], clients: Sequence[Any], override: str
) -> None:
    """Ask the calendar's rules about an appointment where it is to be; call it in its turn.

    With an `override` the rules that can give way do, and the appointment says why: the pauses
    around it are shortened. Raises SlotTaken, ClientBusy, AgainstTheRules.
    """
    refusals = _refusals(appointment, places, clients)
    whys = {refusal.why for refusal in refusals}
    if whys & {Why.TAKEN, Why.HELD}:
        raise SlotTaken(appointment.starts_at)
    if Why.CLIENT_BUSY in whys:
        raise ClientBusy(appointment.starts_at)
    against = [refusal for refusal in refusals if refusal.can_be_overridden]
    if against and not override:
        raise AgainstTheRules(against)
    appointment.override = Override(override) if against else ""
    if Why.PAUSE in whys:
        pauses.make_room(appointment)


def _refusals(
    appointment: Appointment, places: Sequence[str], clients: Sequence[Any]
) -> list[Refusal]:
    starts_at = appointment.starts_at
    wanted = Wanted(
        length=appointment.length,
        places=places,
        earliest=starts_at,
        latest=starts_at + datetime.resolution,
        leaving_out=appointment.pk,
        kind=appointment.kind,
    )
    return explain.why_not(appointment.counselor, starts_at, wanted, clock.now(), clients=clients)


def record_override(appointment: Appointment, by: trail.Actor) -> None:
    """Keep who went against the rules, and why, where somebody did."""
    if appointment.override:
        note = f"override:{appointment.override}"
        trail.record(Verb.CHANGE, appointment, by=by, case_id=appointment.case_id, note=note)


def save_change(appointment: Appointment) -> None:
    """Save it as one version more: who has seen the one before is told so."""
    appointment.version += 1
    appointment.changed_at = clock.now()
    appointment.save(force_update=True)


@contextmanager
def refusing_overlap(starts_at: datetime) -> Iterator[None]:
    """Turns the database's refusal of an overlap into SlotTaken or ClientBusy; others pass."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if CLIENT_NO_OVERLAP.name in str(error):
            raise ClientBusy(starts_at) from error
        if NO_OVERLAP.name in str(error):
            raise SlotTaken(starts_at) from error
        raise


def _take(
    appointment: Appointment,
    attending: Sequence[Attending],
    override: str = "",
    *,
    check: bool = False,
) -> Appointment:
    places = [person.state.pk for person in attending]
    clients = [person.client.pk for person in attending if person.client]
    check_may_meet(appointment.counselor, places, appointment.starts_at)
    appointment.busy_until = appointment.ends_at + pauses.after(appointment.counselor)
    appointment.changed_at = clock.now()
    turns.take([appointment.counselor_id], clients)
    if check:
        keep_to_rules(appointment, places, clients, override)
    with refusing_overlap(appointment.starts_at):
        appointment.save(force_insert=True)
        Attendee.objects.bulk_create(_place_of(person, appointment) for person in attending)
    return appointment


def _place_of(person: Attending, appointment: Appointment) -> Attendee:
    return Attendee(
        appointment=appointment,
        client=person.client,
        state=person.state,
        time_zone=person.time_zone,
    )


def _after_booking(appointment: Appointment, by: trail.Actor) -> None:
    if appointment.kind == Appointment.Kind.SESSION:
        estimates.renew(appointment)
    following.tell(appointment, What.BOOKED)
    _record_booking(appointment, by)
    record_override(appointment, by)


def _record_booking(appointment: Appointment, by: trail.Actor) -> None:
    if appointment.case_id:
        trail.record(Verb.CREATE, appointment, by=by, case_id=appointment.case_id)
        return
    coming = appointment.attendees.exclude(client=None)
    rows = [(appointment, "", client) for client in coming.values_list("client", flat=True)]
    trail.record_all(Verb.CREATE, rows or [(appointment, "", "")], by=by)
