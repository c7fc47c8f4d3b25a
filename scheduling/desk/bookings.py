"""Booking at the desk, and why a time can be booked or not."""

from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from clients.models import Case
from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.dashboard import registry
from practice.http import StaffRequest
from practice.models import Counselor, Practice
from practice.wording import spoken_time
from scheduling import booking, explain
from scheduling.availability import Wanted
from scheduling.desk import cases, open_times, typed
from scheduling.desk.appointments import REFUSALS
from scheduling.desk.open_times import Refused
from scheduling.desk.time_forms import BookForm, WhoForm
from scheduling.explain import Refusal, Why
from scheduling.models import Appointment

_KINDS = Appointment.Kind
_MOST_SHOWN = 30
_KEY_DIGITS = 9
_FURTHEST = 2 * typed.FURTHEST
# Who comes isn't known yet: where they will be is asked once it is.
_OF_PLACES = {Why.NO_PLACE, Why.NOT_SERVED, Why.NOT_LICENSED, Why.NOT_LICENSED_THAT_DAY}


@staff(Role.DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: StaffRequest) -> HttpResponse:
    """From a free time: who comes. From a case, or once that is said: when, and where they are."""
    case_id = request.GET.get("case", "")
    return _book_case(request, _case(case_id)) if case_id else _choose_who(request)


@staff(Role.DESK, Role.OWNER)
@require_safe
def why(request: StaffRequest) -> HttpResponse:
    """Whether that time of that counselor can be booked, or each reason why not."""
    counselor, at = asked_counselor(request), asked_time(request)
    context = {
        "counselor": counselor,
        "at": at,
        "answers": answers(request, counselor, at) if counselor and at else [],
    }
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, "desk/_why.html" if is_part else "desk/why.html", context)


def asked_counselor(request: HttpRequest) -> Counselor | None:
    """The counselor whom the address names, where they work here."""
    key = request.GET.get("counselor", "")
    if not (key.isascii() and key.isdecimal() and len(key) <= _KEY_DIGITS):
        return None
    return Counselor.objects.working().select_related("user").filter(pk=key).first()


def asked_time(request: HttpRequest) -> datetime | None:
    """The moment that the address names, over or not."""
    try:
        at = datetime.fromisoformat(request.GET.get("at", ""))
        if at.tzinfo is None or abs(at - clock.now()) > _FURTHEST:
            return None
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


# Why


class Answer(NamedTuple):
    """Whether something of this kind can be booked then."""

    kind: str
    refusals: list[Refusal]


def answers(request: StaffRequest, counselor: Counselor, at: datetime) -> list[Answer]:
    """For a session and for a consultation what speaks against that time."""
    practice = Practice.current()
    minutes = {
        _KINDS.SESSION: practice.session_minutes,
        _KINDS.CONSULTATION: practice.consultation_minutes,
    }
    return [
        Answer(str(kind.label), _refusals(request, counselor, at, kind, timedelta(minutes=length)))
        for kind, length in minutes.items()
    ]


def _refusals(
    request: StaffRequest, counselor: Counselor, at: datetime, kind: str, length: timedelta
) -> list[Refusal]:
    wanted = open_times.wanted(kind, length, [])
    found = explain.why_not(counselor, at, wanted, clock.now(), zone=request.user.zone)
    return [refusal for refusal in found if refusal.why not in _OF_PLACES]


# Who


def _choose_who(request: StaffRequest) -> HttpResponse:
    """The open cases of that counselor by name, and who waits for a time."""
    counselor, at = asked_counselor(request), asked_time(request)
    form = WhoForm(request.POST or None)
    part = form.cleaned_data["name"] if form.is_valid() else ""
    found = cases.named(counselor, part)
    both = (counselor, at) if counselor and at else None
    context = {
        "counselor": counselor,
        "at": at,
        "answers": answers(request, *both) if both else [],
        "form": form,
        "cases": [(row, _address(row.id, at)) for row in found[:_MOST_SHOWN]],
        "more": len(found) > _MOST_SHOWN,
        "part": part,
        "panels": registry.gap.shown_to(request, *both) if both else [],
    }
    return render(request, "desk/book.html", context)


