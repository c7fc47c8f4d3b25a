"""When counselors work: desk and owner see and change everybody's hours, a counselor their own."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.http import StaffRequest
from practice.models import Counselor, Practice
from scheduling import hours, hours_words, two_weeks
from scheduling.hours_forms import AwayForm, DateForm, LimitsForm, WeeklyChangeForm, WeeklyForm
from scheduling.models import Appointment, DateHours, Holiday, TimeOff, Weekday, WeeklyHours

_A_YEAR = timedelta(days=366)


@staff(Role.DESK, Role.OWNER)
@require_safe
def everybody(request: StaffRequest) -> HttpResponse:
    """All counselors with their week in a few words, and when they are away next."""
    now = clock.now()
    away = Prefetch("time_off", TimeOff.objects.filter(ends_at__gt=now), to_attr="away")
    working = Counselor.objects.working().select_related("user")
    counselors = working.prefetch_related("weekly_hours", away)
    rows = [
        {
            "counselor": each,
            "week": hours_words.summary(each.weekly_hours.all()),
            "away": _next_away(each, now),
        }
        for each in counselors
    ]
    return render(request, "desk/hours.html", {"rows": rows})


@staff(Role.DESK, Role.OWNER)
@require_safe
def of_one(request: StaffRequest, counselor_id: int) -> HttpResponse:
    """One counselor's hours."""
    return _page(request, get_object_or_404(_theirs(request), pk=counselor_id))


@staff(Role.COUNSELOR)
@require_safe
def own(request: StaffRequest) -> HttpResponse:
    """A counselor's own hours."""
    return _page(request, get_object_or_404(_theirs(request)))


# Changing


@staff(Role.DESK, Role.OWNER, Role.COUNSELOR)
@require_POST
def add_weekly(request: StaffRequest, counselor_id: int) -> HttpResponse:
    """Hours of each week."""
    counselor = get_object_or_404(_theirs(request), pk=counselor_id)
    form = WeeklyForm(counselor, request.POST)
    if not form.is_valid() or not form.span:
        return _page(request, counselor, weekly_form=form)
    weekdays = form.cleaned_data["weekdays"]
    hours.add_weekly(counselor, weekdays, form.span, by=trail.staff_actor(request))
    messages.success(request, "Saved. The coming two weeks are shown with it.")
    return _back(request, counselor, "weekly")


