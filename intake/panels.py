"""What the dashboard shows of consultations."""

from datetime import timedelta

from django.db.models import Q

from intake.models import ConsultationRequest
from practice import clock
from practice.access.roles import Role
from practice.dashboard import registry
from practice.dashboard.registry import Context
from practice.http import StaffRequest
from scheduling.models import Status


@registry.today.panel(
    "consultations",
    title="Consultations",
    template="intake/panel_consultations.html",
    order=15,
    roles=(Role.COUNSELOR,),
)
def consultations(request: StaffRequest) -> Context:
    """Those to come, and those that were held and wait for a case to be opened."""
    now = clock.now()
    to_come = Q(appointment__status=Status.BOOKED)
    waiting = Q(
        appointment__status=Status.DONE,
        case=None,
        appointment__starts_at__gte=now - timedelta(days=30),
    )
    found = (
        ConsultationRequest.objects.for_user(request.user)
        .filter(to_come | waiting)
        .select_related("client", "appointment")
        .order_by("appointment__starts_at")
    )
    return {"requests": found[:20], "today": clock.today(request.user.zone)}
