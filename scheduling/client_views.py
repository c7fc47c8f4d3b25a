"""An appointment as its own people see it, by private link."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from clients.contact.visits import VisitRequest, link_holder
from practice.audit import trail
from practice.audit.models import Verb
from scheduling.models import Attendee
from scheduling.notices import APPOINTMENT


@link_holder(APPOINTMENT)
@require_safe
def your_appointment(request: VisitRequest) -> HttpResponse:
    """When, on the reader's clock, with whom, and how to come. Nothing about anybody else."""
    attendee = get_object_or_404(
        Attendee.objects.select_related("appointment__counselor", "state"),
        client=request.client,
        appointment=request.link.subject_id,
    )
    appointment = attendee.appointment
    actor = trail.client_actor(request, request.client.pk)
    trail.record(Verb.READ, appointment, by=actor, client_id=request.client.pk)
    context = {"appointment": appointment, "attendee": attendee, "zone": attendee.time_zone}
    return render(request, "scheduling/your_appointment.html", context)
