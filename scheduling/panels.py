"""What the staff pages show of appointments."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clients.looking import TITLES, CaseLook
from practice import clock
from practice.access.roles import Role
from practice.clock import on_wall_clock
from practice.dashboard import registry
from practice.dashboard.looking import Look
from practice.dashboard.registry import Context
from practice.http import StaffRequest
from practice.models import Practice
from practice.wording import spoken_day, spoken_time
from scheduling import beginning, estimates, hours_words, of_case, of_day
from scheduling.models import Appointment, Estimate

# Of a case's sessions; the others stand on the page of their series.
_AHEAD_SHOWN, _PAST_SHOWN = 8, 8

_MOST_ESTIMATES = 30


@registry.today.panel(
    "next",
    title="Who comes next",
    template="scheduling/panel_next.html",
    order=10,
    roles=(Role.COUNSELOR,),
    needs=(
        *(of_day.coming, of_day.counselors, of_day.attending),
        *(of_day.licenses, of_day.served),
    ),
)
def coming(request: StaffRequest, look: Look) -> Context:
    """Sessions of the coming week, and those that wait to be marked."""
    shown = look.rows(of_day.coming)
    counselors = {each.pk: each for each in look.rows(of_day.counselors)}
    for each in shown:
        each.counselor = counselors[each.counselor_id]
    to_come = [each for each in shown if each.ends_at > look.now]
    may_be = of_day.verdicts(look, to_come, look.rows(of_day.attending))
    look.complete((each.case for each in shown if each.case), TITLES)
    return {"rows": [_coming(each, look, not may_be.get(each.pk, True)) for each in shown]}


def _coming(session: Appointment, look: Look, is_blocked: bool) -> dict[str, Any]:
    word, tone = _what_now(session, look.now, is_blocked)
    own = session.counselor.user_id == look.user.pk
    return {
        "session": session,
        "when": spoken_time(session.starts_at, look.user.zone),
        "counselor": None if own else session.counselor,
        "now": word,
        "tone": tone,
    }


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
    roles=(Role.COUNSELOR, Role.LEAD),
    needs=(of_case.sessions, of_case.series_to_come),
)
def sessions(request: StaffRequest, look: CaseLook) -> Context:
    """The sessions to come, then what took place, the latest first; and the series they are of."""
    found = look.rows(of_case.sessions)
    ahead = [each for each in reversed(found) if each.starts_at > look.now]
    past = [each for each in found if each.starts_at <= look.now][:_PAST_SHOWN]
    return {
        "case": look.case,
        "sessions": ahead[:_AHEAD_SHOWN] + past,
        "later": len(ahead[_AHEAD_SHOWN:]),
        "series": look.rows(of_case.series_to_come),
        "now": look.now,
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
