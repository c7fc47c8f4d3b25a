"""Booking sessions, one or a series: looked at first, then booked, all that were chosen or none."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from clients.models import Case
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest
from practice.models import Practice
from scheduling import series, series_pages, session_scope
from scheduling.forms import BookForm, DecisionsForm, WaysOut
from scheduling.models import Appointment
from scheduling.occurrences import Preview
from scheduling.series import NothingLeft, Outdated, Wish

_NOTHING_LEFT = "Nothing would be left to book. Please keep at least one."
_WAYS_OUT = WaysOut("Leave this one out", "Book it all the same")
_TOLD = (
    "People get one message now, about the first. Of each later session they hear two days "
    "before it. On the day before a session, who hasn’t said where they’ll be is asked."
)


@staff(Role.COUNSELOR, Role.DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Book one session or a series for a case."""
    case = get_object_or_404(session_scope.cases_of(request.user), pk=case_id)
    people = list(case.participants.all())
    _record_reading(request, case, case.pk, (person.client_id for person in people))
    form = BookForm(
        people,
        case.counselor.zone,
        request.POST or None,
        initial={"minutes": Practice.current().session_minutes},
    )
    if not form.is_valid() or "edit" in request.POST:
        return _asking(request, case, form)
    wish = _wish(case, form)
    preview = series.preview(wish)
    if preview.hopeless:
        form.add_error(None, " ".join(refusal.words for refusal in preview.hopeless))
        return _asking(request, case, form)
    return _book_or_look(request, wish, form, preview)


def _wish(case: Case, form: BookForm) -> Wish:
    given = form.cleaned_data
    return Wish(
        case=case,
        attending=form.attending(),
        first_day=given["first_day"],
        at=given["at"],
        length=timedelta(minutes=given["minutes"]),
        times=given["times"],
        every_weeks=given["every_weeks"],
    )


def _book_or_look(
    request: StaffRequest, wish: Wish, form: BookForm, preview: Preview
) -> HttpResponse:
    """Show what would be booked; once that was seen, or where there's nothing to see, book it."""
    zone, seen = wish.case.counselor.zone, request.POST.get("seen")
    if seen is None and not series_pages.is_plain(preview):
        return _looking(request, wish, form, preview, _decisions(preview, zone))
    seen = preview.seen if seen is None else seen
    preview = preview.compared_with(seen)
    decisions = _decisions(preview, zone, request.POST)
    if not decisions.is_valid() or preview.changed:
        return _looking(request, wish, form, preview, decisions)
    try:
        sessions = series.book(wish, decisions.decisions, seen, by=trail.staff_actor(request))
    except NothingLeft:
        decisions.add_error(None, _NOTHING_LEFT)
        return _looking(request, wish, form, preview, decisions)
    except Outdated as error:
        decisions = _decisions(error.preview, zone, request.POST)
        return _looking(request, wish, form, error.preview, decisions, outdated=True)
    messages.success(request, series_pages.booked_words(sessions, zone))
    return redirect(session_scope.after(request.user, sessions[0]))


def _decisions(
    preview: Preview, zone: ZoneInfo, data: Mapping[str, Any] | None = None
) -> DecisionsForm:
    return DecisionsForm(preview, zone, _WAYS_OUT, data)


def _looking(
    request: StaffRequest,
    wish: Wish,
    form: BookForm,
    preview: Preview,
    decisions: DecisionsForm,
    *,
    outdated: bool = False,
) -> HttpResponse:
    zone, clocks = wish.case.counselor.zone, series_pages.clocks(wish.attending)
    context = {
        **series_pages.looking(preview, decisions, zone, clocks, outdated=outdated),
        "title": f"Book sessions for {_names(wish.case)}",
        "asked": form,
        "save_label": "Book it" if len(preview.occurrences) == 1 else "Book these",
        "told": _TOLD,
        "back_url": session_scope.case_page(request.user, wish.case.pk),
        "desk": request.user.has_role(Role.DESK),
    }
    return render(request, "scheduling/series_preview.html", context)


def _asking(request: StaffRequest, case: Case, form: BookForm) -> HttpResponse:
    context = {
        "title": f"Book sessions for {_names(case)}",
        "form": form,
        "back_url": session_scope.case_page(request.user, case.pk),
        "desk": request.user.has_role(Role.DESK),
    }
    return render(request, "scheduling/book.html", context)


@staff(Role.COUNSELOR, Role.DESK)
@require_safe
def series_page(request: StaffRequest, series_id: UUID) -> HttpResponse:
    """All sessions of a series, and the ways to change them."""
    found = get_object_or_404(session_scope.series_of(request.user), pk=series_id)
    of_series = session_scope.sessions_of(request.user).filter(series=found)
    sessions = list(of_series.prefetch_related("attendees__client"))
    people = _people(sessions)
    _record_reading(request, found, found.case_id, people)
    context = {
        "series": found,
        "names": " and ".join(people.values()) or "Nobody",
        "rows": [series_pages.listed(each) for each in sessions],
        "next": next((each for each in sessions if session_scope.may_be_changed(each)), None),
        "back_url": session_scope.case_page(request.user, found.case_id),
        "desk": request.user.has_role(Role.DESK),
    }
    return render(request, "scheduling/series_page.html", context)


def _people(sessions: Iterable[Appointment]) -> dict[UUID, str]:
    coming = [attendee for session in sessions for attendee in session.attendees.all()]
    return {each.client.pk: each.client.first_name for each in coming if each.client}


def _names(case: Case) -> str:
    return " and ".join(person.client.first_name for person in case.participants.all())


def _record_reading(
    request: StaffRequest, subject: Model, case_id: UUID, clients: Iterable[UUID]
) -> None:
    rows = [(subject, case_id, client) for client in clients]
    trail.record_all(Verb.READ, rows, by=trail.staff_actor(request))
