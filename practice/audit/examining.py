"""Examining the record: who saw what, and what stands out. It holds ids and verbs, never text.

45 CFR 164.312(b) asks to record and to examine. Rooms that know more than the record itself hang
a view of their own on here, in ``examining.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay

from practice.audit.models import ActorKind, Entry, Verb

# On the practice's clock: before seven, from nine in the evening on, and at the weekend.
_BEGINS, _ENDS, _SATURDAY = 7, 21, 6
# As many refusals on one day look like somebody trying addresses.
BURST = 10
_MOST_BURSTS = 10


@dataclass(frozen=True)
class View:
    """One way to look at the record."""

    key: str
    title: str
    narrow: Callable[["QuerySet[Entry]", ZoneInfo], "QuerySet[Entry]"]


VIEWS: dict[str, View] = {}


def view(key: str, title: str) -> Callable[..., Callable[..., "QuerySet[Entry]"]]:
    """Decorator: one more way to narrow down what is shown."""

    def add(
        narrow: Callable[["QuerySet[Entry]", ZoneInfo], "QuerySet[Entry]"],
    ) -> Callable[["QuerySet[Entry]", ZoneInfo], "QuerySet[Entry]"]:
        VIEWS[key] = View(key, title, narrow)
        return narrow

    return add


@view("all", "Everything")
def _all(entries: "QuerySet[Entry]", zone: ZoneInfo) -> "QuerySet[Entry]":
    return entries


@view("after-hours", "By staff, outside the usual hours")
def _after_hours(entries: "QuerySet[Entry]", zone: ZoneInfo) -> "QuerySet[Entry]":
    at = entries.annotate(
        hour=ExtractHour("at", tzinfo=zone), day=ExtractIsoWeekDay("at", tzinfo=zone)
    )
    odd = Q(hour__lt=_BEGINS) | Q(hour__gte=_ENDS) | Q(day__gte=_SATURDAY)
    return at.filter(odd, actor_kind=ActorKind.STAFF)


@view("denied", "What was refused")
def _denied(entries: "QuerySet[Entry]", zone: ZoneInfo) -> "QuerySet[Entry]":
    return entries.filter(verb=Verb.DENY)


def bursts(since: datetime) -> list[dict[str, Any]]:
    """Who was refused so often since then that it stands out."""
    denied = Entry.objects.filter(verb=Verb.DENY, at__gte=since).order_by()
    counted = denied.values("actor_id", "network").annotate(times=Count("seq"))
    found = counted.filter(times__gte=BURST).order_by("-times")[:_MOST_BURSTS]
    return [dict(each) for each in found]


def week_before(now: datetime) -> datetime:
    """From when on bursts are looked for."""
    return now - timedelta(days=7)
