"""Closing, opening again, handing on, parting, and standing in."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients import closing, covering, ending
from clients.forms import CloseForm, CoverForm, HandOnForm
from clients.models import Case, Cover
from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.http import StaffRequest


@staff(Role.COUNSELOR)
@require_safe
def end(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """The ways in which a case may end or go on, with what speaks against it now."""
    return _page(request, _own(request, case_id), CloseForm())


@staff(Role.COUNSELOR)
@require_POST
def close(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """The work ended, for a reason."""
    case = _own(request, case_id)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, case, form)
    try:
        ending.close(
            case, Case.CloseReason(form.cleaned_data["reason"]), trail.staff_actor(request)
        )
    except ending.Refused as refused:
        return _refused(request, case, refused)
    messages.success(request, "Closed. Nothing more goes out between sessions.")
    return redirect("cases:page", case.pk)


@staff(Role.COUNSELOR)
@require_POST
def reopen(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """They come back."""
    case = _own(request, case_id)
    try:
        ending.reopen(case, trail.staff_actor(request))
    except ending.Refused as refused:
        return _refused(request, case, refused)
    messages.success(request, "Open again. A plan for between the sessions can be chosen anew.")
    return redirect("cases:page", case.pk)


@staff(Role.COUNSELOR)
@require_POST
def separate(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """The couple parts; each goes on alone."""
    case = _own(request, case_id)
    if "sure" not in request.POST:
        messages.error(request, "Please tick first that you want this.")
        return redirect("cases:end", case.pk)
    try:
        ending.separate(case, trail.staff_actor(request))
    except ending.Refused as refused:
        return _refused(request, case, refused)
    messages.success(request, "Each has a case of their own now. Sessions for both are canceled.")
    return redirect("cases:list")


@staff(Role.COUNSELOR)
@require_POST
def hand_on(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Another counselor goes on with it."""
    case = _own(request, case_id)
    form = HandOnForm(request.POST, case=case)
    if not form.is_valid():
        return _page(request, case, CloseForm(), form)
    to = form.cleaned_data["to"]
    try:
        ending.hand_on(case, to, agreed=form.who_agreed, by=trail.staff_actor(request))
    except ending.Refused as refused:
        return _refused(request, case, refused)
    messages.success(request, f"{to} goes on with this case. Your psychotherapy notes stay yours.")
    return redirect("cases:list")


def _refused(request: StaffRequest, case: Case, refused: ending.Refused) -> HttpResponse:
    for reason in refused.reasons:
        messages.error(request, reason)
    return redirect("cases:end", case.pk)


def _page(
    request: StaffRequest, case: Case, form: CloseForm, hand_on_form: HandOnForm | None = None
) -> HttpResponse:
    context = {
        "case": case,
        "form": form,
        "hand_on": hand_on_form or HandOnForm(case=case),
        "obstacles": closing.obstacles(case) if case.is_open else [],
        "is_couple": len(case.participants.all()) > 1,
    }
    return render(request, "clients/end.html", context)


def _own(request: StaffRequest, case_id: UUID) -> Case:
    own = Case.objects.run_by(request.user).select_related("concern", "counselor__user")
    return get_object_or_404(own.prefetch_related("participants__client"), pk=case_id)


# Standing in


@staff(Role.COUNSELOR, Role.LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def covers(request: StaffRequest) -> HttpResponse:
    """Who stands in for whom; sent, one more for some days."""
    form = CoverForm(request.POST or None, user=request.user)
    if form.is_valid():
        told = form.cleaned_data
        covering.grant(
            told["counselor"],
            told["covering"],
            first_day=told["first_day"],
            last_day=told["last_day"],
            notes=told["notes"],
            user=request.user,
            by=trail.staff_actor(request),
        )
        messages.success(request, "Saved. It ends by itself after the last day.")
        return redirect("cases:covers")
    to_come = Cover.objects.to_come(clock.now()).select_related("counselor", "covering")
    context = {
        "form": form,
        "granted": to_come.for_user(request.user),
        "standing_in": to_come.filter(covering__user=request.user),
    }
    return render(request, "clients/covers.html", context)


@staff(Role.COUNSELOR, Role.LEAD)
@require_POST
def end_cover(request: StaffRequest, cover_id: UUID) -> HttpResponse:
    """Over before its time."""
    cover = Cover.objects.for_user(request.user).filter(pk=cover_id).first()
    if cover is None:
        raise Http404
    covering.end(cover, trail.staff_actor(request))
    messages.success(request, "It is over.")
    return redirect("cases:covers")
