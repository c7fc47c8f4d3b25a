"""The desk's day and week: who comes when, to whom, from where; and word of what others changed."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.access.sessions import not_activity
from practice.dashboard import registry
from practice.http import StaffRequest
from practice.models import Counselor
from practice.wording import spoken_time
from scheduling import changes, places
from scheduling.desk import calendar_events, row_html, rows
from scheduling.desk.rows import Row
from scheduling.desk.window import Window, day_of, fingerprint, week_of
from scheduling.models import Appointment, Change, Override

_NOTHING_NEW = 204


@staff(Role.DESK, Role.OWNER)
@require_safe
def day(request: StaffRequest) -> HttpResponse:
    """One day: a table for everybody, and a calendar to drag in where there is room for one."""
    shown, now = day_of(request, request.user.zone), clock.now()
    context = {
        **_frame(request, shown, "day"),
        **_day_part(request, shown, now, fingerprint(shown, now)),
        "blocked": _blocked(request),
        "panels": registry.desk.shown_to(request, shown.first),
    }
    return render(request, "desk/day.html", context)


@staff(Role.DESK, Role.OWNER)
@require_safe
def week(request: StaffRequest) -> HttpResponse:
    """Seven days from Monday on, a table for each."""
    shown, now = week_of(request, request.user.zone), clock.now()
    context = {
        **_frame(request, shown, "week"),
        **_week_part(shown, now, fingerprint(shown, now)),
        "sunday": shown.end - timedelta(days=1),
    }
    return render(request, "desk/week.html", context)


@staff(Role.DESK, Role.OWNER)
@require_safe
@not_activity
def day_part(request: StaffRequest) -> HttpResponse:
    """The day's table, where it isn't the one that the page shows already."""
    shown, now = day_of(request, request.user.zone), clock.now()
    current = fingerprint(shown, now)
    if request.GET.get("seen") == current:
        return HttpResponse(status=_NOTHING_NEW)
    return render(request, "desk/_day.html", _day_part(request, shown, now, current))


@staff(Role.DESK, Role.OWNER)
@require_safe
@not_activity
def week_part(request: StaffRequest) -> HttpResponse:
    """The week's tables, where they aren't those that the page shows already."""
    shown, now = week_of(request, request.user.zone), clock.now()
    current = fingerprint(shown, now)
    if request.GET.get("seen") == current:
        return HttpResponse(status=_NOTHING_NEW)
    return render(request, "desk/_week.html", _week_part(shown, now, current))


@staff(Role.DESK, Role.OWNER)
@require_safe
@not_activity
def events(request: StaffRequest) -> HttpResponse:
    """What the calendar that is dragged in shows of a day, or of one counselor's week."""
    window = week_of if request.GET.get("show") == "week" else day_of
    shown = window(request, request.user.zone)
    return JsonResponse(calendar_events.of(shown, request.user, clock.now()))


def _frame(request: StaffRequest, shown: Window, show: str) -> dict[str, Any]:
    """What stands around the tables: where one can go from here, and whose are shown."""
    step = timedelta(days=shown.days)
    counselors = list(Counselor.objects.working().values_list("pk", "public_name"))
    return {
        "shown": shown,
        "before": _address(shown, shown.first - step),
        "after": _address(shown, shown.first + step),
        "today": _address(shown, None),
        "everybody": _address(replace(shown, counselor=None), shown.first),
        "events_url": f"{reverse('desk:events')}?{_query(shown, shown.first, show=show)}",
        "counselors": counselors,
        "only": dict(counselors).get(shown.counselor) if shown.counselor else None,
        "may_change": request.user.has_role(Role.DESK),
        "override_choices": Override.choices,
        "undo": _just_done(request),
    }


def _just_done(request: StaffRequest) -> dict[str, Any] | None:
    """What this person did a moment ago on a page that leads back here, and can take back."""
    now = clock.now()
    since = now - timedelta(seconds=changes.SECONDS)
    found = Change.objects.filter(made_by=request.user, undone_at=None, made_at__gt=since)
    done = found.order_by("-made_at").only("what", "appointment").first()
    if done is None:
        return None
    row = rows.read_one(done.appointment_id, request.user.zone, now)
    what = f"{done.get_what_display()}: {row['who']}, {row['begins']:%A, %b} {row['begins'].day}"
    return {
        "url": reverse("desk:undo", args=[done.pk]),
        "words": f"{what}, {row['time']}.",
        "seconds": changes.SECONDS,
    }


def _day_part(request: StaffRequest, shown: Window, now: datetime, current: str) -> dict[str, Any]:
    """`current` is older than what is read: what changes meanwhile is seen by the next look."""
    found = rows.read(shown, now)
    may_change = request.user.has_role(Role.DESK)
    return {
        "rows": row_html.of(found, may_change=may_change),
        "count": sum(row["status_key"] != "hold" for row in found),
        "is_past": shown.ends_at <= now,
        "is_today": shown.first == clock.today(shown.zone),
        "may_change": may_change,
        "poll_url": _poll_url("desk:day-part", shown, current),
    }


def _week_part(shown: Window, now: datetime, current: str) -> dict[str, Any]:
    by_day: dict[date, list[Row]] = defaultdict(list)
    found = rows.read(shown, now)
    for row in found:
        by_day[row["day"]].append(row)
    today = clock.today(shown.zone)
    return {
        "days": [
            {
                "words": f"{each:%A, %b} {each.day}",
                "key": each.isoformat(),
                "url": f"{reverse('desk:day')}?day={each.isoformat()}",
                "is_today": each == today,
                "is_past": each < today,
                "rows": row_html.of(by_day[each]),
            }
            for each in shown.each_day()
        ],
        "count": sum(row["status_key"] != "hold" for row in found),
        "poll_url": _poll_url("desk:week-part", shown, current),
    }


def _poll_url(name: str, shown: Window, current: str) -> str:
    return f"{reverse(name)}?{_query(shown, shown.first, seen=current)}"


def _address(shown: Window, day: date | None) -> str:
    return f"?{_query(shown, day)}"


def _query(shown: Window, day: date | None, **more: str) -> str:
    told = {"day": day.isoformat() if day else None, "counselor": shown.counselor, **more}
    return urlencode({name: value for name, value in told.items() if value})


def _blocked(request: StaffRequest) -> list[dict[str, Any]]:
    """Where somebody will be doesn't fit the license: what, and why."""
    return [
        {
            "id": appointment.pk,
            "when": spoken_time(appointment.starts_at, request.user.zone),
            "who": _names(appointment),
            "counselor": appointment.counselor.public_name,
            "why": " ".join(str(reason) for reason in reasons.reasons),
        }
        for appointment, reasons in places.needing_a_person(request.user)
    ]


def _names(appointment: Appointment) -> str:
    people = [attendee.client for attendee in appointment.attendees.all()]
    return ", ".join(client.name for client in people if client)
