"""A practice to measure in: counselors with hours and licenses, couples, and booked time."""

import random
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
OPENS, CLOSES = time(8), time(20)
EVERY_DAY = range(7)


@dataclass(frozen=True)
class Booked:
    """Time of a counselor's that is somebody's."""

    counselor: int
    starts_at: datetime
    ends_at: datetime
    busy_until: datetime


def open_up(**settings: Any) -> None:
    """The practice's own settings."""
    from practice.models import Practice

    Practice.objects.create(pk=1, name="Bench", display_name="The office", **settings)


def stand_still() -> datetime:
    """The moment that it is from now on, so that all sides are asked about the same one."""
    from django.utils import timezone

    now = timezone.now()
    # Beneath `practice.clock`, which also says what "now" stands for while a statement is made.
    timezone.now = lambda: now
    return now


def hire(
    number: int, states: Collection[str], weekdays: Iterable[int] = EVERY_DAY, *, called: str = "c"
) -> list[Any]:
    """So many counselors, licensed for long in all of these states, at work on these weekdays."""
    from practice.models import Counselor, License, User
    from scheduling.models import WeeklyHours

    users = User.objects.bulk_create(
        User(
            email=f"{called}{each}@example.com",
            name=f"{called.title()}{each:03}",
            role="counselor",
            password="!",
        )
        for each in range(number)
    )
    people = Counselor.objects.bulk_create(
        Counselor(user=user, public_name=f"Counselor {user.name}") for user in users
    )
    days = list(weekdays)
    License.objects.bulk_create(_license(each, state) for each in people for state in states)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(counselor=each, weekday=weekday, begins=OPENS, ends=CLOSES)
        for each in people
        for weekday in days
    )
    return people


def _license(counselor: Any, state: str) -> Any:
    from practice.models import License

    return License(
        counselor=counselor,
        state_id=state,
        number="1",
        starts_on=date(2020, 1, 1),
        expires_on=date(2099, 1, 1),
    )


def couples(counselor: Any, number: int, state: str) -> list[Any]:
    """So many cases of two people with this counselor, all in one state."""
    from clients import cases
    from clients.cases import TakesPart
    from clients.models import Case, Concern, Part
    from practice.audit import trail

    concern = Concern.objects.get(key="affair-recovery")
    return [
        cases.open_case(
            counselor=counselor,
            concern=concern,
            disclosure=Case.Disclosure.YES,
            people=[TakesPart(_client(part, state), part) for part in (Part.HURT, Part.INVOLVED)],
            by=trail.SYSTEM,
        )
        for _ in range(number)
    ]


def _client(part: str, state: str) -> Any:
    from clients import cases
    from clients.contact.cards import Contact
    from practice.models import State

    name = f"{part.title()} {random.getrandbits(40):010x}"
    return cases.add_client(
        name=name,
        state=State.objects.get(pk=state),
        time_zone=EASTERN.key,
        contact=Contact(f"{name.split()[1]}@example.com"),
    )


def on(day: date, at: time) -> datetime:
    """That time on the counselors' wall clock, in UTC."""
    return datetime.combine(day, at, tzinfo=EASTERN).astimezone(UTC)


def day_of(moment: datetime) -> date:
    """The day on the counselors' wall clock."""
    return moment.astimezone(EASTERN).date()


def times(first: date, days: int, step: timedelta) -> Iterator[datetime]:
    """The beginnings of all the stretches of that length in the working hours of these days."""
    for number in range(days):
        day = first + timedelta(days=number)
        start, closes = on(day, OPENS), on(day, CLOSES)
        while start + step <= closes:
            yield start
            start += step


def put_in(booked: Iterable[Booked]) -> None:
    """Write these as sessions that nobody attends, at once."""
    from scheduling.models import Appointment

    Appointment.objects.bulk_create(
        (
            Appointment(
                kind="session",
                status="booked",
                counselor_id=each.counselor,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                busy_until=each.busy_until,
            )
            for each in booked
        ),
        batch_size=2000,
    )


def attending(case: Any) -> Sequence[Any]:
    """Everybody in the case, each where they usually are, as a booking wants them."""
    from scheduling.booking import Attending

    people = case.participants.select_related("client__state")
    return [Attending(each.client.state, each.client.time_zone, each.client) for each in people]


def everybody_comes(sessions: Sequence[Any]) -> None:
    """Everybody of their case comes to each of these."""
    from scheduling.models import Attendee

    Attendee.objects.bulk_create(
        Attendee(
            appointment=session,
            client=person.client,
            state=person.state,
            time_zone=person.time_zone,
        )
        for session in sessions
        for person in attending(session.case)
    )
