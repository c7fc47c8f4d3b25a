"""One real open time, or when one would suit them."""

from datetime import time
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from intake import asking
from intake.asking import Filter
from intake.forms import (
    FilterForm,
    TimeForm,
    WishesForm,
)
from intake.times import only_counselor
from intake.views.steps import STEPS, asks, choices
from intake.visitor import Visitor
from practice import clock
from practice.clock import on_wall_clock
from practice.wording import zone_name
from scheduling.availability import OpenDays
from scheduling.models import Status

_DAYS_SHOWN = 3


@asks("where")
def when(visitor: Visitor) -> HttpResponse:
    """One real open time, on the visitor's own clock; it is then held for ten minutes."""
    request, places = visitor.request, visitor.places
    form = TimeForm(request.POST or None)
    if form.is_valid() and visitor.take(form.cleaned_data["slot"], form):
        return redirect("intake:about-you")
    filter_form = FilterForm(asking.counselors_for(places), request.GET or None)
    chosen = _filter(filter_form, visitor)
    held = visitor.held
    own = held.pk if held and held.status == Status.HOLD else None
    found = asking.open_days(places, days=_DAYS_SHOWN, chosen=chosen, leaving_out=own)
    form.offer("slot", choices(found.slots, visitor))
    context = {
        "form": form,
        "filter": filter_form,
        "steps": STEPS,
        **_around(request, found, visitor),
    }
    return render(request, "intake/when.html", context)


def _filter(form: FilterForm, visitor: Visitor) -> Filter:
    if not form.is_bound or not form.is_valid():
        return Filter()
    given = form.cleaned_data
    since = given["since"]
    return Filter(
        counselor=given["counselor"].pk if given["counselor"] else None,
        part=given["part"],
        since=on_wall_clock(since, time.min, visitor.zone) if since else None,
    )


def _around(request: HttpRequest, found: OpenDays, visitor: Visitor) -> dict[str, Any]:
    """Whose clock it is, and the way on to later days."""
    zone, theirs = visitor.zone, visitor.partners_zone
    first = found.slots[0].starts_at if found.slots else clock.now()
    context: dict[str, Any] = {
        "zone_words": zone_name(first, zone),
        "only_counselor": only_counselor(found.slots),
        "partners_zone_words": zone_name(first, ZoneInfo(theirs)) if theirs else "",
        "is_filtered": any(request.GET.get(name) for name in ("counselor", "part", "since")),
        "days_later": "since" in request.GET,
    }
    if found.slots and found.more:
        last = found.slots[-1].starts_at.astimezone(zone).date()
        kept = {name: request.GET.get(name, "") for name in ("counselor", "part")}
        since = last.fromordinal(last.toordinal() + 1)
        context["later"] = urlencode({**kept, "since": since.isoformat()})
    return context


@asks("where")
def waitlist(visitor: Visitor) -> HttpResponse:
    """No open time suits them: when would one?"""
    request = visitor.request
    wishes = visitor.wishes
    initial = {"days": wishes.days, "parts": wishes.parts} if wishes else {}
    form = WishesForm(request.POST or None, initial=initial)
    if form.is_valid():
        visitor.wish(form.cleaned_data["days"], form.cleaned_data["parts"])
        return redirect("intake:about-you")
    return render(request, "intake/waitlist.html", {"form": form, "steps": STEPS})
