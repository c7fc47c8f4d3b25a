"""Starting a session: where is everybody now, and may they meet?"""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.forms import PlainForm
from practice.http import StaffRequest
from practice.models import TIME_ZONES, State
from scheduling import places, session_scope
from scheduling.models import Appointment, Attendee, Status


class StartForm(PlainForm):
    """Where each of them is right now, as they said when asked."""

    def __init__(self, *args: Any, attendees: list[Attendee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.attendees = attendees
        self.states = {state.code: state for state in State.objects.all()}
        offered = [(code, state.name) for code, state in self.states.items()]
        for each in attendees:
            name = each.client.first_name if each.client else "One more person"
            self.fields[f"state_{each.pk}"] = forms.ChoiceField(
                label=f"Where is {name} right now?", choices=offered, initial=each.state_id
            )
            self.fields[f"zone_{each.pk}"] = forms.ChoiceField(
                label=f"{name}’s clock", choices=TIME_ZONES, initial=each.time_zone
            )

    def said(self) -> list[tuple[Attendee, State, str]]:
        """Who said they are where."""
        told = self.cleaned_data
        return [
            (each, self.states[told[f"state_{each.pk}"]], str(told[f"zone_{each.pk}"]))
            for each in self.attendees
        ]


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Ask each partner where they are; what they say decides, on this very day."""
    booked = session_scope.sessions_of(request.user).filter(status=Status.BOOKED)
    session = get_object_or_404(booked.select_related("case"), pk=appointment_id)
    attendees = list(session.attendees.select_related("client", "state"))
    form = StartForm(request.POST or None, attendees=attendees)
    verdict = None
    if form.is_valid():
        by = trail.staff_actor(request)
        for attendee, state, zone in form.said():
            places.say_where(attendee, state, zone, by)
        verdict = places.verdict(session)
        note = "started" if verdict else "not started: place"
        trail.record(Verb.CHANGE, session, by=by, case_id=session.case_id, note=note)
        if verdict:
            return _begun(request, session)
    context = {"session": session, "form": form, "verdict": verdict}
    return render(request, "scheduling/start.html", context)


def _begun(request: StaffRequest, session: Appointment) -> HttpResponse:
    messages.success(request, "Everybody is where you may meet. You can begin.")
    return redirect("sessions:page", session.pk)
