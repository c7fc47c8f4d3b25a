"""The least that open times cost: four queries of plain tuples, one pass over each calendar."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.benchmarks._practice import day_of, on

STEP = timedelta(minutes=30)
_LIVE = ["hold", "booked", "done", "no_show"]

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Sweep:
    """What is asked; every calendar is on the same wall clock."""

    earliest: datetime
    latest: datetime
    length: timedelta
    pause: timedelta
    places: Collection[str]

    def starts(self, counselors: Sequence[int] | None = None) -> dict[int, list[datetime]]:
        """When each of these (or everybody) who may meet people in the places can begin."""
        hours, spans = self._hours(counselors), self._taken(counselors)
        return {
            key: list(self._free(hours[key], sorted(spans[key])))
            for key in self._licensed(counselors)
        }

    def _licensed(self, counselors: Sequence[int] | None) -> set[int]:
        from practice.models import License

        held: dict[str, set[int]] = defaultdict(set)
        rows = _of(License.objects.filter(state__in=self.places), counselors)
        for key, state in rows.values_list("counselor", "state"):
            held[state].add(key)
        return set.intersection(*(held[place] for place in self.places))

    def _hours(self, counselors: Sequence[int] | None) -> dict[int, list[Any]]:
        from scheduling.models import WeeklyHours

        hours: dict[int, list[Any]] = defaultdict(list)
        rows = _of(WeeklyHours.objects.order_by("weekday", "begins"), counselors)
        for key, *rest in rows.values_list("counselor", "weekday", "begins", "ends"):
            hours[key].append(rest)
        return hours

    def _taken(self, counselors: Sequence[int] | None) -> dict[int, list[Span]]:
        from scheduling.models import Appointment, TimeOff

        spans: dict[int, list[Span]] = defaultdict(list)
        booked = Appointment.objects.filter(
            status__in=_LIVE,
            starts_at__gt=self.earliest - timedelta(days=1),
            starts_at__lt=self.latest + self.length + self.pause,
        )
        away = TimeOff.objects.all()
        for rows, ends in ((booked, "busy_until"), (away, "ends_at")):
            found = _of(rows, counselors).order_by()
            for key, *span in found.values_list("counselor", "starts_at", ends):
                spans[key].append((span[0], span[1]))
        return spans

    def _free(self, hours: Any, busy: list[Span]) -> Iterator[datetime]:
        day, last = day_of(self.earliest), day_of(self.latest)
        number, needed = 0, self.length + self.pause
        while day <= last:
            for weekday, begins, ends in hours:
                if weekday != day.weekday():
                    continue
                start, closes = on(day, begins), on(day, ends)
                while start + self.length <= closes:
                    while number < len(busy) and busy[number][1] <= start:
                        number += 1
                    is_free = number == len(busy) or busy[number][0] >= start + needed
                    if is_free and self.earliest <= start < self.latest:
                        yield start
                    start += STEP
            day += timedelta(days=1)


def _of(rows: Any, counselors: Sequence[int] | None) -> Any:
    return rows if counselors is None else rows.filter(counselor__in=counselors)
