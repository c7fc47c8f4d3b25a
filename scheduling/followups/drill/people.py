"""An invented practice for a drill: counselors, couples, a plan, handouts and weekly sessions."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clients import cases
from clients.cases import TakesPart
from clients.contact.cards import Contact
from clients.handouts import assign
from clients.handouts import starter as library
from clients.handouts.assign import NotForThem
from clients.handouts.models import Version
from clients.models import Case, Client, Concern, Part
from practice.access.roles import Role
from practice.audit import trail
from practice.clock import on_wall_clock
from practice.models import Counselor, License, Practice, State, User
from scheduling import booking
from scheduling.booking import Attending
from scheduling.followups import planning
from scheduling.followups import starter as starter_plan
from scheduling.followups.drill.ledger import Person
from scheduling.models import Appointment

# Who lives where; Florida's west goes by Central time.
_PLACES = [
    *((state, "America/New_York") for state in ("NY", "NJ", "PA", "CT", "MA", "MD", "VA", "FL")),
    ("FL", "America/Chicago"),
]
_NAMED = [None, None, (time(12), time(13, 30)), (time(7), time(9, 15)), (time(19), time(22))]
_ZONE = ZoneInfo("America/New_York")
_FIRST_HOUR, _A_DAY = 9, 8  # sessions of a counselor, one an hour
SECRET = "CANARY-WORDS"  # noqa: S105  confidential, not secret: it must turn up nowhere


@dataclass(frozen=True)
class Couple:
    """A case, and who is in it."""

    case: Case
    people: dict[Any, Person]


def open_practice(couples: int) -> list[Counselor]:
    """A practice with as many counselors as so many couples need."""
    Practice.objects.update_or_create(
        pk=1,
        defaults={"name": "Drill", "display_name": "The office", "booking_horizon_days": 365},
    )
    return [_counselor(number) for number in range(1 + couples // (5 * _A_DAY))]


def _counselor(number: int) -> Counselor:
    user = User.objects.create(
        email=f"c{number}@example.com", name=f"Counselor {number}", role=Role.COUNSELOR
    )
    counselor = Counselor.objects.create(user=user, public_name=user.name)
    for state in dict(_PLACES):
        License.objects.create(
            counselor=counselor,
            state_id=state,
            number="0",
            starts_on=date(2020, 1, 1),
            expires_on=date(2099, 12, 31),
        )
    return counselor


def add_couple(number: int, counselor: Counselor, chance: random.Random) -> Couple:
    """A couple in affair recovery, each with a card, a plan and something to read."""
    people: dict[Client, Person] = {}
    for part in (Part.HURT, Part.INVOLVED):
        client, person = _add_person(f"{part.value}{number}@example.com", chance)
        people[client] = person
    parts = zip(people, (Part.HURT, Part.INVOLVED), strict=True)
    case = cases.open_case(
        counselor=counselor,
        concern=Concern.objects.get(key="affair-recovery"),
        disclosure=Case.Disclosure.YES,
        people=[TakesPart(client, part) for client, part in parts],
        by=trail.SYSTEM,
    )
    return Couple(case, {client.pk: person for client, person in people.items()})


def _add_person(address: str, chance: random.Random) -> tuple[Client, Person]:
    state, zone = chance.choice(_PLACES)
    named = chance.choice(_NAMED)
    client = cases.add_client(
        name=f"{SECRET} {address.partition('@')[0]}",
        state=State.objects.get(pk=state),
        time_zone=zone,
        contact=Contact(address, safe_hours=named),
    )
    return client, Person(address, zone, named)


def give_plans(couples: list[Couple]) -> None:
    """Each couple has the starter plan, and each person what fits them to read."""
    plan = starter_plan.make()
    versions = library.publish_all()
    for couple in couples:
        planning.choose_plan(couple.case, plan)
        for participant in couple.case.participants.all():
            for version in versions:
                _give(participant, version, couple.case.counselor.user)


def _give(participant: Any, version: Version, user: User) -> None:
    try:
        assign.give(participant, [version], now=False, user=user, by=trail.SYSTEM)
    except NotForThem:
        return


def book_weeks(number: int, couple: Couple, first: date, weeks: int) -> list[Appointment]:
    """A session a week, at an hour that is this couple's own."""
    slot = number % (5 * _A_DAY)
    day, at = first + timedelta(days=slot // _A_DAY), time(_FIRST_HOUR + slot % _A_DAY)
    coming = [
        Attending(person.client.state, person.client.time_zone, person.client)  # type: ignore[arg-type]
        for person in couple.case.participants.select_related("client__state")
    ]
    starts: list[datetime] = [
        on_wall_clock(day + timedelta(weeks=week), at, _ZONE) for week in range(weeks)
    ]
    return [
        booking.book_session(case=couple.case, starts_at=moment, attending=coming, by=trail.SYSTEM)
        for moment in starts
    ]
