"""A check-in, by private link."""

from collections.abc import Mapping
from contextlib import suppress

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from clients.contact.visits import VisitRequest, link_holder
from clients.models import Case
from practice.audit import trail
from scheduling.followups import checkins
from scheduling.followups.forms import CheckInForm
from scheduling.followups.models import FollowUp
from scheduling.followups.planning import CHECK_IN
from scheduling.models import Appointment, Status


@link_holder(CHECK_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def your_check_in(request: VisitRequest) -> HttpResponse:
    """A few questions; the answers are for the counselor, and stay as they were sent."""
    scope = FollowUp.objects.check_ins().filter(
        participant__client=request.client, participant__case__status=Case.Status.OPEN
    )
    scope = scope.select_related("participant", "question_set")
    follow_up = get_object_or_404(scope, pk=request.link.subject_id)
    context = {"next_session": _next(follow_up), "zone": request.client.time_zone}
    if hasattr(follow_up, "response"):
        return render(request, "followups/thanks.html", context)
    assert follow_up.question_set is not None
    form = CheckInForm(follow_up.question_set, request.POST or None)
    if request.POST and request.POST.get("about") != str(follow_up.pk):
        # A page that somebody else left open in this browser.
        return render(request, "contact/visit_over.html", status=403)
    if form.is_valid():
        return _keep(request, follow_up, form, context)
    return render(
        request, "followups/check_in.html", {**context, "form": form, "about": follow_up.pk}
    )


def _keep(
    request: VisitRequest, follow_up: FollowUp, form: CheckInForm, context: Mapping[str, object]
) -> HttpResponse:
    actor = trail.client_actor(request, request.client.pk)
    # Sent twice from one page: the first answers stand, and the thanks are the same.
    with suppress(checkins.AlreadyAnswered):
        checkins.answer(follow_up, form.given(), form.together(), by=actor)
    return render(request, "followups/thanks.html", context)


def _next(follow_up: FollowUp) -> Appointment | None:
    after = follow_up.session.starts_at
    mine = Appointment.objects.filter(
        case=follow_up.participant.case_id, status=Status.BOOKED, starts_at__gt=after
    )
    return mine.order_by("starts_at").first()
