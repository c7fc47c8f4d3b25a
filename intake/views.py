"""Asking for a complimentary consultation: where, when, who."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from intake import asking
from intake.asking import AboutYou, Place
from intake.forms import AboutYouForm, TimeForm, WhereForm
from practice import clock
from practice.access.budget import Budget
from practice.access.gate import public
from practice.audit import trail
from practice.models import State
from practice.wording import zone_name
from scheduling import booking
from scheduling.availability import Slot
from scheduling.forms import by_day
from scheduling.models import Appointment, Status

_KEY = "asking"
# A household or an office asks once or twice; a flood must not take every open time.
_HOLDS = Budget("holds", times=30, seconds=60 * 60)
_REQUESTS = Budget("requests", times=10, seconds=24 * 60 * 60)
_WAIT = "There were many requests from your connection. Please wait a while, or call us."
_DAYS_SHOWN = 3


@public
@require_http_methods(["GET", "HEAD", "POST"])
def where(request: HttpRequest) -> HttpResponse:
    """Where each person will be. Elsewhere: a kind answer at once, and nothing is kept."""
    form = WhereForm(request.POST or None)
    if not form.is_valid():
        return render(request, "intake/where.html", {"form": form})
    elsewhere = form.not_served()
    if elsewhere:
        context = {
            "elsewhere": elsewhere,
            "with_partner": form.cleaned_data["with_partner"] == "yes",
            "one_is_served": len(elsewhere) == 1
            and len(form.places()) == 2
            and form.places()[0][0] != form.places()[1][0],
            "served": State.objects.served(),
        }
        return render(request, "intake/elsewhere.html", context)
    _let_go(request)
    request.session[_KEY] = {"places": form.places()}
    return redirect("intake:when")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def when(request: HttpRequest) -> HttpResponse:
    """One real open time, on the visitor's own clock; it is then held for ten minutes."""
    places = _places(request)
    if not places:
        return redirect("intake:where")
    held = _hold(request)
    own = held.pk if held and held.status == Status.HOLD else None
    slots = asking.open_times(places, leaving_out=own)
    zone = ZoneInfo(places[0][1])
    form = TimeForm(by_day(slots, zone, name_counselor=True), request.POST or None)
    if form.is_valid() and _held(request, form.cleaned_data["slot"], places, form):
        return redirect("intake:about-you")
    return render(request, "intake/when.html", _week(request, form, slots, zone))


def _week(
    request: HttpRequest, form: TimeForm, slots: list[Slot], zone: ZoneInfo
) -> dict[str, Any]:
    """A few open days at a time; all are accepted, some are shown."""
    days = list(dict.fromkeys(slot.starts_at.astimezone(zone).date() for slot in slots))
    page = request.GET.get("page", "0")
    first = int(page) * _DAYS_SHOWN if page.isdecimal() and len(page) < 4 else 0
    shown = set(days[first : first + _DAYS_SHOWN])
    some = [slot for slot in slots if slot.starts_at.astimezone(zone).date() in shown]
    form.offer("slot", by_day(some, zone, name_counselor=True))
    return {
        "form": form,
        "zone_words": zone_name(slots[0].starts_at if slots else clock.now(), zone),
        "earlier": first // _DAYS_SHOWN - 1 if first else None,
        "later": first // _DAYS_SHOWN + 1 if first + _DAYS_SHOWN < len(days) else None,
    }


@public
@require_http_methods(["GET", "HEAD", "POST"])
def about_you(request: HttpRequest) -> HttpResponse:
    """Who asks and how to reach them. If the held time is gone, another is chosen here."""
    if "booked" in request.session.get(_KEY, {}):
        return redirect("intake:booked")  # sent twice, or come back to
    places = _places(request)
    held = _hold(request)
    if not places or held is None:
        return redirect("intake:where")
    if held.status == Status.BOOKED:
        return _is_booked(request, held, places)
    form = AboutYouForm(request.POST or None)
    if not _still_ours(held):
        form.ask_for_time(_nearest(held, places))
    if form.is_valid():
        answer = _ask(request, form, held, places)
        if answer:
            return answer
    context = {"form": form, "held": held, "zone": places[0][1], "minutes": _minutes_left(held)}
    return render(request, "intake/about_you.html", context)