@staff(Role.DESK, Role.OWNER, Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def change_weekly(request: StaffRequest, hours_id: int) -> HttpResponse:
    """Other times on the same weekday."""
    row = get_object_or_404(_rows(request, WeeklyHours), pk=hours_id)
    form = WeeklyChangeForm(row, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and form.span:
        hours.change_weekly(row, form.span, by=trail.staff_actor(request))
        messages.success(request, "Saved.")
        return _back(request, row.counselor, "weekly")
    context = {
        "form": form,
        "counselor": row.counselor,
        "weekday": hours_words.weekday_name(row.weekday),
        "own": _is_own(request, row.counselor),
        "back": _address(request, row.counselor),
    }
    return render(request, "desk/hours_change.html", context)


@staff(Role.DESK, Role.OWNER, Role.COUNSELOR)
@require_POST
def remove_weekly(request: StaffRequest, hours_id: int) -> HttpResponse:
    """These hours end."""
    return _remove(request, WeeklyHours, hours_id, "weekly")


@staff(Role.DESK, Role.OWNER, Role.COUNSELOR)
@require_POST
def set_day(request: StaffRequest, counselor_id: int) -> HttpResponse:
    """One date: off, or other hours than usual."""
    counselor = get_object_or_404(_theirs(request), pk=counselor_id)
    form = DateForm(counselor, request.POST)
    if not form.is_valid():
        return _page(request, counselor, date_form=form)
    day = form.cleaned_data["day"]
    booked = hours.booked_outside(counselor, day, _times_then(counselor, day, form))
    if _are_news(request, booked):
        return _page(request, counselor, date_form=form, date_booked=booked)
    hours.set_day(counselor, day, form.span, by=trail.staff_actor(request))
    messages.success(request, f"Saved for {hours_words.on_day(day)}.")
    return _back(request, counselor, "dates")


@staff(Role.DESK, Role.OWNER, Role.COUNSELOR)
@require_POST
def remove_day(request: StaffRequest, hours_id: int) -> HttpResponse:
    """The date is as usual again."""
    return _remove(request, DateHours, hours_id, "dates")


@staff(Role.DESK, Role.OWNER, Role.COUNSELOR)
@require_POST
def add_away(request: StaffRequest, counselor_id: int) -> HttpResponse:
    """Time off; what is booked in it is shown first, and stays booked."""
    counselor = get_object_or_404(_theirs(request), pk=counselor_id)
    form = AwayForm(counselor, request.POST)
    if not form.is_valid():
        return _page(request, counselor, away_form=form)
    starts_at, ends_at = form.cleaned_data["starts_at"], form.cleaned_data["ends_at"]
    booked = hours.booked_between(counselor, starts_at, ends_at)
    if _are_news(request, booked):
        return _page(request, counselor, away_form=form, away_booked=booked)
    hours.add_time_off(counselor, starts_at, ends_at, by=trail.staff_actor(request))
    messages.success(request, "Saved. Nobody is offered a time then.")
    return _back(request, counselor, "away")


@staff(Role.DESK, Role.OWNER, Role.COUNSELOR)
@require_POST
def remove_away(request: StaffRequest, hours_id: int) -> HttpResponse:
    """They are there after all."""
    return _remove(request, TimeOff, hours_id, "away")


@staff(Role.DESK, Role.OWNER, Role.COUNSELOR)
@require_POST
def set_limits(request: StaffRequest, counselor_id: int) -> HttpResponse:
    """The pause after each appointment, and the most on one day."""
    counselor = get_object_or_404(_theirs(request), pk=counselor_id)
    form = LimitsForm(counselor, Practice.current().buffer_minutes, request.POST)
    if not form.is_valid():
        return _page(request, counselor, limits_form=form)
    by = trail.staff_actor(request)
    changed = {name: form.cleaned_data[name] for name in form.changed_data}
    hours.set_limits(counselor, changed, by=by)
    messages.success(request, "Saved. It counts for what is booked from now on.")
    return _back(request, counselor, "limits")


# Whose


def _theirs(request: StaffRequest) -> QuerySet[Counselor]:
    """Those whose hours this person may see and change."""
    found = Counselor.objects.select_related("user")
    if request.user.has_role(Role.DESK, Role.OWNER):
        return found
    return found.filter(user=request.user)


def _rows(request: StaffRequest, model: Any) -> Any:
    return model.objects.filter(counselor__in=_theirs(request)).select_related("counselor__user")


def _is_own(request: StaffRequest, counselor: Counselor) -> bool:
    return counselor.user_id == request.user.pk


def _address(request: StaffRequest, counselor: Counselor) -> str:
    if request.user.has_role(Role.COUNSELOR):
        return reverse("sessions:hours")
    return reverse("desk:hours-of", args=[counselor.pk])


def _back(request: StaffRequest, counselor: Counselor, part: str) -> HttpResponse:
    return redirect(f"{_address(request, counselor)}#{part}")


def _remove(request: StaffRequest, model: Any, hours_id: int, part: str) -> HttpResponse:
    row = get_object_or_404(_rows(request, model), pk=hours_id)
    hours.remove(row, by=trail.staff_actor(request))
    messages.success(request, "Removed.")
    return _back(request, row.counselor, part)


def _are_news(request: StaffRequest, booked: Sequence[Appointment]) -> bool:
    """Whether any of these wasn't on the page from which it was saved."""
    return not {str(each.pk) for each in booked} <= set(request.POST.getlist("seen"))


def _times_then(counselor: Counselor, day: date, form: DateForm) -> list[Any]:
    """When they will work on that day once this is saved."""
    if form.span is None:
        return []
    standing = counselor.date_hours.filter(day=day).exclude(begins=None)
    return [*standing.values_list("begins", "ends"), (form.span.begins, form.span.ends)]


# The page


def _page(request: StaffRequest, counselor: Counselor, **told: Any) -> HttpResponse:
    """Everything about one counselor's time; `told`: forms that were sent, and what stands in the
    way of them."""
    now, zone = clock.now(), counselor.zone
    today = now.astimezone(zone).date()
    holidays = _holidays(today)
    context = {
        "counselor": counselor,
        "zone": zone,
        "now": now,
        "own": _is_own(request, counselor),
        "coming": two_weeks.of(counselor, now),
        "weekly": _weekly(counselor),
        "dates": _dates(counselor, today, holidays),
        "away": _away(counselor, now),
        "closed": _together(each for each in holidays if each.kept),
        "open": _together(each for each in holidays if not each.kept),
        "weekly_form": WeeklyForm(counselor),
        "date_form": DateForm(counselor),
        "away_form": AwayForm(counselor),
        "limits_form": LimitsForm(counselor, Practice.current().buffer_minutes),
        **told,
    }
    context["form"] = next((form for form in told.values() if getattr(form, "errors", None)), None)
    return render(request, "desk/hours_of.html", context)


def _weekly(counselor: Counselor) -> list[tuple[str, list[tuple[WeeklyHours, str]]]]:
    rows = list(counselor.weekly_hours.all())
    return [
        (
            str(label),
            [
                (row, hours_words.span(row.begins, row.ends, row.kind))
                for row in rows
                if row.weekday == number
            ],
        )
        for number, label in Weekday.choices
    ]


def _next_away(counselor: Any, now: datetime) -> str:
    """In words; `away` holds their time off that isn't over."""
    if not counselor.away:
        return ""
    first = counselor.away[0]
    words = hours_words.away(first.starts_at, first.ends_at, counselor.zone)
    return f"Now: {words}" if first.starts_at <= now else words


def _away(counselor: Counselor, now: datetime) -> list[tuple[TimeOff, str]]:
    return [
        (row, hours_words.away(row.starts_at, row.ends_at, counselor.zone))
        for row in counselor.time_off.filter(ends_at__gt=now)
    ]


def _dates(
    counselor: Counselor, today: date, holidays: Sequence[Holiday]
) -> list[tuple[DateHours, str, str]]:
    names = {each.day: each.name for each in holidays}
    return [
        (row, _said(row), names.get(row.day, ""))
        for row in counselor.date_hours.filter(day__gte=today)
    ]


def _said(row: DateHours) -> str:
    if row.begins is None or row.ends is None:
        return "Off"
    return hours_words.span(row.begins, row.ends, row.kind)


def _holidays(today: date) -> list[Holiday]:
    return list(Holiday.objects.filter(day__gte=today, day__lt=today + _A_YEAR))


def _together(holidays: Iterable[Holiday]) -> list[dict[str, Any]]:
    """The same holiday of several states is said once."""
    places: dict[tuple[date, str], list[str]] = {}
    for each in holidays:
        places.setdefault((each.day, each.name), []).append(each.place)
    return [
        {"day": day, "name": name, "places": ", ".join(filter(None, found))}
        for (day, name), found in places.items()
    ]
