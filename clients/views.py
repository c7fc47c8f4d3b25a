"""The counselor's cases."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients import (
    case_events,
    cases,
    changes,
    divergence,
    goals,
    preparing,
    readiness,
    timeline,
)
from clients.contact import cards, codes
from clients.forms import CourseForm
from clients.looking import CaseLook, open_case, with_people
from clients.models import Case, Participant
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.dashboard import registry
from practice.http import StaffRequest


@staff(Role.COUNSELOR, Role.LEAD)
@require_safe
def case_list(request: StaffRequest) -> HttpResponse:
    """Every case of this counselor, the open ones first."""
    found = (
        Case.objects.for_user(request.user)
        .select_related("concern")
        .prefetch_related(with_people())
        .order_by("-status", "-opened_at")
    )
    return render(request, "clients/case_list.html", {"cases": found})


@staff(Role.COUNSELOR, Role.LEAD)
@require_safe
def case_page(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """One case: its people, and what each app hangs on it."""
    look = _look(request, case_id, before=_before(request))
    # Further back there is only more of the time line.
    page = registry.nothing if look.is_further_back else registry.case
    _look_at_once(look, page)
    look.has_read((look.case, look.case.pk, person.client_id) for person in look.people)
    found = timeline.events(look)
    context = {
        "case": look.case,
        "people": look.people,
        "is_own": look.is_own,
        "panels": page.looked_at(request, look),
        "rows": timeline.rows(found, look.people, request.user.zone),
        "earlier": found[-1].at.isoformat() if len(found) == look.most else "",
        "course": changes.disclosure_set(look.rows(case_events.changes_of)),
        **_work(look),
    }
    return render(request, "clients/case_page.html", context)


@staff(Role.COUNSELOR, Role.LEAD)
@require_safe
def prepare(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """All that one looks at before a session, on one screen and one sheet of paper."""
    look = _look(request, case_id)
    _look_at_once(look, registry.preparing)
    look.has_read((look.case, look.case.pk, person.client_id) for person in look.people)
    found = timeline.events(look)
    since = preparing.since_last_session(found)
    context = {
        "case": look.case,
        "people": look.people,
        "is_own": look.is_own,
        "since": preparing.last_session(found),
        "rows": timeline.rows(since, look.people, request.user.zone),
        "coming": registry.preparing.looked_at(request, look, note="prepare"),
        **_work(look),
    }
    return render(request, "clients/prepare.html", context)


def _look(request: StaffRequest, case_id: UUID, before: datetime | None = None) -> CaseLook:
    case = _case(request, case_id)
    return CaseLook(request.user, case, list(case.participants.all()), before=before)


def _look_at_once(look: CaseLook, page: registry.Page) -> None:
    """Read all that the page will show in one statement."""
    look.load(
        *page.needs(look.user.role),
        *timeline.needs(),
        *readiness.needs(),
        *divergence.needs(),
        goals.open_ones,
        goals.waiting_actions,
    )


def _work(look: CaseLook) -> dict[str, Any]:
    """Where it stands: the plan, what is missing, and where the two go different ways."""
    return {
        "goals": goals.at_work(look),
        "missing": readiness.missing(look),
        "hints": divergence.hints(look),
    }


def _before(request: StaffRequest) -> datetime | None:
    """Where the time line is continued, if an address says so."""
    try:
        given = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        return None
    return given if given and given.tzinfo else None


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def course(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Set the stage, and whether the partner who was hurt knows."""
    case = _own_case(request, case_id)
    if not case.is_affair_recovery:
        raise Http404
    initial = {"stage": case.stage, "disclosure": case.disclosure}
    form = CourseForm(request.POST or None, initial=initial)
    if form.is_valid():
        cases.set_course(case, by=trail.staff_actor(request), **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("cases:page", case.pk)
    return render(request, "clients/course.html", {"case": case, "form": form})


@staff(Role.COUNSELOR)
@require_POST
def enroll(request: StaffRequest, participant_id: UUID) -> HttpResponse:
    """A code to read out in the session; it is shown once and kept as a digest only."""
    participant = _participant(request, participant_id)
    code = codes.enroll(participant.client)
    trail.record(
        Verb.CREATE,
        participant,
        by=trail.staff_actor(request),
        case_id=participant.case_id,
        client_id=participant.client_id,
        note="enrollment code",
    )
    return render(request, "clients/enroll.html", {"participant": participant, "code": code})


@staff(Role.COUNSELOR)
@require_POST
def suspend(request: StaffRequest, participant_id: UUID) -> HttpResponse:
    """Hold back everything to this person, or let messages go again. Nobody is told."""
    participant = _participant(request, participant_id)
    resume = "resume" in request.POST
    (cards.resume if resume else cards.suspend)(participant.client)
    trail.record(
        Verb.CHANGE,
        participant,
        by=trail.staff_actor(request),
        case_id=participant.case_id,
        client_id=participant.client_id,
        note="messages resumed" if resume else "messages suspended",
    )
    words = "Messages may go again." if resume else "Nothing more goes to this person for now."
    messages.success(request, words)
    return redirect("cases:page", participant.case_id)


def _case(request: StaffRequest, case_id: UUID) -> Case:
    case = open_case(request.user, case_id)
    if case is None:
        raise Http404
    return case


def _own_case(request: StaffRequest, case_id: UUID) -> Case:
    """A case of this counselor's own: who stands in or supervises changes nothing of it."""
    case = _case(request, case_id)
    if case.counselor.user_id != request.user.pk:
        raise Http404
    return case


def _participant(request: StaffRequest, participant_id: UUID) -> Participant:
    own = Case.objects.run_by(request.user)
    scope = Participant.objects.filter(case__in=own).select_related("client", "case")
    return get_object_or_404(scope, pk=participant_id)
