"""What a client reads, by private link: their own handouts and nobody else's."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from clients.contact.visits import VisitRequest, link_holder
from clients.handouts import assign
from clients.handouts.assign import HANDOUT, READING
from clients.handouts.models import Assignment
from practice.audit import trail


@link_holder(READING)
@require_safe
def reading_list(request: VisitRequest) -> HttpResponse:
    """All that was given to this person in this case."""
    return render(request, "reading/list.html", {"assignments": _theirs(request)})


@link_holder(READING, HANDOUT)
@require_safe
def handout(request: VisitRequest, assignment_id: UUID) -> HttpResponse:
    """One handout, to read calmly and to print."""
    assignment = get_object_or_404(_theirs(request), pk=assignment_id)
    assign.mark_opened(assignment, by=trail.client_actor(request, request.client.pk))
    context = {
        "assignment": assignment,
        "version": assignment.version,
        "has_list": request.link.purpose == READING,
    }
    return render(request, "reading/handout.html", context)


@link_holder(READING, HANDOUT)
@require_POST
def finished(request: VisitRequest, assignment_id: UUID) -> HttpResponse:
    """They have read it."""
    assignment = get_object_or_404(_theirs(request), pk=assignment_id)
    assign.mark_finished(assignment)
    return redirect("reading:handout", assignment.pk)


def _theirs(request: VisitRequest) -> QuerySet[Assignment]:
    """What this link opens: all of one participant's, or one handout; never another person's."""
    own = Assignment.objects.readable().filter(participant__client=request.client)
    subject = request.link.subject_id
    scope = {"participant": subject} if request.link.purpose == READING else {"pk": subject}
    return own.filter(**scope).select_related("version", "participant")
