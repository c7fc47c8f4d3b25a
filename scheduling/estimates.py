"""The Good Faith Estimate that people are owed before the first session they pay for.

45 CFR 149.610(b)(1)(vi): who books at least ten business days ahead gets it within three business
days of booking; who books at least three ahead, within one. Fewer than three ahead the rule asks
for none, and none is put down: the desk sees nothing. Rescheduling begins the count anew, and who
had an estimate for the former time is owed another.

One covers the sessions that follow, so it is owed once to each person in a case, for their first
session there. First consultations cost nothing and are never counted. This keeps the dates only:
the system knows no prices and sends no estimate.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import Practice, User
from scheduling import business_days
from scheduling.models import Appointment, Attendee, Estimate, Status

# From so many business days ahead on: within so many of booking.
_WITHIN = [(10, 3), (3, 1)]
# What was ended so lately can only be back by an undo: it goes on as if nothing had been.
_AN_UNDO = timedelta(minutes=1)


class Settled(Exception):
    """Somebody has noted it already, or it isn't owed any more."""


def due_on(counted_from: date, session_on: date) -> date | None:
    """Until when an estimate is due for a session booked on that day; None where none is asked."""
    ahead = business_days.between(counted_from, session_on)
    for least, within in _WITHIN:
        if ahead >= least:
            return business_days.add(counted_from, within)
    return None


@transaction.atomic
def renew(appointment: Appointment) -> None:
    """A session was booked, moved, canceled or put back: whose estimate is due when.

    Reads what is so now, so it may be called again at any time. Does nothing for consultations.
    """
    if appointment.kind != Appointment.Kind.SESSION or appointment.case_id is None:
        return
    people = _not_seen_yet(appointment)
    if not people:
        return
    firsts = _first_sessions(appointment.case_id, people)
    rows = _rows(appointment.case_id, people)
    zone, now = Practice.current().zone, clock.now()
    for client_id in people:
        first = firsts.get(client_id)
        # What has just changed counts from now; another that takes its place, from its booking.
        successor = first if first and first.pk != appointment.pk else None
        since = (successor and successor.booked_at) or now
        _renew_for(client_id, first, rows[client_id], zone, since)


def to_send(now: datetime) -> QuerySet[Estimate]:
    """What the desk still has to give, the most pressing first."""
    return _with_names().filter(
        given_at=None,
        ended_at=None,
        appointment__status=Status.BOOKED,
        appointment__starts_at__gt=now,
    )


def given_since(moment: datetime) -> QuerySet[Estimate]:
    """What was noted as given from then on."""
    return _with_names().filter(given_at__gte=moment, ended_at=None).order_by("-given_at")


@transaction.atomic
def give(estimate_id: UUID, *, user: User, by: trail.Actor) -> Estimate:
    """The person has it. Raises Estimate.DoesNotExist and Settled."""
    estimate = Estimate.objects.select_for_update(of=("self",)).get(pk=estimate_id)
    if estimate.given_at or estimate.ended_at:
        raise Settled
    estimate.given_at, estimate.given_by = clock.now(), user
    _record(estimate, "given", by)
    return estimate


@transaction.atomic
def take_back(estimate_id: UUID, *, by: trail.Actor) -> Estimate:
    """It was noted by mistake. Raises Estimate.DoesNotExist, and Settled where another is owed."""
    estimate = Estimate.objects.select_for_update(of=("self",)).get(pk=estimate_id)
    if not estimate.given_at or estimate.ended_at:
        raise Settled
    estimate.given_at = estimate.given_by = None
    try:
        with transaction.atomic():
            _record(estimate, "not given", by)
    except IntegrityError as error:  # it was moved since, and a new one is owed
        raise Settled from error
    return estimate


def _record(estimate: Estimate, note: str, by: trail.Actor) -> None:
    estimate.save(update_fields=["given_at", "given_by"])
    trail.record(Verb.CHANGE, estimate, by=by, client_id=estimate.client_id, note=note)


