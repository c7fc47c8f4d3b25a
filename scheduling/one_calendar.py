"""One counselor's calendar, and the rule that says which of its times are open.

Pages are given the open times by `Calendar.starts`; what speaks against a single time is told by
the other methods, which look at the same stretches, days and blocks. Tests hold both against a
search that walks through every minute (`tests/scheduling/oracle.py`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import cached_property

from practice.models import Counselor
from scheduling.stretches import DAY, Hours, Span, Stretch, day_of

# Times are offered by the half hour, counted from where working time begins.
STEP = 30 * 60

# After everything.
_NEVER = (2**63, 2**63)

Days = tuple[date, date]
Keep = Callable[[int], bool]


@dataclass
class Calendar:
    """What is known of a counselor's time, in seconds since 1970."""

    counselor: Counselor
    # From one day to another, on which they may meet the people who come.
    licensed: Sequence[Days]
    hours: Hours
    # Kept free after each appointment.
    pause: int
    # What takes time: appointments until the pause after each is over, time off, and the busy
    # times of other calendars.
    appointments: list[Span] = field(default_factory=list)
    away: list[Span] = field(default_factory=list)
    elsewhere: list[Span] = field(default_factory=list)

    def starts(self, first: int, last: int, length: int, keep: Keep | None = None) -> list[int]:
        """When something of this length can begin, from `first` until before `last`."""
        ranges = [
            _half_hours(stretch, first, last, length)
            for stretch in self._open_stretches(first, last)
        ]
        found = free(ranges, length + self.pause, self._blocks)
        return [start for start in found if keep(start)] if keep else found

    def is_in_hours(self, start: int, length: int) -> bool:
        """Whether they work from then on for so long."""
        return any(
            stretch.begins <= start < stretch.ends and start + length <= stretch.reach
            for stretch in self.hours.on(self.day_of(start))
        )

    def is_licensed(self, day: date) -> bool:
        """Whether they may meet the people who come on that day."""
        return any(begins <= day <= ends for begins, ends in self.licensed)

    def is_full(self, day: date) -> bool:
        """Whether as many appointments begin on that day as they see on one."""
        most = self.counselor.most_a_day
        return most is not None and self._booked_on[day] >= most

    def needed(self, start: int, length: int) -> Span:
        """What an appointment takes: its time, and the pause after it."""
        return start, start + length + self.pause

    def day_of(self, start: int) -> date:
        """The day it is then on their wall."""
        return day_of(start, self.hours.zone)

    @property
    def booked(self) -> int:
        """How much of the time that was read is booked."""
        return sum(ends - begins for begins, ends in self.appointments)

    @cached_property
    def _booked_on(self) -> Counter[date]:
        return Counter(self.day_of(begins) for begins, _ in self.appointments)

    @cached_property
    def _blocks(self) -> list[Span]:
        return sorted(self.appointments + self.away + self.elsewhere)

    def _open_stretches(self, first: int, last: int) -> Iterator[Stretch]:
        day, last_day = self.day_of(first), self.day_of(last)
        while day <= last_day:
            if self.is_licensed(day) and not self.is_full(day):
                yield from self.hours.on(day)
            day += DAY


def _half_hours(stretch: Stretch, first: int, last: int, length: int) -> range:
    """Those of a stretch from `first` until before `last`."""
    begins = stretch.begins
    if begins < first:
        begins += -((begins - first) // STEP) * STEP
    return range(begins, min(stretch.ends, stretch.reach - length + 1, last), STEP)


def free(starts: Iterable[Iterable[int]], needed: int, blocks: Sequence[Span]) -> list[int]:
    """Those of these starts (in order) after which so much time touches none of the blocks.

    The blocks are in order of their beginnings, and may overlap.
    """
    found = []
    coming = iter(blocks)
    begins, ends = next(coming, _NEVER)
    for some in starts:
        for start in some:
            while ends <= start:
                begins, ends = next(coming, _NEVER)
            if begins >= start + needed:
                found.append(start)
    return found


def touching(span: Span, blocks: Iterable[Span]) -> list[Span]:
    """Those of the blocks that have some of this time."""
    return [each for each in blocks if each[0] < span[1] and span[0] < each[1]]
