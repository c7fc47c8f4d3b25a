"""A check-in, by private link."""

from collections.abc import Mapping
from contextlib import suppress

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.contact.visits import VisitRequest, link_holder
from clients.models import Case
from practice.audit import trail
from practice.audit.models import Verb
from scheduling.followups import checkins
from scheduling.followups.forms import CheckInForm
from scheduling.followups.models import FollowUp, Response
from scheduling.followups.planning import CHECK_IN, LINE
from scheduling.models import Appointment, Status


@link_holder(CHECK_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def your_check_in(request: VisitRequest) -> HttpResponse:
    """A few questions; the answers are for the counselor, and stay as they were sent."""
    follow_up = _asked(request)
    context = {"next_session": _next(follow_up), "zone": request.client.time_zone}
    if hasattr(follow_up, "response"):
        return _thanks(request, follow_up.response, context)
    assert follow_up.question_set is not None
    typed = checkins.typed_so_far(follow_up) if not request.POST else {}
    form = CheckInForm(follow_up.question_set, request.POST or None, initial=typed)
    if request.POST and request.POST.get("about") != str(follow_up.pk):
        # A page that somebody else left open in this browser.
        return render(request, "contact/visit_over.html", status=403)
    if "later" in request.POST:
        with suppress(checkins.AlreadyAnswered):
            checkins.keep_draft(follow_up, form.typed())
        return render(request, "followups/kept.html", context)
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
    return _thanks(request, Response.objects.get(follow_up=follow_up), context)


def _thanks(
    request: VisitRequest, response: Response, context: Mapping[str, object]
) -> HttpResponse:
    # Who wrote of danger reads at once where help is, whatever has become of the flag since.
    needs_help = hasattr(response, "flag")
    return render(request, "followups/thanks.html", {**context, "needs_help": needs_help})


@link_holder(CHECK_IN)
@require_POST
def keep_draft(request: VisitRequest) -> HttpResponse:
    """What is typed so far, sent by the page itself a moment after the last key."""
    follow_up = _asked(request)
    if request.POST.get("about") != str(follow_up.pk):
        return HttpResponse(status=403)
    assert follow_up.question_set is not None
    with suppress(checkins.AlreadyAnswered):
        checkins.keep_draft(follow_up, CheckInForm(follow_up.question_set, request.POST).typed())
    return HttpResponse("Kept")


@link_holder(LINE)
@require_safe
def your_line(request: VisitRequest) -> HttpResponse:
    """A few kind words."""
    scope = FollowUp.objects.filter(
        participant__client=request.client, participant__case__status=Case.Status.OPEN
    )
    follow_up = get_object_or_404(
        scope.select_related("line", "participant").exclude(line=None), pk=request.link.subject_id
    )
    person = follow_up.participant
    trail.record(
        Verb.READ,
        follow_up,
        by=trail.client_actor(request, request.client.pk),
        case_id=person.case_id,
        client_id=person.client_id,
    )
    return render(request, "followups/line.html", {"line": follow_up.line})


def _asked(request: VisitRequest) -> FollowUp:
    scope = FollowUp.objects.check_ins().filter(
        participant__client=request.client, participant__case__status=Case.Status.OPEN
    )
    scope = scope.select_related("participant__case__counselor__user", "question_set")
    return get_object_or_404(scope, pk=request.link.subject_id)


def _next(follow_up: FollowUp) -> Appointment | None:
    after = follow_up.session.starts_at
    mine = Appointment.objects.filter(
        case=follow_up.participant.case_id, status=Status.BOOKED, starts_at__gt=after
    )
    return mine.order_by("starts_at").first()