def _with_names() -> QuerySet[Estimate]:
    """With all that the desk's page shows, and nothing of the case."""
    return Estimate.objects.select_related(
        "client", "given_by", "appointment__counselor__user"
    ).only(
        *("client__name", "counted_from", "due_on", "given_at", "ended_at", "given_by__name"),
        *("appointment__starts_at", "appointment__counselor__public_name"),
        "appointment__counselor__user__time_zone",
    )


def _not_seen_yet(appointment: Appointment) -> list[UUID]:
    """Those at this session for whom none of the case took place yet."""
    seen = Attendee.objects.filter(
        client=OuterRef("client"),
        appointment__case=appointment.case_id,
        appointment__kind=Appointment.Kind.SESSION,
        appointment__status=Status.DONE,
    )
    here = Attendee.objects.filter(appointment=appointment, client__isnull=False)
    found = here.filter(~Exists(seen)).order_by("client").values_list("client", flat=True)
    return [client_id for client_id in found if client_id]


def _first_sessions(case_id: UUID, people: Sequence[UUID]) -> dict[UUID, Appointment]:
    """The first session that is booked for each of them."""
    booked = Attendee.objects.filter(
        appointment__case=case_id,
        appointment__kind=Appointment.Kind.SESSION,
        appointment__status=Status.BOOKED,
    )
    earlier = booked.filter(
        client=OuterRef("client"), appointment__starts_at__lt=OuterRef("appointment__starts_at")
    )
    found = booked.filter(~Exists(earlier), client__in=people).select_related("appointment")
    return {each.client_id: each.appointment for each in found if each.client_id}


def _rows(case_id: UUID, people: Sequence[UUID]) -> dict[UUID, list[Estimate]]:
    rows: dict[UUID, list[Estimate]] = defaultdict(list)
    for each in Estimate.objects.filter(client__in=people, appointment__case=case_id).order_by(
        "made_at", "pk"
    ):
        rows[each.client_id].append(each)
    return rows


def _renew_for(
    client_id: UUID,
    first: Appointment | None,
    rows: Sequence[Estimate],
    zone: ZoneInfo,
    since: datetime,
) -> None:
    answer = _answer(first, rows, zone, clock.now()) if first else None
    _end((row for row in rows if row != answer), clock.now())
    if answer and answer.ended_at:
        Estimate.objects.filter(pk=answer.pk).update(ended_at=None)
    elif first and not answer:
        _owe(client_id, first, zone, since)


def _answer(
    first: Appointment, rows: Sequence[Estimate], zone: ZoneInfo, now: datetime
) -> Estimate | None:
    """The estimate, given or due, that holds for this session on the day that it has."""
    given = [row for row in rows if row.given_at]
    if given and given[-1].appointment_id != first.pk:
        return given[-1]
    day = _day_of(first, zone)
    fitting = [
        row
        for row in rows
        if (row.appointment_id, row.session_on) == (first.pk, day) and _stands(row, now)
    ]
    # One that was given answers before one that is due.
    return max(fitting, key=lambda row: (row.given_at is not None, row.made_at), default=None)


def _stands(row: Estimate, now: datetime) -> bool:
    """Whether it was given, is due, or was ended by a change that is being taken back."""
    return bool(row.given_at) or row.ended_at is None or now - row.ended_at < _AN_UNDO


def _day_of(first: Appointment, zone: ZoneInfo) -> date:
    return first.starts_at.astimezone(zone).date()


def _end(rows: Iterable[Estimate], now: datetime) -> None:
    """These aren't owed any more; those that were given stay given."""
    ended = [row.pk for row in rows if not row.given_at and not row.ended_at]
    if ended:
        Estimate.objects.filter(pk__in=ended).update(ended_at=now)


def _owe(client_id: UUID, first: Appointment, zone: ZoneInfo, since: datetime) -> None:
    counted_from, session_on = since.astimezone(zone).date(), _day_of(first, zone)
    due = due_on(counted_from, session_on)
    if due:
        row = Estimate(
            client_id=client_id,
            appointment=first,
            session_on=session_on,
            counted_from=counted_from,
            due_on=due,
            made_at=clock.now(),
        )
        # Whoever was there first has made it: there is one at a time.
        Estimate.objects.bulk_create([row], ignore_conflicts=True)
