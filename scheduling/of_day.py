"""What a counselor's Today reads of appointments."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from clients.models import Cover
from practice.dashboard.looking import Look
from practice.eligibility import Verdict
from practice.models import Counselor, License, State
from scheduling import places
from scheduling.models import Appointment, Attendee, Status

# How long before and after its time a session can be started from Today.
BEFORE, AFTER = timedelta(minutes=45), timedelta(minutes=60)

_AHEAD, _MOST = timedelta(days=8), 20


def coming(look: Look) -> QuerySet[Appointment]:
    """Sessions of the coming week, and those that wait to be marked.

    Without their counselors: `counselors` has the few whose they can be.
    """
    found = _booked(look).filter(starts_at__lt=look.now + _AHEAD).select_related("case")
    told = ("counselor", "status", "starts_at", "ends_at", "began_at", "case__status")
    return found.only(*told)[:_MOST]


def at_hand(look: Look) -> QuerySet[Appointment]:
    """The session of this hour."""
    begins = {"starts_at__gte": look.now - AFTER, "starts_at__lt": look.now + BEFORE}
    return _booked(look).filter(**begins).select_related("case", "counselor__user")[:1]


def _booked(look: Look) -> QuerySet[Appointment]:
    own = Appointment.objects.for_user(look.user)
    # By the counselors, too: else the whole practice's past would be looked through.
    own = own.filter(counselor__in=_counselors(look).values("pk"))
    return own.filter(kind=Appointment.Kind.SESSION, status=Status.BOOKED).order_by("starts_at")


def _counselors(look: Look) -> QuerySet[Counselor]:
    running = Cover.objects.running(look.now).filter(covering__user=look.user)
    return Counselor.objects.filter(Q(user=look.user) | Q(pk__in=running.values("counselor")))


def counselors(look: Look) -> QuerySet[Counselor]:
    """Whoever looks, and those for whom they stand in."""
    return _counselors(look).select_related("user")


def attending(look: Look) -> QuerySet[Attendee]:
    """Where everybody will be who comes to the sessions of the coming week."""
    return _attending(coming(look)).only("appointment", "state")


def attending_at_hand(look: Look) -> QuerySet[Attendee]:
    """Everybody who comes to the session of this hour."""
    return _attending(at_hand(look)).select_related("client__card", "state")


def _attending(sessions: QuerySet[Appointment]) -> QuerySet[Attendee]:
    return Attendee.objects.filter(appointment__in=sessions.values("pk"))


def licenses(look: Look) -> QuerySet[License]:
    """The counselor's, and those of whom they stand in for."""
    return License.objects.filter(counselor__in=_counselors(look).values("pk"))


def served(look: Look) -> QuerySet[State]:
    """Where the practice may meet people."""
    return State.objects.served()


def verdicts(
    look: Look, appointments: Sequence[Appointment], attendees: Sequence[Attendee]
) -> dict[UUID, Verdict]:
    """For each of these whether it may take place."""
    return places.judge(
        appointments,
        served=[state.code for state in look.rows(served)],
        licenses=look.rows(licenses),
        attendees=attendees,
    )