def _ask(
    request: HttpRequest, form: AboutYouForm, held: Appointment, places: list[Place]
) -> HttpResponse | None:
    if _REQUESTS.is_spent(request):
        form.add_error(None, _WAIT)
        return None
    chosen = form.cleaned_data.get("slot")
    if chosen:
        taken = _held(request, chosen, places, form)
        again = _hold(request)
        if not taken or again is None:
            return None
        held = again
    try:
        asking.ask(held, _about(form), places, by=trail.client_actor(request, ""))
    except booking.HoldEnded:
        held.refresh_from_db(fields=["status"])
        if held.status == Status.BOOKED:
            return _is_booked(request, held, places)
        form.ask_for_time(_nearest(held, places))
        form.add_error("slot", "That time has just been taken. These are still open.")
        return None
    _REQUESTS.spend(request)
    return _is_booked(request, held, places)


def _is_booked(request: HttpRequest, held: Appointment, places: list[Place]) -> HttpResponse:
    """What this visitor held is theirs now: nobody else could have confirmed it."""
    request.session[_KEY] = {"booked": str(held.pk), "zone": places[0][1]}
    return redirect("intake:booked")


@public
@require_safe
def booked(request: HttpRequest) -> HttpResponse:
    """It is booked: when, with whom, and what happens next."""
    asked = request.session.get(_KEY, {})
    found = Appointment.objects.select_related("counselor").filter(pk=asked.get("booked"))
    appointment = found.first()
    if appointment is None:
        return redirect("intake:where")
    context = {"appointment": appointment, "zone": asked["zone"]}
    return render(request, "intake/booked.html", context)


def _about(form: AboutYouForm) -> AboutYou:
    given = form.cleaned_data
    return AboutYou(
        name=given["name"],
        email=given["email"],
        phone=given["phone"],
        safe_hours=form.named_hours(),
        code=given["code"],
        concern=given["concern"],
        words=given["words"],
    )


def _held(
    request: HttpRequest, value: str, places: list[Place], form: TimeForm | AboutYouForm
) -> bool:
    """Hold that time in place of the one before; where it is gone, say so beside the times."""
    if _HOLDS.is_spent(request):
        form.add_error("slot", _WAIT)
        return False
    _HOLDS.spend(request)
    try:
        with transaction.atomic():
            # First what they held before: it may be the same time, or one too near to it.
            _let_go(request)
            held = asking.hold(value, places)
    except booking.SlotTaken:
        form.add_error("slot", "That time has just been taken. These are still open.")
        return False
    except booking.MayNotMeet as error:
        form.add_error("slot", str(error))
        return False
    request.session[_KEY] = {"places": places, "hold": str(held.pk)}
    return True


def _let_go(request: HttpRequest) -> None:
    before = _hold(request)
    if before:
        booking.let_go(before)


def _places(request: HttpRequest) -> list[Place]:
    return [(code, zone) for code, zone in request.session.get(_KEY, {}).get("places", [])]


def _hold(request: HttpRequest) -> Appointment | None:
    key = request.session.get(_KEY, {}).get("hold")
    if not key:
        return None
    return Appointment.objects.select_related("counselor__user").filter(pk=key).first()


def _still_ours(held: Appointment) -> bool:
    """Held, or run out but not given to anybody: then it can still be taken."""
    if held.starts_at <= clock.now() or held.status not in (Status.HOLD, Status.LAPSED):
        return False
    if held.status == Status.HOLD:
        return True
    others = Appointment.objects.live().filter(
        counselor=held.counselor, starts_at__lt=held.busy_until, busy_until__gt=held.starts_at
    )
    return not others.exclude(pk=held.pk).exists()


def _nearest(held: Appointment, places: list[Place]) -> list[Any]:
    """The open times nearest to one that is gone."""
    slots = asking.open_times(places)
    near = sorted(slots, key=lambda slot: abs(slot.starts_at - held.starts_at))[:12]
    near.sort(key=lambda slot: slot.starts_at)
    return by_day(near, ZoneInfo(places[0][1]), name_counselor=True)


def _minutes_left(held: Appointment) -> int:
    if held.hold_ends_at is None:
        return 0
    return max(0, (held.hold_ends_at - clock.now()) // timedelta(minutes=1))
