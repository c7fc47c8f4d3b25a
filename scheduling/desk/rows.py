"""What the desk's lists show of appointments: times, names and places, and nothing clinical.

A week of a large practice is hundreds of rows. They are read as text in two queries; names are
opened once each, times and places worked out once each, and every word is ready before the page.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse

from practice.wording import clock_time
from scheduling.desk.sealed_names import dashed, id_text, name_of, sealed
from scheduling.desk.window import Window
from scheduling.models import Appointment, Attendee, Status

_KINDS = dict(Appointment.Kind.choices)
_STATUSES = dict(Status.choices)
_TONES = {"booked": "calm", "done": "good", "no_show": "needs-person", "hold": "waiting"}
_NOBODY = str(UUID(int=0))


class Row(TypedDict):
    """One appointment as a list shows it."""

    id: str
    url: str
    counselor_id: int
    counselor: str
    begins: datetime
    ends: datetime
    day: date
    time: str
    kind: str
    status: str
    kind_key: str
    status_key: str
    tone: str
    who: str
    places: tuple[tuple[str, str], ...]
    version: int
    mark: str
    is_over: bool
    is_open: bool


class _Coming(NamedTuple):
    """Who comes to one appointment, and the places they will be in: codes with names."""

    names: list[str]
    places: list[tuple[str, str]]


class _Moment(NamedTuple):
    """A moment, what the reader's clock shows then, and how that is said."""

    at: datetime
    local: datetime
    words: str


class _WallClock(dict[str, _Moment]):
    """Moments as the database writes them, each made out once: many appointments begin together."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def __missing__(self, text: str) -> _Moment:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        local = at.astimezone(self._zone).replace(tzinfo=None)
        self[text] = _Moment(at, local, clock_time(at, self._zone))
        return self[text]


def read(shown: Window, now: datetime) -> list[Row]:
    """The rows of these days in order: what is booked and what took place, and what is held."""
    kept = Q(status__in=[Status.BOOKED, Status.DONE, Status.NO_SHOW])
    held = Q(status=Status.HOLD, hold_ends_at__gt=now)
    return _rows(shown.appointments().filter(kept | held), shown.zone, now)


def read_one(appointment_id: UUID, zone: ZoneInfo, now: datetime) -> Row:
    """One appointment as it stands now, even where it was called off."""
    (row,) = _rows(Appointment.objects.filter(pk=appointment_id), zone, now)
    return row


def _rows(found: QuerySet[Appointment], zone: ZoneInfo, now: datetime) -> list[Row]:
    coming = _coming_to(found)
    wall = _WallClock(zone)
    facts = found.order_by("starts_at", "counselor__public_name").values_list(
        id_text("id"),
        *("kind", "status", "counselor", "counselor__public_name", "version"),
        *(Cast(name, CharField()) for name in ("starts_at", "ends_at", "hold_ends_at")),
    )
    rows = [_row(each, coming[each[0]], wall, now) for each in facts]
    _mark_next(rows, now.astimezone(zone).replace(tzinfo=None))
    return rows


def _row(facts: Sequence[Any], coming: _Coming, wall: _WallClock, now: datetime) -> Row:
    key, kind, status, counselor_id, counselor, version, starts_at, ends_at, held_until = facts
    key, begins, ends = dashed(key), wall[starts_at], wall[ends_at]
    is_held, is_open, is_over = status == "hold", status == "booked", ends.at <= now
    return {
        "id": key,
        "url": "" if is_held else url_of(key),
        "counselor_id": counselor_id,
        "counselor": counselor,
        "begins": begins.local,
        "ends": ends.local,
        "day": begins.local.date(),
        "time": f"{begins.words} – {ends.words}",
        "kind": _KINDS[kind],
        "status": f"Held until {wall[held_until].words}" if is_held else _STATUSES[status],
        "kind_key": kind,
        "status_key": status,
        "tone": _TONES.get(status, "stopped"),
        "who": _who(coming.names, is_held),
        "places": tuple(coming.places),
        "version": version,
        "mark": "Now" if is_open and begins.at <= now and not is_over else "",
        "is_over": is_over,
        "is_open": is_open,
    }


def _mark_next(rows: Iterable[Row], local_now: datetime) -> None:
    """Of today's those that begin next."""
    today = local_now.date()
    coming = [row for row in rows if row["is_open"] and row["day"] == today]
    coming = [row for row in coming if row["begins"] > local_now]
    soonest = min((row["begins"] for row in coming), default=None)
    for row in coming:
        if row["begins"] == soonest:
            row["mark"] = "Next"


def _who(names: Sequence[str], is_held: bool) -> str:
    if is_held:
        return "Somebody who is booking now"
    return ", ".join(names) or "Nobody yet"


def _coming_to(found: QuerySet[Appointment]) -> dict[str, _Coming]:
    rows = Attendee.objects.filter(appointment__in=found.order_by().values("pk")).order_by("pk")
    coming: dict[str, _Coming] = defaultdict(lambda: _Coming([], []))
    names: dict[str, str] = {}
    for key, client, name, code, state in rows.values_list(
        *(id_text("appointment"), id_text("client"), sealed("client__name")),
        *("state", "state__name"),
    ):
        there = coming[key]
        if client:
            if client not in names:
                names[client] = name_of(client, name)
            there.names.append(names[client])
        if (code, state) not in there.places:
            there.places.append((code, state))
    return coming


def url_of(key: str) -> str:
    """The address of that appointment's page."""
    return _address().replace(_NOBODY, key)


@cache
def _address() -> str:
    """The address of nobody's appointment: looking one up takes longer than all else of a row."""
    return reverse("desk:appointment", args=[_NOBODY])
