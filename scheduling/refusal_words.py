"""How the staff are told what speaks against a time. No client is ever named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from practice.eligibility import Obstacle, Reason
from practice.models import License
from practice.wording import clock_time
from scheduling.models import HoursKind

_MINUTE = timedelta(minutes=1)
# A hold that lasts longer is told with the time when it ends.
_SOON = timedelta(hours=1)
_PLURAL = {HoursKind.CONSULTATION: "consultations", HoursKind.SESSION: "sessions"}


@dataclass(frozen=True)
class Words:
    """Words about one counselor's time, on the clock of a zone, as of now."""

    name: str
    zone: ZoneInfo
    now: datetime

    def past(self) -> str:
        return "That time is over."

    def too_soon(self, hours: int) -> str:
        return f"That’s less than {_count(hours, 'hour')} from now."

    def too_far_ahead(self, days: int) -> str:
        return f"That’s more than {_count(days, 'day')} from now."

    def license(self, reason: Reason, there: Sequence[License], on: date) -> str:
        """`there` are those that the counselor has or had in the place that it is about."""
        if reason.obstacle == Obstacle.NOT_LICENSED:
            return f"{self.name} has no license in {reason.state}."
        if reason.obstacle != Obstacle.NOT_LICENSED_THAT_DAY:
            return str(reason)
        ended = [each.expires_on for each in there if each.expires_on < on]
        if ended:
            verb = "ends" if max(ended) >= self._today else "ended"
            return f"{self.name}’s {reason.state} license {verb} {self._day(max(ended))}."
        begins = self._day(min(each.starts_on for each in there))
        return f"{self.name}’s {reason.state} license begins {begins}."

    def full_day(self, most: int | None) -> str:
        return f"{self.name}’s day is full: {_count(most or 0, 'appointment')}."

    def holiday(self, name: str) -> str:
        return f"{name}: the practice is closed."

    def day_off(self) -> str:
        return f"{self.name} doesn’t work on that day."

    def outside_hours(self, spans: Sequence[tuple[datetime, datetime]], kind: str) -> str:
        what = _PLURAL.get(HoursKind(kind), "appointments")
        if not spans:
            return f"{self.name} has no hours for {what} on that day."
        hours = " and ".join(f"{self._at(start)} to {self._at(end)}" for start, end in spans)
        return f"Outside {self.name}’s hours for {what} on that day: {hours}."

    def away(self) -> str:
        return f"{self.name} is away then."

    def busy_elsewhere(self) -> str:
        return f"{self.name}’s other calendar is busy then."

    def pause_after(self, ended: datetime) -> str:
        return f"Keeps the pause after {self._at(ended)}."

    def pause_before(self, begins: datetime) -> str:
        return f"Keeps the pause before {self._at(begins)}."

    def held(self, until: datetime) -> str:
        left = until - self.now
        if left <= _SOON:
            return f"Held for somebody for {_count(-(-left // _MINUTE), 'more minute')}."
        day = self._day(until.astimezone(self.zone).date())
        return f"Held for somebody until {day}, {self._at(until)}."

    def taken(self, start: datetime | None = None, end: datetime | None = None) -> str:
        if start is None or end is None:
            return f"{self.name} has an appointment then."
        return f"{self.name} has an appointment from {self._at(start)} to {self._at(end)}."

    def client_busy(self) -> str:
        return "Somebody who would come has another appointment then."

    def _at(self, moment: datetime) -> str:
        return clock_time(moment, self.zone)

    def _day(self, day: date) -> str:
        year = "" if day.year == self._today.year else f", {day.year}"
        return f"{day:%b} {day.day}{year}"

    @property
    def _today(self) -> date:
        return self.now.astimezone(self.zone).date()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
