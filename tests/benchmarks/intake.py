"""The page of open times, with 200 counselors, 60 days and 100,000 appointments.

It stands beside a bare page of as many bytes, and beside what availability has to cost at least:
four queries of plain tuples and one sweep over sorted intervals. The times it shows are compared
with those that the sweep finds.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.benchmarks import _measure
from tests.benchmarks._measure import Line

COUNSELORS, DAYS, APPOINTMENTS = 200, 60, 100_000
EASTERN = ZoneInfo("America/New_York")
OPENS, CLOSES = time(8), time(20)
HOUR, HALF_HOUR = timedelta(hours=1), timedelta(minutes=30)
STATES = ["NY", "NJ", "PA", "CT", "MA", "MD", "VA", "FL"]
PLACES = {
    "state": "NJ",
    "time_zone": EASTERN.key,
    "with_partner": "yes",
    "partner_state": "NY",
    "partner_time_zone": EASTERN.key,
}
MOST_QUERIES = 8


def main(given: Sequence[str]) -> int:
    options = _measure.arguments("intake", given)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    with _measure.scratch_database(on_postgres=options.postgres) as vendor:
        lines = _measured(seed)
    title = f"Open times: {COUNSELORS} counselors, {DAYS} days, {APPOINTMENTS:,} appointments"
    _measure.show(f"{title}, on {vendor} (seed {seed})", lines)
    _measure.keep(options.json, lines, benchmark="intake", database=vendor, seed=seed)
    return 0


def _measured(seed: int) -> list[Line]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    practice = _fill(random.Random(seed))
    browser = _visitor()
    browser.get("/consultation/time/")  # templates are read once
    with CaptureQueriesContext(connection) as captured:
        page = browser.get("/consultation/time/")
        queries = len(captured)
    with CaptureQueriesContext(connection) as captured:
        found = practice.search()
        in_search = len(captured)
    shown = _offered(page)
    if shown != [slot.starts_at for slot in found.slots] or shown != practice.swept(found):
        raise SystemExit("The page and the sweep don't show the same times.")
    _bare_page(page.content)
    times = _measure.in_turns(
        {
            "page": lambda: browser.get("/consultation/time/"),
            "bare": lambda: browser.get("/bare/"),
            "search": practice.search,
            "sweep": lambda: practice.sweep(practice.latest),
            "short": lambda: practice.swept(found),
        }
    )
    return _lines(times, len(page.content), queries, in_search)


def _lines(times: dict[str, float], size: int, queries: int, in_search: int) -> list[Line]:
    page, bare, search = (times[name] for name in ("page", "bare", "search"))
    sweep, short = (times[name] for name in ("sweep", "short"))
    return [
        Line("page of open times", page, "ms"),
        Line("bare page of its size", bare, "ms"),
        Line("plain tuples and one sweep, all days", sweep, "ms"),
        Line("plain tuples and one sweep, days shown", short, "ms"),
        Line("page against bare page and sweep", page / (bare + sweep), "times", "<= 1.5"),
        Line("page against bare page and short sweep", page / (bare + short), "times"),
        Line("first_open_days alone", search, "ms"),
        Line("its share of the page", 100 * search / page, "%"),
        Line("first_open_days against the sweep", search / sweep, "times"),
        Line("size of the page", size, "bytes"),
        Line("queries of the page", queries, ""),
        Line("queries of the search, counselors too", in_search, "", f"<= {MOST_QUERIES}"),
    ]


@dataclass(frozen=True)
class Practice:
    """The filled practice, and what is asked of it."""

    now: datetime
    earliest: datetime
    latest: datetime
    length: timedelta
    pause: timedelta

    def search(self) -> Any:
        """As the page asks: the first three days that have open times, each time once."""
        from practice.models import Counselor
        from scheduling.availability import Wanted, first_open_days

        wanted = Wanted(self.length, ["NJ", "NY"], self.earliest, self.latest)
        counselors = Counselor.objects.working().select_related("user")
        return first_open_days(counselors, wanted, self.now, zone=EASTERN, days=3, union=True)

    def swept(self, found: Any) -> list[datetime]:
        """The times the sweep finds on the days that were found."""
        days = {slot.starts_at.astimezone(EASTERN).date() for slot in found.slots}
        last = datetime.combine(max(days) + timedelta(days=1), time(), tzinfo=EASTERN)
        return sorted(self.sweep(min(last, self.latest)))

    def sweep(self, until: datetime) -> set[datetime]:
        """The least that an answer costs: four queries of tuples, one pass over each calendar."""
        from scheduling.models import Appointment, TimeOff, WeeklyHours

        licensed = _licensed()
        hours: dict[int, list[Any]] = defaultdict(list)
        for key, *rest in WeeklyHours.objects.values_list("counselor", "weekday", "begins", "ends"):
            hours[key].append(rest)
        spans: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        taken = Appointment.objects.filter(
            status__in=["hold", "booked", "done", "no_show"],
            starts_at__gt=self.earliest - timedelta(days=1),
            starts_at__lt=until + self.length + self.pause,
        ).order_by()
        for key, start, end in taken.values_list("counselor", "starts_at", "busy_until"):
            spans[key].append((start, end))
        for key, start, end in TimeOff.objects.values_list("counselor", "starts_at", "ends_at"):
            spans[key].append((start, end))
        free: set[datetime] = set()
        for key in licensed:
            free |= set(self._free(hours[key], sorted(spans[key]), until))
        return free

    def _free(self, hours: Any, busy: list[tuple[datetime, datetime]], until: datetime) -> Any:
        day, last = self.earliest.astimezone(EASTERN).date(), until.astimezone(EASTERN).date()
        number, needed = 0, self.length + self.pause
        while day <= last:
            for weekday, begins, ends in hours:
                if weekday != day.weekday():
                    continue
                start, closes = (_instant(day, at) for at in (begins, ends))
                while start + self.length <= closes:
                    while number < len(busy) and busy[number][1] <= start:
                        number += 1
                    is_free = number == len(busy) or busy[number][0] >= start + needed
                    if is_free and self.earliest <= start < until:
                        yield start
                    start += HALF_HOUR
            day += timedelta(days=1)


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=EASTERN).astimezone(UTC)


def _licensed() -> set[int]:
    from practice.models import License

    held: dict[str, set[int]] = defaultdict(set)
    for key, state in License.objects.filter(state__in=["NJ", "NY"]).values_list(
        "counselor", "state"
    ):
        held[state].add(key)
    return held["NJ"] & held["NY"]


# The practice is filled


def _fill(chance: random.Random) -> Practice:
    from practice import clock
    from practice.models import Practice as Settings

    settings = Settings.objects.create(
        pk=1, name="Bench", display_name="The office", booking_horizon_days=DAYS
    )
    # The clock stands still: both sides are asked about the same moment.
    now = clock.now()
    clock.now = lambda: now
    _take_time(chance, _counselors(), now)
    return Practice(
        now=now,
        earliest=now + timedelta(hours=settings.minimum_notice_hours),
        latest=now + timedelta(days=DAYS),
        length=timedelta(minutes=settings.consultation_minutes),
        pause=timedelta(minutes=settings.buffer_minutes),
    )


def _counselors() -> list[int]:
    from practice.models import Counselor, License, User
    from scheduling.models import WeeklyHours

    users = User.objects.bulk_create(
        User(email=f"c{number}@example.com", name=f"C{number}", role="counselor", password="!")
        for number in range(COUNSELORS)
    )
    people = Counselor.objects.bulk_create(
        Counselor(user=user, public_name=f"Counselor {user.name}") for user in users
    )
    # Everybody may meet everybody: the most that can be asked of the search.
    License.objects.bulk_create(
        License(
            counselor=each,
            state_id=state,
            number="1",
            starts_on=date(2020, 1, 1),
            expires_on=date(2099, 1, 1),
        )
        for each in people
        for state in STATES
    )
    WeeklyHours.objects.bulk_create(
        WeeklyHours(counselor=each, weekday=weekday, begins=OPENS, ends=CLOSES)
        for each in people
        for weekday in range(6)
    )
    return [each.pk for each in people]


def _take_time(chance: random.Random, counselors: list[int], now: datetime) -> None:
    """Appointments of 50 minutes in so many of the hours that everybody works."""
    from scheduling.models import Appointment

    today = now.astimezone(EASTERN).date()
    days = [today + timedelta(days=number) for number in range(DAYS + 1)]
    hours = [
        _instant(day, time(hour))
        for day in days
        if day.weekday() < 6
        for hour in range(OPENS.hour, CLOSES.hour)
    ]
    places = [(key, start) for key in counselors for start in hours]
    Appointment.objects.bulk_create(
        (
            Appointment(
                kind="session",
                status="booked",
                counselor_id=key,
                starts_at=start,
                ends_at=start + timedelta(minutes=50),
                busy_until=start + HOUR,
            )
            for key, start in chance.sample(places, APPOINTMENTS)
        ),
        batch_size=2000,
    )


# The pages


def _visitor() -> Any:
    """A browser that has said where both will be."""
    from django.conf import settings
    from django.test import Client

    settings.ROOT_URLCONF = "tests.benchmarks._addresses"
    browser = Client(headers={"host": "127.0.0.1"})
    answer = browser.post("/consultation/", PLACES)
    assert answer.status_code == 302, "the first page didn't lead on"
    return browser


def _offered(page: Any) -> list[datetime]:
    """The times that the page shows, read from its fields."""
    import re

    found = re.findall(r'value="\d+\|([^"]+)"', page.content.decode())
    return [datetime.fromisoformat(value) for value in found]


def _bare_page(content: bytes) -> None:
    from tests.benchmarks import _addresses

    _addresses.CONTENT = content
