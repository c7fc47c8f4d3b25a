"""The page of open times, with 200 counselors, 60 days and 100,000 appointments.

It stands beside a bare page of as many bytes, and beside what availability has to cost at least:
four queries of plain tuples and one sweep over sorted intervals. The times it shows are compared
with those that the sweep finds.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import chain
from typing import Any

from tests.benchmarks import _measure, _practice
from tests.benchmarks._measure import Line
from tests.benchmarks._practice import EASTERN, Booked, day_of, on
from tests.benchmarks._sweep import Sweep

HOUR = timedelta(hours=1)
STATES = ["NY", "NJ", "PA", "CT", "MA", "MD", "VA", "FL"]
WITHOUT_SUNDAY = range(6)
PLACES = {
    "state": "NJ",
    "time_zone": EASTERN.key,
    "with_partner": "yes",
    "partner_state": "NY",
    "partner_time_zone": EASTERN.key,
}
MOST_QUERIES = 8


@dataclass(frozen=True)
class Size:
    """How much there is."""

    counselors: int
    days: int
    appointments: int  # in all


WHOLE = Size(counselors=200, days=60, appointments=100_000)
QUICK = Size(counselors=20, days=20, appointments=2_000)


def main(given: Sequence[str]) -> int:
    options = _measure.arguments("intake", given)
    size = QUICK if options.quick else WHOLE
    with _measure.scratch_database(on_postgres=options.postgres) as vendor:
        lines = _measured(size, random.Random(options.seed))
    title = (
        f"Open times: {size.counselors} counselors, {size.days} days, "
        f"{size.appointments:,} appointments"
    )
    _measure.show(f"{title}, on {vendor} (seed {options.seed})", lines)
    _measure.keep(options.json, lines, benchmark="intake", database=vendor, seed=options.seed)
    return 0


def _measured(size: Size, chance: random.Random) -> list[Line]:
    practice = _fill(size, chance)
    browser = _visitor()
    browser.get("/consultation/time/")  # templates are read once
    page = browser.get("/consultation/time/")
    queries = _measure.queries_of(lambda: browser.get("/consultation/time/"))
    found = practice.search()
    in_search = _measure.queries_of(practice.search)
    _measure.must_agree(
        "the times on the page",
        _offered(page),
        [slot.starts_at for slot in found.slots],
        practice.swept(found),
    )
    _bare_page(page.content)
    times = _measure.in_turns(
        {
            "page": lambda: browser.get("/consultation/time/"),
            "bare": lambda: browser.get("/bare/"),
            "search": practice.search,
            "sweep": practice.sweep.starts,
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
    sweep: Sweep

    def search(self) -> Any:
        """As the page asks: the first three days that have open times, each time once."""
        from practice.models import Counselor
        from scheduling.availability import Wanted, first_open_days

        asked = self.sweep
        wanted = Wanted(asked.length, list(asked.places), asked.earliest, asked.latest)
        counselors = Counselor.objects.working().select_related("user")
        return first_open_days(counselors, wanted, self.now, zone=EASTERN, days=3, union=True)

    def swept(self, found: Any) -> list[datetime]:
        """The times the sweep finds on the days that were found."""
        last = max(day_of(slot.starts_at) for slot in found.slots)
        until = min(on(last + timedelta(days=1), time()), self.sweep.latest)
        starts = replace(self.sweep, latest=until).starts()
        return sorted(set(chain.from_iterable(starts.values())))


# The practice is filled


def _fill(size: Size, chance: random.Random) -> Practice:
    from practice.models import Practice as Settings

    _practice.open_up(booking_horizon_days=size.days)
    now = _practice.stand_still()
    # Everybody may meet everybody: the most that can be asked of the search.
    people = _practice.hire(size.counselors, STATES, WITHOUT_SUNDAY)
    _practice.put_in(_taken(size, chance, [each.pk for each in people], now))
    settings = Settings.current()
    asked = Sweep(
        earliest=now + timedelta(hours=settings.minimum_notice_hours),
        latest=now + timedelta(days=size.days),
        length=timedelta(minutes=settings.consultation_minutes),
        pause=timedelta(minutes=settings.buffer_minutes),
        places=["NJ", "NY"],
    )
    return Practice(now, asked)


def _taken(size: Size, chance: random.Random, counselors: list[int], now: datetime) -> list[Booked]:
    """Appointments of 50 minutes in so many of the hours that everybody works."""
    hours = [
        start
        for start in _practice.times(day_of(now), size.days + 1, HOUR)
        if day_of(start).weekday() in WITHOUT_SUNDAY
    ]
    places = [(key, start) for key in counselors for start in hours]
    return [
        Booked(key, start, start + timedelta(minutes=50), start + HOUR)
        for key, start in chance.sample(places, size.appointments)
    ]


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
    found = re.findall(r'value="\d+\|([^"]+)"', page.content.decode())
    return [datetime.fromisoformat(value) for value in found]


def _bare_page(content: bytes) -> None:
    from tests.benchmarks import _addresses

    _addresses.CONTENT = content
