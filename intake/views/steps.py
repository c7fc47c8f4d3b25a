"""What the steps of asking share: who may come to a step, and the time that is kept for them."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from intake.times import by_day
from intake.visitor import Visitor, is_still_theirs, seconds_left
from practice.access.gate import public
from practice.wording import clock_time, zone_name
from scheduling.availability import Slot

STEPS = 5

View = Callable[Concatenate[HttpRequest, ...], HttpResponse]


def asks(*needed: str) -> Callable[[Callable[[Visitor], HttpResponse]], View]:
    """A step of asking: for everybody who has been through the steps before it."""

    def mark(step: Callable[[Visitor], HttpResponse]) -> View:
        @public
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(step)
        def view(request: HttpRequest) -> HttpResponse:
            visitor = Visitor(request)
            if visitor.done and needed:
                return redirect("intake:booked")  # sent twice, or come back to
            missing = next((name for name in needed if not _HAS[name](visitor)), None)
            return back_to(missing, request) if missing else step(visitor)

        return view

    return mark


def back_to(step: str, request: HttpRequest) -> HttpResponse:
    """An earlier step must be answered first; whoever sent something reads that nothing went."""
    address = reverse(f"intake:{step}")
    return redirect(f"{address}?again=1" if request.method == "POST" else address)


_HAS: dict[str, Callable[[Visitor], bool]] = {
    "where": lambda visitor: bool(visitor.places),
    "when": lambda visitor: bool(visitor.held or visitor.wishes),
    "about-you": lambda visitor: visitor.draft["reach"] is not None,
    "what-brings-you": lambda visitor: visitor.draft["brings"] is not None,
}


def kept(visitor: Visitor) -> dict[str, Any]:
    """The time that is kept, and for how long."""
    held = visitor.held
    if held is None:
        return {}
    seconds = seconds_left(held) if is_still_theirs(held) else 0
    ends = held.hold_ends_at
    return {
        "held": held,
        "zone": visitor.zone.key,
        "seconds_left": seconds,
        "until_words": _on_their_clock(ends, visitor.zone) if ends and seconds else "",
    }


def _on_their_clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{clock_time(moment, zone)} {zone_name(moment, zone)}"


def choices(slots: list[Slot], visitor: Visitor) -> list[Any]:
    """Open times by day, each with its counselor, and with the partner's clock if that differs."""
    return by_day(slots, visitor.zone, visitor.partners_zone)
