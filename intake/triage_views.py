"""The inbox of requests, for the front desk and for counselors. Nothing clinical is read here."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.contact import calls, erasing
from intake import ages, asking, gaps, triage
from intake.asking import Filter
from intake.models import ConsultationRequest, DayPart, Status
from intake.staff_forms import AssignForm, DeclineForm, TimesForm
from intake.times import by_day, only_counselor
from intake.triage import NextStep
from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.clock import on_wall_clock
from practice.http import StaffRequest
from practice.models import Counselor, Practice
from scheduling import booking, lifecycle, session_card
from scheduling.availability import OpenDays
from scheduling.explain import Refusal

_ON_A_PAGE = 25
_DAYS_SHOWN = 5
SHOWS = {"open": "Open", "closed": "Declined", "all": "All"}


@staff(Role.DESK, Role.COUNSELOR)
@require_safe
def inbox(request: StaffRequest) -> HttpResponse:
    """Every request that isn't done, the oldest first, each with its age and next step."""
    shown = request.GET.get("show", "open")
    found = _shown(_scope(request), shown).order_by("asked_at", "pk")
    page = Paginator(triage.with_facts(found), _ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [
            _row(asked, step, request)
            for asked, step in zip(page, triage.next_steps(page), strict=True)
        ],
        "show": shown if shown in SHOWS else "open",
        "shows": SHOWS,
    }
    return render(request, "intake/inbox.html", context)


def _scope(request: StaffRequest) -> QuerySet[ConsultationRequest]:
    """The desk's and the counselor's own; a counselor may also take on what nobody has yet."""
    mine = ConsultationRequest.objects.for_user(request.user)
    if request.user.role == Role.COUNSELOR:
        return mine | ConsultationRequest.objects.unassigned()
    return mine


def _shown(requests: QuerySet[ConsultationRequest], show: str) -> QuerySet[ConsultationRequest]:
    closed = Q(status=Status.DECLINED)
    if show == "closed":
        return requests.filter(closed)
    return requests if show == "all" else requests.exclude(closed).filter(case=None)


def _row(asked: ConsultationRequest, step: NextStep, request: StaffRequest) -> dict[str, Any]:
    """What a line shows, made ready here."""
    return {
        "asked": asked,
        "url": _address(asked, request),
        "name": asked.client.name,
        "who": "A couple" if asked.with_partner else "One person",
        "places": " and ".join(dict.fromkeys(code for code, _ in asked.places)),
        "age": ages.words(clock.now() - asked.asked_at),
        "status": asked.standing,
        "step": "Case opened" if asked.case_id else step.words,
        "waits": step.waits or bool(asked.case_id),
    }


def _address(asked: ConsultationRequest, request: StaffRequest) -> str:
    """The page of a request for this person: clinical for its counselor, else the desk's."""
    if request.user.role == Role.COUNSELOR and asked.counselor_id == _own_key(request):
        return reverse("consultations:page", args=[asked.pk])
    return reverse("requests:page", args=[asked.pk])


def _own_key(request: StaffRequest) -> int | None:
    return Counselor.objects.filter(user=request.user).values_list("pk", flat=True).first()


