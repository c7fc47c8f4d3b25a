"""Moving and canceling sessions, alone or with others of their series: looked at, then saved."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest
from practice.models import Practice
from scheduling import late, series_changes, series_pages, session_scope
from scheduling.booking import ChangedMeanwhile
from scheduling.forms import DecisionsForm, EndForm, ShiftForm, WaysOut, left_out
from scheduling.lifecycle import NotOpen
from scheduling.models import Appointment
from scheduling.occurrences import Preview
from scheduling.series import NothingLeft, Outdated
from scheduling.series_changes import Meant, Scope, Shift, TheyTradePlaces

_NONE_MOVES = "None of them would move. Please choose another time for at least one."
_TRADE = "Two of these would trade places. Please move one of them alone first."
_WAYS_OUT = WaysOut("Leave it where it is", "Move it there all the same")
_TOLD = "People are told of the first one now, and of others that they have heard of."


@staff(Role.COUNSELOR, Role.DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Move a session, and those of its series that go along: all, or none and the reason."""
    session = _session(request, appointment_id)
    if not session_scope.may_be_changed(session):
        return _too_late(request, session)
    form = ShiftForm(session, request.POST or None, **_scope(request, session))
    if not form.is_valid() or "edit" in request.POST:
        return _asking(request, session, form, "scheduling/series_change.html")
    preview = _moving(form.shift(), request.POST)
    if not preview.occurrences:
        form.add_error("at", "That is when it is already.")
        return _asking(request, session, form, "scheduling/series_change.html")
    return _move_or_look(request, form, preview)


def _moving(shift: Shift, data: Mapping[str, str]) -> Preview:
    """Where each would go. Those that are left where they are may be in the way of others."""
    staying: frozenset[Any] = frozenset()
    while True:
        preview = series_changes.preview(shift, staying)
        found = left_out(data, preview)
        if found <= staying:
            return preview
        staying |= found


def _move_or_look(request: StaffRequest, form: ShiftForm, preview: Preview) -> HttpResponse:
    seen, shift = request.POST.get("seen"), form.shift()
    if seen is None:
        return _looking(request, form, preview, _decisions(preview, shift))
    preview = preview.compared_with(seen)
    decisions = _decisions(preview, shift, request.POST)
    if not decisions.is_valid() or preview.changed:
        return _looking(request, form, preview, decisions)
    try:
        actor = trail.staff_actor(request)
        moved = series_changes.move(shift, decisions.decisions, seen, by=actor)
    except (NothingLeft, TheyTradePlaces) as error:
        decisions.add_error(None, _NONE_MOVES if isinstance(error, NothingLeft) else _TRADE)
        return _looking(request, form, preview, decisions)
    except Outdated as error:
        decisions = _decisions(error.preview, shift, request.POST)
        return _looking(request, form, error.preview, decisions, outdated=True)
    messages.success(request, series_pages.moved_words(moved))
    return redirect(session_scope.after(request.user, moved[0]))


def _decisions(
    preview: Preview, shift: Shift, data: Mapping[str, Any] | None = None
) -> DecisionsForm:
    zone = shift.meant.appointment.counselor.zone
    return DecisionsForm(preview, zone, _WAYS_OUT, data)


def _looking(
    request: StaffRequest,
    form: ShiftForm,
    preview: Preview,
    decisions: DecisionsForm,
    *,
    outdated: bool = False,
) -> HttpResponse:
    session, several = form.appointment, len(preview.occurrences) > 1
    zone, clocks = session.counselor.zone, series_pages.clocks_of(session)
    context = {
        **series_pages.looking(preview, decisions, zone, clocks, outdated=outdated),
        "title": "Move these sessions" if several else "Move this session",
        "asked": form,
        "save_label": "Move these" if several else "Move it",
        "told": _TOLD,
        "back_url": session_scope.page_of(request.user, session),
        "desk": request.user.has_role(Role.DESK),
    }
    return render(request, "scheduling/series_preview.html", context)


@staff(Role.COUNSELOR, Role.DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def call_off(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Cancel a session, and those of its series that are meant, after a look at which they are."""
    session = _session(request, appointment_id)
    if not session_scope.may_be_changed(session):
        return _too_late(request, session)
    form = EndForm(session, request.POST or None, **_scope(request, session))
    if not form.is_valid() or "edit" in request.POST:
        return _asking(request, session, form, "scheduling/series_end.html")
    meant, seen, reason = form.meant(), request.POST.get("seen"), form.cleaned_data["reason"]
    if seen is None:
        return _look_at_ends(request, meant, form)
    try:
        ended = series_changes.call_off(meant, reason, seen, by=trail.staff_actor(request))
    except (ChangedMeanwhile, NothingLeft, NotOpen):
        return _look_at_ends(request, meant, form, changed=series_pages.CHANGED)
    messages.success(request, series_pages.canceled_words(ended))
    return redirect(session_scope.after(request.user, ended[0]))


def _look_at_ends(
    request: StaffRequest, meant: Meant, form: EndForm, *, changed: str = ""
) -> HttpResponse:
    found, reason = series_changes.to_call_off(meant), form.cleaned_data["reason"]
    now, practice = clock.now(), Practice.current()
    context = {
        "asked": form,
        "rows": [series_pages.listed(each) for each in found],
        "late": [each for each in found if late.counts_as_late(each, reason, now, practice)],
        "zone": meant.appointment.counselor.zone,
        "seen": series_changes.seen_of(found),
        "changed": changed,
        "back_url": session_scope.page_of(request.user, meant.appointment),
        "desk": request.user.has_role(Role.DESK),
    }
    return render(request, "scheduling/series_end_preview.html", context)


def _asking(
    request: StaffRequest, session: Appointment, form: ShiftForm | EndForm, template: str
) -> HttpResponse:
    context = {
        "appointment": session,
        "zone": session.counselor.zone,
        "form": form,
        "back_url": session_scope.page_of(request.user, session),
        "desk": request.user.has_role(Role.DESK),
    }
    return render(request, template, context)


def _session(request: StaffRequest, appointment_id: UUID) -> Appointment:
    session = get_object_or_404(session_scope.sessions_of(request.user), pk=appointment_id)
    coming = session.attendees.exclude(client=None).values_list("client", flat=True)
    rows = [(session, session.case_id, client) for client in coming]
    trail.record_all(Verb.READ, rows, by=trail.staff_actor(request))
    return session


def _scope(request: StaffRequest, session: Appointment) -> dict[str, Any]:
    """Whether others of its series may go along, and which are chosen at first."""
    found = series_changes.still_to_come(session, Scope.ALL)
    asked = request.GET.get("scope", "")
    return {
        "several": any(each.pk != session.pk for each in found),
        "initial": {"scope": asked} if asked in Scope.values else {},
    }


def _too_late(request: StaffRequest, session: Appointment) -> HttpResponse:
    messages.error(request, "This session can’t be changed any more.")
    return redirect(session_scope.page_of(request.user, session))
