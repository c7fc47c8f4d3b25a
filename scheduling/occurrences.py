"""The sessions of a series before they are saved: what speaks against each, and the ways out.

Nothing is written here. What somebody was shown is put down in a line of text, `Preview.seen`, so
that on saving it can be told whether the calendar still looks the same.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.utils.functional import cached_property

from practice import clock
from practice.clock import on_wall_clock
from practice.models import Counselor
from scheduling import availability, rhythm
from scheduling.calendars import Wanted
from scheduling.explain import Explainer, Refusal, Why
from scheduling.models import Appointment, HoursKind

_WEEK = timedelta(weeks=1)
_OFFERED = 3
_UNLICENSED = frozenset({Why.NOT_LICENSED, Why.NOT_LICENSED_THAT_DAY, Why.NOT_SERVED})


@dataclass(frozen=True)
class Asked:
    """One start that somebody would like, and who would come from where."""

    day: date
    starts_at: datetime
    length: timedelta
    places: tuple[str, ...]
    clients: tuple[UUID, ...]
    about_the_clock: str = ""
    # What would be moved there, where it exists already.
    appointment: Appointment | None = None

    @property
    def alike(self) -> object:
        """Starts that are alike can be looked at together."""
        return self.length, self.places, self.clients


@dataclass(frozen=True)
class Occurrence:
    """One start, what speaks against it, and then a few open times of the same week."""

    asked: Asked
    refusals: tuple[Refusal, ...] = ()
    open_times: tuple[datetime, ...] = ()
    changed: bool = False

    @property
    def day(self) -> date:
        return self.asked.day

    @property
    def starts_at(self) -> datetime:
        return self.asked.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.asked.starts_at + self.asked.length

    @property
    def appointment(self) -> Appointment | None:
        return self.asked.appointment

    @property
    def can_be_overridden(self) -> bool:
        """Whether it can be booked all the same, with a reason."""
        return all(refusal.can_be_overridden for refusal in self.refusals)

    @property
    def state(self) -> str:
        """What is told of it, in short; it differs once the calendar differs."""
        version = f"v{self.appointment.version}" if self.appointment else ""
        return "+".join([version, *sorted({refusal.why.value for refusal in self.refusals})])


@dataclass(frozen=True)
class Decision:
    """What is to be done about a start that isn't open. Neither of the two: it is left out."""

    at: datetime | None = None
    override: str = ""


LEAVE_OUT = Decision()


@dataclass(frozen=True)
class Preview:
    """Every session that would be booked or moved, in order."""

    occurrences: tuple[Occurrence, ...]
    # The days that were shown before and aren't among them any more.
    gone: tuple[date, ...] = ()

    @property
    def refused(self) -> list[Occurrence]:
        return [each for each in self.occurrences if each.refusals]

    @property
    def changed(self) -> bool:
        return bool(self.gone) or any(each.changed for each in self.occurrences)

    @property
    def seen(self) -> str:
        """What was shown, to be sent along when it is confirmed."""
        return " ".join(f"{each.day}={each.state}" for each in self.occurrences)

    def compared_with(self, seen: str) -> "Preview":
        """The same, with those marked of which something else was shown."""
        before = _shown(seen)
        marked = tuple(
            replace(each, changed=before.pop(each.day, None) != each.state)
            for each in self.occurrences
        )
        return Preview(marked, gone=tuple(before))

    @property
    def hopeless(self) -> tuple[Refusal, ...]:
        """Why none of them can be booked, at any time, where the license speaks against all."""
        if not self.occurrences or any(each.open_times for each in self.occurrences):
            return ()
        if not all(_unlicensed(each) for each in self.occurrences):
            return ()
        return tuple(_unlicensed(self.occurrences[0]))

    @cached_property
    def license_ends(self) -> tuple[date, tuple[str, ...]] | None:
        """From which session on the license speaks against all that follow, and in which words."""
        found = None
        for each in reversed(self.occurrences):
            refusals = _unlicensed(each)
            if not refusals:
                break
            found = each.day, tuple(refusal.words for refusal in refusals)
        return found


