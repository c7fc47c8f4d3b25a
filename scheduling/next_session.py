"""The session that is about to begin, and the next one of a case, on the counselor's pages."""

from datetime import timedelta

from clients.models import Case
from practice import clock
from practice.access.roles import Role
from practice.dashboard import registry
from practice.dashboard.registry import Context
from practice.http import StaffRequest
from scheduling import session_card
from scheduling.models import Appointment, Status

# How long before and after its time a session can be started from Today.
BEFORE, AFTER = timedelta(minutes=45), timedelta(minutes=60)


@registry.today.panel(
    "now",
    title="About to begin",
    template="scheduling/panel_now.html",
    order=3,
    roles=(Role.COUNSELOR,),
)
def about_to_begin(request: StaffRequest) -> Context | None:
    """The session of this hour, with everything one needs right before it."""
    now = clock.now()
    session = (
        Appointment.objects.for_user(request.user)
        .filter(kind=Appointment.Kind.SESSION, status=Status.BOOKED)
        .between(now - AFTER, now + BEFORE)
        .select_related("case", "counselor__user")
        .order_by("starts_at")
        .first()
    )
    if session is None:
        return None
    return {"session": session, "card": session_card.card(session)}


@registry.preparing.panel(
    "next",
    title="The next session",
    template="scheduling/panel_prepare.html",
    order=10,
    roles=(Role.COUNSELOR,),
)
def next_of(request: StaffRequest, case: Case) -> Context:
    """When it is, on whose clock, and where everybody will be."""
    coming = Appointment.objects.for_user(request.user).filter(case=case, status=Status.BOOKED)
    session = (
        coming.filter(starts_at__gt=clock.now() - AFTER)
        .select_related("counselor__user")
        .order_by("starts_at")
        .first()
    )
    return {"session": session, "card": session_card.card(session) if session else None}