def _address(case_id: UUID, at: datetime | None) -> str:
    asked = {"case": str(case_id)} | ({"at": at.isoformat()} if at else {})
    return f"{reverse('desk:book')}?{urlencode(asked)}"


# A case


def _case(key: str) -> Case:
    try:
        return get_object_or_404(cases.open_cases(), pk=UUID(key))
    except ValueError as error:
        raise Http404 from error


def _book_case(request: StaffRequest, case: Case) -> HttpResponse:
    form = _form(request, case)
    if request.method == "POST":
        refused = _booked_or_refused(request, case, form) if form.is_valid() else None
        if isinstance(refused, Appointment):
            return redirect(_day_of(request, refused))
    else:
        refused = _refused_already(request, case, form)
    _record_reading(request, case)
    context = {
        "case": case,
        "names": cases.names_of(case),
        "form": form,
        "near": sorted(form.open_times),
        "refused": _as_shown(request, form, refused) if refused else None,
    }
    return render(request, "desk/book_case.html", context)


def _form(request: StaffRequest, case: Case) -> BookForm:
    people = list(case.participants.all())
    at = asked_time(request)
    near = at or clock.now()
    places = [str(person.client.state_id) for person in people]
    slots = open_times.nearest(case.counselor, _wanted(places), near, _clients(case))
    return BookForm(
        people,
        slots,
        request.user.zone,
        request.POST if request.method == "POST" else None,
        near=at or (slots[0].starts_at if slots else near),
        initial={"length": Practice.current().session_minutes},
    )


def _wanted(places: list[str], length: timedelta | None = None) -> Wanted:
    usual = timedelta(minutes=Practice.current().session_minutes)
    return open_times.wanted(_KINDS.SESSION, length or usual, places)


def _clients(case: Case) -> list[UUID]:
    return [person.client_id for person in case.participants.all()]


def _booked_or_refused(request: StaffRequest, case: Case, form: BookForm) -> Appointment | Refused:
    try:
        appointment = booking.book_session(
            case=case,
            starts_at=form.moment,
            attending=form.attending(),
            by=trail.staff_actor(request),
            length=form.minutes,
            override=form.cleaned_data["override"],
        )
    except REFUSALS as error:
        places = [person.state.pk for person in form.attending()]
        wanted = _wanted(places, form.minutes)
        return _refusal(request, case, form.moment, wanted, str(error))
    when = spoken_time(appointment.starts_at, request.user.zone)
    messages.success(request, f"Booked: {when}. The people are told.")
    return appointment


def _refused_already(request: StaffRequest, case: Case, form: BookForm) -> Refused | None:
    """Where the time that was clicked can't be had for these people, they see so at once."""
    at = asked_time(request)
    if at is None:
        return None
    places = [str(person.client.state_id) for person in form.people]
    found = _refusal(request, case, at, _wanted(places), "")
    return found if any(found.words) else None


def _refusal(
    request: StaffRequest, case: Case, at: datetime, wanted: Wanted, words: str
) -> Refused:
    return open_times.refusal(
        case.counselor, at, wanted, _clients(case), zone=request.user.zone, words=words
    )


def _as_shown(request: StaffRequest, form: BookForm, refused: Refused) -> dict[str, Any]:
    """With all that was said, so that one click books another time or this one all the same."""
    fields = [form["length"], *chain.from_iterable(form.place_fields())]
    kept = [(field.html_name, field.value() or "") for field in fields]
    return {"time": refused, "kept": kept, "url": request.get_full_path(), "verb": "Book it then"}


def _day_of(request: StaffRequest, appointment: Appointment) -> str:
    day = appointment.starts_at.astimezone(request.user.zone).date()
    return f"{reverse('desk:day')}?day={day:%Y-%m-%d}"


def _record_reading(request: StaffRequest, case: Case) -> None:
    rows = [(person.client, "", person.client_id) for person in case.participants.all()]
    trail.record_all(Verb.READ, rows, by=trail.staff_actor(request), note="booking")
