"""What a counselor gives to one person, what waits for them, and what both partners answered."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.handouts import answers, assign, pacing, propose
from clients.handouts.forms import GiveForm
from clients.handouts.models import Assignment
from clients.models import Case, Participant
from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: StaffRequest, participant_id: UUID) -> HttpResponse:
    """Confirm which of the handouts that fit a person they get, in which order, and when."""
    participant = _participant(request, participant_id)
    form = GiveForm(propose.fitting(participant), request.POST or None)
    if form.is_valid() and _given(request, participant, form):
        messages.success(request, "Confirmed.")
        return redirect("cases:page", participant.case_id)
    waiting = participant.assignments.waiting().select_related("version")
    context = {
        "participant": participant,
        "form": form,
        "waiting": waiting,
        "waits": pacing.waits(participant, clock.now()),
    }
    return render(request, "handouts/give.html", context)


def _given(request: StaffRequest, participant: Participant, form: GiveForm) -> bool:
    chosen = [form.proposals[key].version for key in form.cleaned_data["versions"]]
    try:
        assign.give(
            participant,
            chosen,
            now=form.cleaned_data["when"] == GiveForm.NOW,
            alone=form.cleaned_data.get("alone", False),
            user=request.user,
            by=trail.staff_actor(request),
        )
    except assign.NotForThem:
        form.add_error(None, "One of these is not for this person now. Nothing was given.")
        return False
    return True


@staff(Role.COUNSELOR)
@require_POST
def waiting(request: StaffRequest, assignment_id: UUID) -> HttpResponse:
    """Put what waits for its reader in another place, let it go alone, or take it back."""
    scope = Assignment.objects.for_user(request.user).waiting()
    assignment = get_object_or_404(scope.select_related("participant"), pk=assignment_id)
    by, act = trail.staff_actor(request), request.POST.get("act")
    if act == "take_back":
        assign.take_back(assignment, by=by)
        messages.success(request, "Taken back. It may be given again.")
    elif act in ("up", "down"):
        assign.move(assignment, -1 if act == "up" else 1, by=by)
    return redirect("handouts:give", assignment.participant_id)


@staff(Role.COUNSELOR, Role.LEAD)
@require_safe
def of_case(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Both partners side by side: what they were given, how far they came, what they answered."""
    scope = Case.objects.for_user(request.user).select_related("concern")
    case = get_object_or_404(scope.prefetch_related("participants__client"), pk=case_id)
    people = list(case.participants.all())
    given = _given_in(case)
    rows = [(case, case.pk, person.client_id) for person in people]
    trail.record_all(Verb.READ, rows, by=trail.staff_actor(request), note="handouts and answers")
    columns = [
        {
            "participant": person,
            "given": [each for each in given if each["assignment"].participant_id == person.pk],
        }
        for person in people
    ]
    return render(request, "handouts/of_case.html", {"case": case, "columns": columns})


def _given_in(case: Case) -> list[dict[str, Any]]:
    found = Assignment.objects.given().filter(participant__case=case)
    found = found.select_related("version__handout").prefetch_related("answers")
    return [
        {"assignment": each, "answers": [told for told in answers.of(each) if told.text]}
        for each in found
    ]


def _participant(request: StaffRequest, participant_id: UUID) -> Participant:
    scope = Participant.objects.for_user(request.user)
    scope = scope.select_related("client__card", "case__concern")
    return get_object_or_404(scope, pk=participant_id)
