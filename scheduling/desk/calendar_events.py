"""What the calendar that is dragged in shows: appointments, and when nobody is at work.

Times go out as the reader's wall clock says them, without a zone: the browser's own may be another.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from practice.access.roles import Role
from practice.clock import on_wall_clock
from practice.models import Counselor, User
from scheduling.desk import closed_times, rows
from scheduling.desk.closed_times import Closed
from scheduling.desk.rows import Row
from scheduling.desk.window import Window

Event = dict[str, Any]

# Shown at least, so that an empty day looks like a day.
_FROM_HOUR, _UNTIL_HOUR = 8, 18


def of(shown: Window, user: User, now: datetime) -> dict[str, Any]:
    """The columns, what stands in them, and the clock's distance from UTC on each day."""
    found = rows.read(shown, now)
    counselors = _counselors(shown, found)
    closed = closed_times.of(counselors, shown, now)
    may_change = user.has_role(Role.DESK)
    return {
        "columns": [{"id": each.pk, "title": each.public_name} for each in counselors],
        "events": [event(row, may_change=may_change) for row in found]
        + [_background(each, shown) for each in closed],
        "offsets": {day.isoformat(): _offset(shown, day) for day in shown.each_day()},
        "hours": _hours(found, closed, shown),
    }


def event(row: Row, *, may_change: bool) -> Event:
    """One appointment as the calendar takes it."""
    may_move = may_change and row["is_open"]
    return {
        "id": row["id"],
        "resourceId": row["counselor_id"],
        "start": _wall(row["begins"]),
        "end": _wall(row["ends"]),
        "startEditable": may_move,
        "durationEditable": may_move,
        "classNames": _classes(row),
        "extendedProps": {
            "url": row["url"],
            "version": row["version"],
            "isConsultation": row["kind_key"] == "consultation",
            "who": row["who"],
            "time": row["time"],
            **_about(row),
        },
    }


def _about(row: Row) -> dict[str, list[str]]:
    """What stands before and after the time: in a narrow column only what is not usual is seen."""
    state = [part for part in (row["mark"], row["status"]) if part]
    is_usual = row["is_open"] and not row["mark"]
    codes = ", ".join(code for code, _ in row["places"])
    about = [part for part in (row["kind"], codes) if part]
    return {"before": [], "after": about + state} if is_usual else {"before": state, "after": about}


def _background(closed: Closed, shown: Window) -> Event:
    starts_at, ends_at = (
        each.astimezone(shown.zone).replace(tzinfo=None)
        for each in (closed.starts_at, closed.ends_at)
    )
    return {
        "resourceId": closed.counselor_id,
        "start": _wall(starts_at),
        "end": _wall(ends_at),
        "title": closed.why,
        "display": "background",
        "classNames": ["is-away" if closed.why else "is-closed"],
    }


def _classes(row: Row) -> list[str]:
    more = [("is-over", row["is_over"]), ("is-now", row["mark"] == "Now")]
    found = [name for name, holds in more if holds]
    return [f"is-{row['status_key']}", f"is-{row['kind_key']}", *found]


def _counselors(shown: Window, found: Iterable[Row]) -> list[Counselor]:
    """Everybody who works, and whoever has something on these days."""
    booked = {row["counselor_id"] for row in found}
    everybody = Counselor.objects.select_related("user").order_by("public_name")
    return [
        each
        for each in everybody
        if (each.user.is_active or each.pk in booked) and shown.counselor in (None, each.pk)
    ]


def _hours(found: Sequence[Row], closed: Sequence[Closed], shown: Window) -> dict[str, int]:
    """The hours of the day that have something to show."""
    begins = [row["begins"].hour for row in found]
    ends = [_hour_after(row["begins"].date(), row["ends"]) for row in found]
    opens = [each.ends_at.astimezone(shown.zone) for each in closed if not each.why]
    closes = [each.starts_at.astimezone(shown.zone) for each in closed if not each.why]
    begins += [each.hour for each in opens if each.hour]
    ends += [each.hour + (each.minute > 0) for each in closes if each.hour]
    return {"from": min([_FROM_HOUR, *begins]), "until": max([_UNTIL_HOUR, *ends])}


def _hour_after(day: date, ends: datetime) -> int:
    return ends.hour + (ends.minute > 0) if ends.date() == day else 24


def _offset(shown: Window, day: date) -> str:
    """Such as "-05:00", at noon: the clocks change in the night."""
    noon = on_wall_clock(day, time(12), shown.zone).astimezone(shown.zone)
    return noon.isoformat()[-6:]


def _wall(local: datetime) -> str:
    return local.isoformat(timespec="minutes")
