"""What the staff pages show of appointments."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clients.models import Case
from practice import clock
from practice.access.roles import Role
from practice.clock import on_wall_clock
from practice.dashboard import registry
from practice.dashboard.registry import Context
from practice.http import StaffRequest
from practice.models import Practice
from practice.wording import spoken_day
from scheduling import beginning, estimates, hours_words, places
from scheduling.models import Appointment, Estimate, Series, Status

# Of a case's sessions; the others stand on the page of their series.
_AHEAD_SHOWN, _PAST_SHOWN = 8, 8

_MOST_ESTIMATES = 30


@registry.today.panel(
    "next",
    title="Who comes next",
    template="scheduling/panel_next.html",
    order=10,
    roles=(Role.COUNSELOR,),
)
def coming(request: StaffRequest) -> Context:
    """Sessions of the coming week, and those that wait to be marked."""
    now = clock.now()
    sessions = (
        Appointment.objects.for_user(request.user)
        .filter(
            kind=Appointment.Kind.SESSION,
            status=Status.BOOKED,
            starts_at__lt=now + timedelta(days=8),
        )
        .select_related("case", "counselor__user")
        .prefetch_related("case__participants__client", "attendees__client")
        .order_by("starts_at")
    )
    shown = list(sessions[:20])
    blocked = places.blocked(each for each in shown if each.ends_at > now)
    return {"rows": [(each, _what_now(each, now, each.pk in blocked)) for each in shown]}


def _what_now(session: Appointment, now: datetime, is_blocked: bool) -> tuple[str, str]:
    """What a session asks of its counselor now, in a word and its color."""
    if session.ends_at <= now:
        return "Please mark it", "needs-person"
    if is_blocked:
        return "Place doesn’t fit", "needs-person"
    if session.began_at:
        return "It has begun", "good"
    if beginning.is_time(session):
        return "It’s time: ask where they are", "needs-person"
    return "Booked", "calm"


@registry.case.panel(
    "sessions",
    title="Sessions",
    template="scheduling/panel_case.html",
    order=10,
    roles=(Role.COUNSELOR,),
)
def sessions(request: StaffRequest, case: Case) -> Context:
    """The sessions to come, then what took place, the latest first; and the series they are of."""
    now = clock.now()
    found = Appointment.objects.filter(case=case)
    ahead = list(found.filter(starts_at__gt=now).order_by("starts_at"))
    past = list(found.filter(starts_at__lte=now).order_by("-starts_at")[:_PAST_SHOWN])
    rhythms = {each.series_id for each in ahead if each.is_open and each.series_id}
    return {
        "case": case,
        "sessions": ahead[:_AHEAD_SHOWN] + past,
        "later": len(ahead[_AHEAD_SHOWN:]),
        "series": Series.objects.filter(pk__in=rhythms).order_by("made_at"),
        "now": now,
    }


@registry.desk.panel(
    "estimates",
    title="Estimates to send",
    template="scheduling/panel_estimates.html",
    order=30,
    roles=(Role.DESK, Role.OWNER),
)
def estimates_to_send(request: StaffRequest, day: date) -> Context | None:
    """Who is to get a Good Faith Estimate by when, whatever day is looked at."""
    now, zone = clock.now(), Practice.current().zone
    today = clock.today(zone)
    waiting = list(estimates.to_send(now)[: _MOST_ESTIMATES + 1])
    given = list(estimates.given_since(on_wall_clock(today, time.min, zone)))
    if not waiting and not given:
        return None
    rows = [_estimate(each, today, zone) for each in waiting[:_MOST_ESTIMATES]]
    return {
        "rows": rows,
        "are_more": len(waiting) > _MOST_ESTIMATES,
        "given": [_estimate(each, today, zone) for each in given],
        "needs_person": any(row["is_near"] for row in rows),
    }


def _estimate(each: Estimate, today: date, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": each.pk,
        "who": each.client.name,
        "session": spoken_day(each.appointment.starts_at, zone),
        "counselor": each.appointment.counselor.public_name,
        "by_when": _by_when(each.due_on, today),
        "is_overdue": each.due_on < today,
        "is_near": each.due_on <= today + timedelta(days=1),
    }


def _by_when(due: date, today: date) -> str:
    words = hours_words.on_day(due)
    if due < today:
        return f"was due by {words}"
    near = {today: "today, ", today + timedelta(days=1): "tomorrow, "}
    return f"by {near.get(due, '')}{words}"
