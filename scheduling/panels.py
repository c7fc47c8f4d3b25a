"""What the staff pages show of appointments."""

from datetime import timedelta

from clients.models import Case
from practice import clock
from practice.access.roles import Role
from practice.dashboard import registry
from practice.dashboard.registry import Context
from practice.http import StaffRequest
from scheduling import places
from scheduling.models import Appointment, Status


@registry.today.panel(
    "next",
    title="Who comes next",
    template="scheduling/panel_next.html",
    order=10,
    roles=(Role.COUNSELOR,),
)
def coming(request: StaffRequest) -> Context:
    """Sessions of the coming week, and those that wait to be marked."""
    now = clock.now()
    sessions = (
        Appointment.objects.for_user(request.user)
        .filter(
            kind=Appointment.Kind.SESSION,
            status=Status.BOOKED,
            starts_at__lt=now + timedelta(days=8),
        )
        .select_related("case", "counselor__user")
        .prefetch_related("case__participants__client", "attendees__client")
        .order_by("starts_at")
    )
    shown = list(sessions[:20])
    ahead = [session for session in shown if session.starts_at > now]
    return {"sessions": shown, "now": now, "blocked": places.blocked(ahead)}


@registry.case.panel(
    "sessions",
    title="Sessions",
    template="scheduling/panel_case.html",
    order=10,
    roles=(Role.COUNSELOR,),
)
def sessions(request: StaffRequest, case: Case) -> Context:
    """What is booked, and what took place."""
    found = Appointment.objects.filter(case=case).order_by("-starts_at")[:20]
    return {"case": case, "sessions": found, "now": clock.now()}