def _shown(seen: str) -> dict[date, str]:
    """The days that were shown, each with what was told of it; what is no day was never shown."""
    found: dict[date, str] = {}
    for part in seen.split():
        day, _, state = part.partition("=")
        with suppress(ValueError):
            found[date.fromisoformat(day)] = state
    return found


def _unlicensed(occurrence: Occurrence) -> list[Refusal]:
    return [each for each in occurrence.refusals if each.why in _UNLICENSED]


def asked_for(
    counselor: Counselor,
    day: date,
    at: time,
    *,
    length: timedelta,
    places: Iterable[str],
    clients: Iterable[UUID],
    appointment: Appointment | None = None,
) -> Asked:
    """That hour of that day on the counselor's wall clock."""
    zone = counselor.zone
    return Asked(
        day=day,
        starts_at=on_wall_clock(day, at, zone),
        length=length,
        places=tuple(sorted(places)),
        clients=tuple(sorted(clients)),
        about_the_clock=rhythm.about_the_clock(day, at, zone),
        appointment=appointment,
    )


def look(
    counselor: Counselor, asked: Sequence[Asked], *, ignored: Collection[UUID] = ()
) -> Preview:
    """What speaks against each of these starts; `ignored` are appointments in nobody's way.

    The number of queries is the same for any number of starts at which the same people come from
    the same places.
    """
    alike: dict[object, list[Asked]] = defaultdict(list)
    for each in asked:
        alike[each.alike].append(each)
    found = [
        occurrence
        for group in alike.values()
        for occurrence in _Looker(counselor, group, frozenset(ignored)).occurrences()
    ]
    return Preview(tuple(sorted(found, key=lambda each: (each.starts_at, each.day))))


class _Looker:
    """Looks at starts that are alike."""

    def __init__(
        self, counselor: Counselor, asked: Sequence[Asked], ignored: frozenset[UUID]
    ) -> None:
        self.counselor, self.asked, self.now = counselor, asked, clock.now()
        first = asked[0]
        days = [each.day for each in asked]
        self.wanted = Wanted(
            length=first.length,
            places=first.places,
            earliest=self._monday(min(days)),
            latest=self._monday(max(days) + _WEEK),
            kind=HoursKind.SESSION,
        )
        if ignored:
            self.wanted = replace(self.wanted, also_leaving_out=ignored)
        self.explainer = Explainer([counselor], self.wanted, self.now, clients=first.clients)

    def occurrences(self) -> list[Occurrence]:
        found = [Occurrence(each, tuple(self._refusals(each.starts_at))) for each in self.asked]
        if not any(each.refusals for each in found):
            return found
        of_week = self._open_by_week()
        return [
            replace(each, open_times=self._nearest(each, of_week)) if each.refusals else each
            for each in found
        ]

    def _refusals(self, starts_at: datetime) -> list[Refusal]:
        return self.explainer.why_not(self.counselor, starts_at)

    def _open_by_week(self) -> dict[date, list[datetime]]:
        """The counselor's open times, by the Monday of their week."""
        zone = self.counselor.zone
        wanted = replace(self.wanted, earliest=max(self.wanted.earliest, self.now))
        weeks: dict[date, list[datetime]] = defaultdict(list)
        for slot in availability.open_slots([self.counselor], wanted, self.now):
            weeks[rhythm.week_of(slot.starts_at.astimezone(zone).date())].append(slot.starts_at)
        return weeks

    def _nearest(
        self, occurrence: Occurrence, of_week: dict[date, list[datetime]]
    ) -> tuple[datetime, ...]:
        """A few open times of the same week, at which the people are free too, in order."""
        times = of_week[rhythm.week_of(occurrence.day)]
        nearest: list[datetime] = []
        for start in sorted(times, key=lambda each: abs(each - occurrence.starts_at)):
            if not self._refusals(start):
                nearest.append(start.astimezone(UTC))
            if len(nearest) == _OFFERED:
                break
        return tuple(sorted(nearest))

    def _monday(self, day: date) -> datetime:
        return on_wall_clock(rhythm.week_of(day), time.min, self.counselor.zone)
