"""What a client reads, by private link: their own handouts and nobody else's."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from clients.contact.visits import VisitRequest, link_holder
from clients.handouts import answers, assign, layout, pdf, reading_forms
from clients.handouts.assign import HANDOUT, READING
from clients.handouts.models import Assignment, Version
from practice import clock, wording
from practice.audit import trail

_BY_SCRIPT = "application/json"


@link_holder(READING)
@require_safe
def reading_list(request: VisitRequest) -> HttpResponse:
    """All that was given to this person in this case."""
    return render(request, "reading/list.html", {"assignments": _theirs(request)})


@link_holder(READING, HANDOUT)
@require_safe
def handout(request: VisitRequest, assignment_id: UUID) -> HttpResponse:
    """One handout, to read calmly, to answer and to print."""
    assignment = get_object_or_404(_theirs(request), pk=assignment_id)
    assign.mark_opened(assignment, by=trail.client_actor(request, request.client.pk))
    context = {
        **page_of(assignment.version, assignment),
        "has_list": request.link.purpose == READING,
    }
    return render(request, "reading/handout.html", context)


@link_holder(READING, HANDOUT)
@require_safe
def handout_pdf(request: VisitRequest, assignment_id: UUID) -> HttpResponse:
    """The same on paper, under a name that says nothing."""
    assignment = get_object_or_404(_theirs(request), pk=assignment_id)
    assign.mark_opened(assignment, by=trail.client_actor(request, request.client.pk))
    return as_pdf(assignment.version)


@link_holder(READING, HANDOUT)
@require_POST
def save_answers(request: VisitRequest, assignment_id: UUID) -> HttpResponse:
    """Keep what stands in the form; asked by the page's script as people type, or by a button."""
    assignment = get_object_or_404(_theirs(request), pk=assignment_id)
    given = reading_forms.given(assignment.version, request.POST)
    by = trail.client_actor(request, request.client.pk)
    answers.save(assignment, given, by=by)
    if request.headers.get("accept") == _BY_SCRIPT:
        at = wording.clock_time(clock.now(), request.client.zone)
        return JsonResponse({"saved": f"Saved {at}"})
    messages.success(request, "Saved. Only your counselor reads it.")
    return redirect("reading:handout", assignment.pk)


@link_holder(READING, HANDOUT)
@require_POST
def reached(request: VisitRequest, assignment_id: UUID) -> HttpResponse:
    """They came to a further section."""
    assignment = get_object_or_404(_theirs(request), pk=assignment_id)
    sections = len(layout.laid_out(assignment.version.body).sections)
    number = request.POST.get("section", "")
    if number.isascii() and number.isdigit() and len(number) < 4:
        assign.mark_reached(assignment, min(int(number), sections))
    return JsonResponse({"reached": True})


@link_holder(READING, HANDOUT)
@require_POST
def finished(request: VisitRequest, assignment_id: UUID) -> HttpResponse:
    """They have read it. What stands in the form is kept as well."""
    assignment = get_object_or_404(_theirs(request), pk=assignment_id)
    given = reading_forms.given(assignment.version, request.POST)
    answers.save(assignment, given, by=trail.client_actor(request, request.client.pk))
    assign.mark_finished(assignment)
    return redirect("reading:handout", assignment.pk)


def page_of(version: Version, assignment: Assignment | None = None) -> dict[str, Any]:
    """What the page of a handout shows; without an assignment it is a look at it beforehand."""
    kept = reading_forms.kept_answers(assignment) if assignment else {}
    whole = layout.laid_out(version.body)
    last = assignment.reached if assignment and not assignment.finished_at else 0
    return {
        "version": version,
        "assignment": assignment,
        "sections": reading_forms.sections(version, kept),
        "contents": whole.contents,
        "asks": bool(whole.prompts),
        "go_on": next((each for each in whole.sections[1:] if each.number == last), None),
    }


def as_pdf(version: Version) -> HttpResponse:
    """The PDF of a version, to be saved under a neutral name."""
    response = HttpResponse(pdf.of(version), content_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="reading.pdf"'
    return response


def _theirs(request: VisitRequest) -> QuerySet[Assignment]:
    """What this link opens: all of one participant's, or one handout; never another person's."""
    own = Assignment.objects.readable().filter(participant__client=request.client)
    subject = request.link.subject_id
    scope = {"participant": subject} if request.link.purpose == READING else {"pk": subject}
    return own.filter(**scope).select_related("version", "participant")