@staff(Role.DESK, Role.COUNSELOR)
@require_safe
def page(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """One request: who asks, how to reach them, when it suits them, and what may be done."""
    asked = _one(request, request_id)
    trail.record(Verb.READ, asked, by=trail.staff_actor(request), client_id=asked.client_id)
    return _show(request, asked)


def _show(request: StaffRequest, asked: ConsultationRequest, **forms: Any) -> HttpResponse:
    counselors = _counselors(asked)
    context = {
        "asked": asked,
        "client": asked.client,
        "step": triage.next_step(asked),
        "same": _possibly_same(request, asked),
        "assign_form": AssignForm(
            counselors,
            initial={"counselor": asked.counselor_id},
            to_read_first=asked.needs_counselor,
        ),
        "decline_form": DeclineForm(),
        "has_counselors": bool(counselors),
        "begun": bool(asked.appointment and lifecycle.has_begun(asked.appointment)),
        "may_act": may_act(request, asked),
        "may_take": request.user.role == Role.COUNSELOR and asked.counselor_id is None,
        **forms,
    }
    return render(request, "intake/request.html", context)


def _counselors(asked: ConsultationRequest) -> list[Counselor]:
    """Who may look after it: those licensed there; to read that somebody isn't safe, anybody."""
    if asked.needs_counselor:
        return list(Counselor.objects.working().select_related("user"))
    return asking.counselors_for(asked.places)


def may_act(request: StaffRequest, asked: ConsultationRequest) -> bool:
    """Whether this person may offer, book or decline now: first a counselor reads what must be."""
    if request.user.role == Role.DESK:
        return not asked.needs_counselor
    return asked.counselor_id is not None and asked.counselor_id == _own_key(request)


def _possibly_same(request: StaffRequest, asked: ConsultationRequest) -> list[ConsultationRequest]:
    """Other requests from the same address or phone, as far as this person may know of them."""
    same = erasing.possibly_same(asked.client)
    return list(_scope(request).filter(client__in=same).select_related("client")[:5])


@staff(Role.COUNSELOR)
@require_POST
def take(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """A counselor looks after a request that nobody has yet."""
    asked = _one(request, request_id)
    own = next((each for each in _counselors(asked) if each.user_id == request.user.pk), None)
    if own is None:
        messages.error(request, "You hold no license in every place of this request.")
        return redirect("requests:page", asked.pk)
    try:
        triage.take(asked, own, by=trail.staff_actor(request))
    except triage.NotNow as error:
        messages.error(request, str(error))
        return redirect("requests:inbox")
    return redirect("consultations:page", asked.pk)


@staff(Role.DESK)
@require_POST
def assign(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """The desk gives a request to a counselor."""
    asked = _one(request, request_id)
    form = AssignForm(_counselors(asked), request.POST, to_read_first=asked.needs_counselor)
    if not form.is_valid():
        return _show(request, asked, assign_form=form)
    try:
        triage.assign(asked, form.cleaned_data["counselor"], by=trail.staff_actor(request))
    except triage.NotNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Assigned.")
    return redirect("requests:page", asked.pk)


@staff(Role.DESK, Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def times(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Open times to offer to them, or one to book for them at once."""
    asked = _one(request, request_id)
    if not may_act(request, asked):
        messages.error(request, "A counselor reads what they answered first.")
        return redirect(_address(asked, request))
    zone = ZoneInfo(asked.client.time_zone)
    found = _open_times(asked, request, zone)
    form = TimesForm(by_day(found.slots, zone), request.POST or None)
    if form.is_valid() and _set_times(request, asked, form):
        return redirect(_address(asked, request))
    context = {
        "asked": asked,
        "client": asked.client,
        "form": form,
        "back": _address(asked, request),
        "only_wishes": "all" not in request.GET,
        "only_counselor": only_counselor(found.slots),
        "most": triage.MOST_OFFERED,
        "later": _later(found, zone),
        "days_later": "since" in request.GET,
    }
    return render(request, "intake/times.html", context)


def _open_times(asked: ConsultationRequest, request: StaffRequest, zone: ZoneInfo) -> OpenDays:
    """Times of its counselor (of all who may, where it has none), as they are wished for."""
    chosen = Filter(
        counselor=asked.counselor_id,
        wishes=_wishes(asked, request),
        since=_since(request, zone),
    )
    return asking.open_days(asked.places, days=_DAYS_SHOWN, chosen=chosen)


def _since(request: StaffRequest, zone: ZoneInfo) -> datetime | None:
    try:
        asked = parse_date(request.GET.get("since", ""))
    except ValueError:
        return None
    near = asked and abs(asked.year - clock.today(zone).year) <= 1
    return on_wall_clock(asked, time.min, zone) if asked and near else None


def _later(found: OpenDays, zone: ZoneInfo) -> str:
    """The day after the last that is shown, where more may follow."""
    if not found.slots or not found.more:
        return ""
    last = found.slots[-1].starts_at.astimezone(zone).date()
    return (last + timedelta(days=1)).isoformat()


def _wishes(asked: ConsultationRequest, request: StaffRequest) -> asking.Wishes | None:
    if "all" in request.GET or not (asked.wished_days or asked.wished_parts):
        return None
    parts = [DayPart(part) for part in asked.wished_parts]
    return asking.Wishes(asked.wished_days, parts)


def _set_times(request: StaffRequest, asked: ConsultationRequest, form: TimesForm) -> bool:
    chosen = [asking.named(value) for value in form.cleaned_data["slots"]]
    actor = trail.staff_actor(request)
    try:
        if request.POST.get("act") == "book":
            triage.accept(asked, *chosen[0], by=actor)
            messages.success(request, "Booked. They are told.")
        else:
            triage.offer(asked, chosen, by=actor)
            messages.success(request, "Offered. The times are kept for them for two days.")
    except booking.SlotTaken:
        form.add_error("slots", "One of these times has just been taken. Please choose again.")
    except (booking.ClientBusy, booking.MayNotMeet, booking.AgainstTheRules) as error:
        form.add_error("slots", str(error))
    except triage.NotNow as error:
        form.add_error(None, str(error))
    return form.is_valid()


@staff(Role.DESK)
@require_POST
def offer_one(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Offer exactly one time, which was open: nobody else is offered it until they have chosen."""
    asked = _one(request, request_id)
    try:
        counselor, starts_at = asking.named(request.POST.get("slot", ""))
        speaks_against = gaps.refusals(asked, counselor, starts_at)
        if not speaks_against:
            actor = trail.staff_actor(request)
            triage.offer(asked, [(counselor, starts_at)], by=actor, only_waiting=True)
    except (ValueError, OverflowError):
        messages.error(request, "Please choose one of our open times.")
    except booking.SlotTaken:
        messages.error(request, "That time has just been taken or offered to somebody else.")
    except (booking.ClientBusy, booking.MayNotMeet, triage.NotNow) as error:
        messages.error(request, str(error))
    else:
        _say_what_came_of_it(request, asked, speaks_against)
    return redirect("requests:page", asked.pk)


def _say_what_came_of_it(
    request: StaffRequest, asked: ConsultationRequest, speaks_against: list[Refusal]
) -> None:
    if speaks_against:
        words = " ".join(refusal.words for refusal in speaks_against)
        messages.error(request, f"Nothing was offered. {words}")
    elif session_card.reach(asked.client, Practice.current()).call_first:
        messages.success(request, "The time is kept for them for two days. Please call them.")
    else:
        messages.success(request, "Offered. The time is kept for them for two days.")


@staff(Role.DESK, Role.COUNSELOR)
@require_POST
def called(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Somebody called the person whom a message didn't reach."""
    asked = _one(request, request_id)
    calls.done(asked.client, by=trail.staff_actor(request))
    messages.success(request, "Noted.")
    return redirect(_address(asked, request))


@staff(Role.DESK, Role.COUNSELOR)
@require_POST
def decline(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """The practice doesn't take it on."""
    asked = _one(request, request_id)
    form = DeclineForm(request.POST)
    if not may_act(request, asked):
        messages.error(request, "A counselor reads what they answered first.")
    elif not form.is_valid():
        messages.error(request, "Please choose a reason from the list.")
    else:
        _decline(request, asked, form)
    return redirect(_address(asked, request))


def _decline(request: StaffRequest, asked: ConsultationRequest, form: DeclineForm) -> None:
    given = form.cleaned_data
    try:
        triage.decline(asked, given["reason"], tell=given["tell"], by=trail.staff_actor(request))
    except triage.NotNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Closed." if not given["tell"] else "Closed. They are told.")


def _one(request: StaffRequest, request_id: UUID) -> ConsultationRequest:
    scope = triage.with_facts(_scope(request)).select_related(
        "client__card", "partner__card", "decline_reason"
    )
    return get_object_or_404(scope, pk=request_id)
